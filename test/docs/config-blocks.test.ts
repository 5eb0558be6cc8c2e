// Every block of YAML in the pages is a config that the program takes: as it stands, or as the part of one that it shows.
import { expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { loadConfig } from '../../src/config/load.ts'
import type { Connector } from '../../src/connector/contract.ts'
import { ENV, folder } from '../config/folder.ts'
import { connectors } from '../support/connectors.ts'
import { type Block, blocksOf, type Page, pages } from './pages.ts'

type Tree = Record<string, unknown>

/** What a part of a config is put into. */
const BASE: Tree = {
  heymarket: { auth: { secretId: '${HEYMARKET_SECRET_ID}', secretKey: '${HEYMARKET_SECRET_KEY}' } },
  defaultCountry: 'US',
  sources: [
    {
      id: 'clinic',
      connector: 'csv',
      options: { path: './a.csv', idColumn: 'id' },
      map: { phone: 'mobile' },
    },
  ],
}

const MAP_KEYS = ['phone', 'first', 'last', 'displayName', 'email', 'optedOut', 'assignee', 'tags', 'custom']

/** Options that stand for each other: whoever shows the one leaves out the others. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  query: ['table', 'columns'],
  clientEmail: ['keyFile'],
}

const all = pages.flatMap((page) =>
  blocksOf(page.text, 'yaml', 'yml')
    // `<!-- other format: compose -->` above a block says that it is none of ours.
    .filter((block) => !block.above.startsWith('<!-- other format:'))
    .map((block) => ({ name: `${page.path}:${block.line}`, page, block })),
)

test('there are blocks', () => {
  expect(all.length).toBeGreaterThan(30)
})

test.each(all)('$name loads', ({ page, block }) => {
  const text = stringify(wholeConfig(page, block)).replaceAll(/\$\{file:[^}]*\}/g, '${A_FILE}')
  const env: Record<string, string> = { ...ENV }
  for (const [, name = ''] of text.matchAll(/\$\{(\w+)\}/g)) env[name] ??= stand(name)
  expect(
    loadConfig({ env, cwd: folder({ 'heysync.yaml': text }), connectors: withOutsiders(text) }).config,
  ).toHaveProperty('sources')
})

/** The block, with what it leaves out taken from the base. On the page of a connector: from the blocks above it. */
function wholeConfig(page: Page, block: Block): Tree {
  const shown = treeOf(block)
  if (!page.path.startsWith('docs/connectors/') || 'sources' in shown) return { ...BASE, ...shown }
  let source: Tree = {}
  for (const one of blocksOf(page.text, 'yaml', 'yml').filter(({ line }) => line <= block.line)) {
    const tree = treeOf(one)
    source = Array.isArray(tree.sources) ? tree.sources[0] : withPart(source, tree)
  }
  return { ...BASE, sources: [source] }
}

function treeOf(block: Block): Tree {
  return (parse(block.text) ?? {}) as Tree
}

/** A part whose keys are all keys of a mapping is one; else it shows options. */
function withPart(source: Tree, part: Tree): Tree {
  const entries = Object.entries(part)
  return entries.every(([key]) => MAP_KEYS.includes(key))
    ? { ...source, map: { ...(source.map as Tree), ...part } }
    : { ...source, options: laidOver(source.options as Tree, entries) }
}

function laidOver(options: Tree, entries: readonly [string, unknown][]): Tree {
  const result = { ...options }
  for (const [key, value] of entries) {
    for (const other of INSTEAD[key] ?? []) delete result[other]
    const before = result[key]
    const isGroup = [before, value].every(
      (one) => typeof one === 'object' && one !== null && !Array.isArray(one),
    )
    result[key] = isGroup ? { ...(before as Tree), ...(value as Tree) } : value
  }
  return result
}

/** A connector that the page tells the reader to write is not there yet, so it takes any options. */
function withOutsiders(text: string): ReadonlyMap<string, Connector> {
  const csv = connectors.get('csv')
  if (csv === undefined) throw new Error('There is no csv connector.')
  const named = [...text.matchAll(/connector: (\.\/\S+|heysync-connector-\S+)/g)].map(([, name = '']) => name)
  return new Map([
    ...connectors,
    ...named.map((name) => [name, { ...csv, options: z.looseObject({}) }] as const),
  ])
}

test('a block that is wrong is found', () => {
  const wrong = { env: ENV, cwd: folder({ 'heysync.yaml': stringify({ ...BASE, nonsense: 1 }) }), connectors }
  expect(() => loadConfig(wrong)).toThrow('nonsense is not a key')
})

/** A value of the form that a variable of this name holds. */
function stand(name: string): string {
  if (name.endsWith('EMAIL')) return 'a@example.com'
  if (name === 'SMTP_URL') return 'smtp://user:password@127.0.0.1:587'
  return name.endsWith('_URL') ? 'https://example.com/hook' : 'x'.repeat(24)
}
