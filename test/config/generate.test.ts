import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { configDocuments } from '../../src/config/generate/documents.ts'
import { withMarked } from '../../src/config/generate/marked.ts'
import { jsonSchemaOf, keysOf } from '../../src/config/keys.ts'
import { configSchema } from '../../src/config/schema.ts'
import { connectors } from '../support/connectors.ts'
import { ENV, load } from './folder.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string | null =>
  existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, 'utf8') : null
const example = read('config/heysync.example.yaml') ?? ''
const exampleEnv = Object.fromEntries(
  (read('config/example.env') ?? '').split('\n').flatMap((line) => {
    const match = /^#?([A-Z_]+)=(.+)$/.exec(line)
    return match?.[1] && match[2] ? [[match[1], match[2]]] : []
  }),
)

describe('generated documents', () => {
  test.each(configDocuments(connectors).map((document) => [document.path, document] as const))(
    '%s is fresh (else: npm run build && node scripts/docs.mjs)',
    (path, document) => {
      const current = read(path)
      expect(current).toBe(document.render(current))
    },
  )

  test('a part without a mark, a mark without a part and a missing document are defects', () => {
    expect(() => withMarked('a.md', null, {})).toThrow('a.md is not there')
    expect(() => withMarked('a.md', 'x', { t: 'y' })).toThrow('no mark for: t')
    expect(() => withMarked('a.md', '<!-- generated:u -->\n<!-- /generated -->', {})).toThrow('mark')
    expect(withMarked('a.md', 'a\n<!-- generated:t -->\nold\n<!-- /generated -->\nb', { t: 'new' })).toBe(
      'a\n<!-- generated:t -->\n\nnew\n\n<!-- /generated -->\nb',
    )
  })
})

describe('the example config', () => {
  test('begins with the schema that editors use', () => {
    expect(example.split('\n')[0]).toBe('# yaml-language-server: $schema=./heysync.schema.json')
  })

  test('loads with example.env, without a warning', () => {
    const loaded = load(example, exampleEnv)
    expect(loaded.warnings).toEqual([])
    expect(loaded.sources.get('clinic')?.connector.kind).toBe('csv')
  })

  test('says nothing that the defaults do not say', () => {
    const { config } = load(example, exampleEnv)
    const required = {
      heymarket: { auth: config.heymarket.auth },
      sources: [{ id: 'clinic', connector: 'csv', map: { phone: ['mobile', 'phone'] } }],
    }
    const bare = configSchema.parse(required)
    const options = config.sources[0]?.options
    expect(config).toEqual({ ...bare, sources: bare.sources.map((source) => ({ ...source, options })) })
  })

  test('loads with every optional key taken out of its comment', () => {
    const all = example
      .split('\n')
      .filter((line) => !/#(apiKey|files|fromSourceList|source):|^ +onRemoved: \w/.test(line))
      .map((line) => line.replace(/^(\s*)#(?! ?$| \S)/, '$1'))
      .join('\n')
    const { config } = load(all, exampleEnv)
    expect(config.defaultCountry).toBe('US')
    expect(config.sources[0]?.map.custom).toEqual({ Plan: 'plan', 'Renewal Date': 'renewal' })
    expect(config.lists).toHaveLength(1)
    expect(config.service.token).toBeDefined()
  })

  test('has every key of the schema and of its connector', () => {
    const options = connectors.get('csv')?.options ?? configSchema
    const names = [...keysOf(configSchema), ...keysOf(options)].map(
      (key) => key.path[key.path.length - 1] ?? '',
    )
    for (const name of names)
      expect(example).toMatch(new RegExp(`(^\\s*(- |#\\s*)*(- )?|[{,] ?)${name}:`, 'm'))
  })
})

describe('the reference', () => {
  test('has a sentence for every key', () => {
    for (const key of keysOf(configSchema))
      expect(`${key.path.join('.')} ${key.description}`).toMatch(/ .+\.$/)
  })

  test('its examples load', () => {
    const text = read('docs/configuration.md') ?? ''
    const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].flatMap((match) => match[1] ?? [])
    const configs = blocks.filter((block) => parse(block) !== null)
    expect(configs).toHaveLength(1)
    for (const block of configs) {
      expect(load(block, { ...ENV, HEYSYNC_TOKEN: 'x'.repeat(24) }).warnings).toEqual([])
    }
  })
})

describe('the schema for editors', () => {
  test("knows each connector's options and lets references stand for numbers", () => {
    const schema = JSON.parse(read('config/heysync.schema.json') ?? '{}')
    const [rule] = schema.properties.sources.items.allOf
    expect(rule.if.properties.connector.const).toBe('csv')
    expect(Object.keys(rule.then.properties.options.properties)).toContain('idColumn')
    expect(schema.properties.heymarket.required).toEqual(['auth'])
    expect(schema.properties.heymarket.properties.requestsPerMinute).toMatchObject({
      title: 'heymarket.requestsPerMinute',
      default: 450,
      anyOf: [{ type: 'integer', minimum: 1 }, { type: 'string' }],
    })
    expect(Object.keys(schema.properties)).toEqual(Object.keys(jsonSchemaOf(configSchema).properties ?? {}))
  })
})
