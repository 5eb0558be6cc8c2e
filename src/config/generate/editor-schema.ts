// Owns config/heysync.schema.json: what an editor with a YAML language server checks and completes.
import type { Connector } from '../../connector/contract.ts'
import type { JsonSchema } from '../keys.ts'
import { jsonSchemaOf } from '../keys.ts'
import { configSchema } from '../schema.ts'

/** A value that is filled in when the file is loaded fits everywhere. */
const REFERENCE: JsonSchema = { type: 'string', pattern: '\\$\\{[^}]+\\}' }

/** The JSON Schema of heysync.yaml as text, with each connector's options. */
export function editorSchema(connectors: ReadonlyMap<string, Connector>): string {
  const schema = forEditors(jsonSchemaOf(configSchema), [])
  const source = schema.properties?.sources?.items ?? {}
  const withOptions = {
    ...source,
    allOf: [...connectors.values()].map((connector) => optionsRule(connector)),
  }
  const complete = {
    ...schema,
    title: 'heysync.yaml',
    description: 'Configuration of heysync. Every key is explained in docs/configuration.md.',
    properties: {
      ...schema.properties,
      sources: { ...schema.properties?.sources, items: withOptions },
    },
  }
  return `${JSON.stringify(complete, null, 2)}\n`
}

/** `connector: csv` means that `options` are those of csv. */
function optionsRule(connector: Connector): object {
  const { $schema: _, ...options } = forEditors(jsonSchemaOf(connector.options), ['sources', '[]', 'options'])
  const hasRequired = (options.required ?? []).length > 0
  return {
    if: { properties: { connector: { const: connector.kind } }, required: ['connector'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: {
      properties: { options: { ...options, description: connector.summary } },
      ...(hasRequired ? { required: ['options'] } : {}),
    },
  }
}

/** The same schema with key paths as titles, and with references allowed where a value is more than plain text. */
function forEditors(schema: JsonSchema, path: readonly string[]): JsonSchema {
  const { title: _, maximum, ...plain } = schema
  const inner = {
    ...plain,
    ...(maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER && { maximum }),
    ...(schema.properties && { properties: eachOf(schema.properties, path) }),
    ...(schema.anyOf && { anyOf: schema.anyOf.map((form) => forEditors(form, path)) }),
    ...(schema.items && { items: forEditors(schema.items, path) }),
    ...(typeof schema.additionalProperties === 'object' && {
      additionalProperties: forEditors(schema.additionalProperties, path),
    }),
  }
  return isNarrow(schema) ? orReference(inner) : inner
}

function eachOf(
  properties: Readonly<Record<string, JsonSchema>>,
  path: readonly string[],
): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, child]) => {
      const at = [...path, name]
      const title = at.filter((part) => part !== '[]').join('.')
      return [name, { title, ...forEditors(child, at) }]
    }),
  )
}

function isNarrow({ type, pattern, format, enum: choices }: JsonSchema): boolean {
  if (type === 'number' || type === 'integer' || type === 'boolean') return true
  return type === 'string' && (pattern !== undefined || format !== undefined || choices !== undefined)
}

function orReference(schema: JsonSchema): JsonSchema {
  const { description, default: fallback, examples, ...form } = schema
  return {
    ...(description !== undefined && { description }),
    ...(fallback !== undefined && { default: fallback }),
    ...(examples !== undefined && { examples }),
    anyOf: [form, REFERENCE],
  }
}
