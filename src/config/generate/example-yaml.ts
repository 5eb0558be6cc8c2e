// Owns config/heysync.example.yaml: every key of the schema under its sentence, with its default or an example.
import { stringify } from 'yaml'
import type { Connector } from '../../connector/contract.ts'
import type { JsonSchema } from '../keys.ts'
import { jsonSchemaOf } from '../keys.ts'
import { configSchema } from '../schema.ts'

const HEAD = `# yaml-language-server: $schema=./heysync.schema.json
#
# Every key of heysync.yaml. A key that is written out shows its default, or has to be there.
# A key behind a # without a space is optional and has no default: take the # away to use it.
# \${NAME} reads the environment, \${NAME:-default} has something to fall back on, and \${file:/run/secrets/name} reads
# a file. Relative paths start from the folder of this file. docs/configuration.md says more.
`

/** Options of the example's source that only an example can know. */
const OPTION_EXAMPLES: Readonly<Record<string, unknown>> = {
  path: './contacts.csv',
  files: 'newest',
  idColumn: 'id',
  updatedColumn: 'updated_at',
  deletedColumn: 'deleted',
  readySuffix: '.done',
}

const WIDTH = 110

/** The example config; its one source is of the first connector. */
export function exampleYaml(connectors: ReadonlyMap<string, Connector>): string {
  const schema = jsonSchemaOf(configSchema)
  const connector = [...connectors.values()][0]
  const options = connector ? withExamples(jsonSchemaOf(connector.options)) : {}
  return `${HEAD}\n${group(withOptions(schema, options), undefined, 0).join('\n')}\n`
}

/** Puts the connector's keys where the schema has only `options`. */
function withOptions(schema: JsonSchema, options: JsonSchema): JsonSchema {
  const sources = schema.properties?.sources ?? {}
  const source = sources.items ?? {}
  const described = { ...options, description: source.properties?.options?.description ?? '' }
  const items = {
    ...source,
    properties: { ...source.properties, options: described },
    required: [...(source.required ?? []), 'options'],
  }
  return { ...schema, properties: { ...schema.properties, sources: { ...sources, items } } }
}

function withExamples(options: JsonSchema): JsonSchema {
  const properties = Object.entries(options.properties ?? {}).map(([name, child]) => [
    name,
    name in OPTION_EXAMPLES ? { ...child, examples: [OPTION_EXAMPLES[name]] } : child,
  ])
  return { ...options, properties: Object.fromEntries(properties) }
}

/** The lines of a group's keys. `given` holds defaults that the group's own default sets. */
function group(schema: JsonSchema, given: unknown, indent: number): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child], index) => {
    const fallback = valueIn(given, name) ?? child.default
    const active =
      fallback !== undefined ? !isEmptyList(fallback) : (schema.required?.includes(name) ?? false)
    const blank = indent === 0 && index > 0 ? [''] : []
    return [
      ...blank,
      ...sentence(child, indent),
      ...commentedUnless(active, key(name, child, fallback, indent), indent),
    ]
  })
}

function key(name: string, schema: JsonSchema, fallback: unknown, indent: number): string[] {
  const pad = ' '.repeat(indent)
  if (schema.properties && !schema.examples) return [`${pad}${name}:`, ...group(schema, fallback, indent + 2)]
  const forms = schema.anyOf?.filter((form) => form.properties) ?? []
  if (forms.length > 0 && typeof fallback === 'string') {
    const other = [`${pad}${name}:`, ...group(forms[0] ?? {}, undefined, indent + 2)]
    return [
      `${pad}${name}: ${scalar(fallback)}`,
      `${pad}# Or, instead:`,
      ...commentedUnless(false, other, indent),
    ]
  }
  if (forms.length > 0) return [`${pad}${name}:`, ...alternatives(forms, indent + 2)]
  if (schema.items?.properties) return [`${pad}${name}:`, ...entry(schema.items, indent + 2)]
  const value = fallback === undefined || isEmptyList(fallback) ? schema.examples?.[0] : fallback
  if (value === undefined)
    throw new Error(`The example config has no value for ${name}: give it a default or an example.`)
  if (isGroup(value) && Object.keys(value).length > 0) {
    return [
      `${pad}${name}:`,
      ...Object.entries(value).map(([inner, text]) => `${pad}  ${inner}: ${scalar(text)}`),
    ]
  }
  return [`${pad}${name}: ${scalar(value)}`]
}

/** The first form is written out, the others are commented out. */
function alternatives(forms: readonly JsonSchema[], indent: number): string[] {
  return forms.flatMap((form, index) => {
    if (index === 0) return group(form, undefined, indent)
    const optional = { ...form, required: [] }
    return [`${' '.repeat(indent)}# Or, instead:`, ...group(optional, undefined, indent)]
  })
}

/** One entry of a list of groups. What its own example holds is written out. */
function entry(schema: JsonSchema, indent: number): string[] {
  const pad = ' '.repeat(indent)
  const lines = group(schema, schema.examples?.[0], indent + 2)
  const firstKey = lines.findIndex((line) => !line.trimStart().startsWith('#'))
  return lines.map((line, index) => {
    if (index > firstKey) return line
    return index === firstKey ? `${pad}- ${line.trimStart()}` : `${pad}${line.trimStart()}`
  })
}

/** The key's sentence and its choices as comment lines. */
function sentence(schema: JsonSchema, indent: number): string[] {
  const values = schema.enum ?? schema.anyOf?.flatMap((form) => form.enum ?? [])
  const choices = values && values.length > 0 ? ` One of: ${values.map(scalar).join(', ')}.` : ''
  const text = `${schema.description ?? ''}${choices}`.trim()
  return text === '' ? [] : wrapped(text, WIDTH - indent - 2).map((line) => `${' '.repeat(indent)}# ${line}`)
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

function commentedUnless(active: boolean, lines: readonly string[], indent: number): string[] {
  if (active) return [...lines]
  return lines.map((line) => `${' '.repeat(indent)}#${line.slice(indent)}`)
}

/** A value on one line. References, schedules and expressions are quoted: some need it, and a copy of one that does not soon will. */
function scalar(value: unknown): string {
  if (typeof value === 'string' && /\$\{| \*/.test(value)) return JSON.stringify(value)
  if (typeof value === 'string' && /^=|[!"\\]/.test(value) && !/['\t]/.test(value)) return `'${value}'`
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim()
}

function valueIn(value: unknown, name: string): unknown {
  return isGroup(value) ? value[name] : undefined
}

function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}
