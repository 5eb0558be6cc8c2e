// Owns the list of keys that a schema knows, with their types, defaults and sentences, read from its JSON Schema.
// Suggestions for unknown keys and all generated reference tables come from it.
import type { ZodType } from 'zod'
import { z } from 'zod'

/** One key. In its path `[]` stands for an entry of a list and `*` for a name that the user chooses. */
export interface KeyInfo {
  readonly path: readonly string[]
  readonly required: boolean
  /** True for a key of one of several forms, of which the file uses one. */
  readonly ofOneForm: boolean
  readonly description: string
  /** Undefined where there is none. */
  readonly defaultValue: unknown
  readonly schema: JsonSchema
}

/** The part of JSON Schema that zod writes for a config. */
export interface JsonSchema {
  readonly $schema?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string
  readonly format?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly minimum?: number
  readonly maximum?: number
  readonly minItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly additionalProperties?: boolean | JsonSchema
  readonly [other: string]: unknown
}

/** A schema as JSON Schema, seen from the file's side: keys with defaults are not required. */
export function jsonSchemaOf(schema: ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

/** All keys of a schema, outer ones first, in the order in which the schema names them. */
export function keysOf(schema: ZodType): readonly KeyInfo[] {
  return keysIn(jsonSchemaOf(schema), [])
}

/** All keys inside a JSON Schema that stands at `path`. */
export function keysIn(schema: JsonSchema, path: readonly string[], ofOneForm = false): readonly KeyInfo[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const info: KeyInfo = {
      path: [...path, name],
      required: schema.required?.includes(name) ?? false,
      ofOneForm,
      description: child.description ?? '',
      defaultValue: child.default,
      schema: child,
    }
    return [info, ...keysIn(child, info.path)]
  })
  const alternatives = (schema.anyOf ?? schema.oneOf ?? []).flatMap((child) => keysIn(child, path, true))
  const entries = schema.items ? keysIn(schema.items, [...path, '[]']) : []
  const named =
    typeof schema.additionalProperties === 'object' ? keysIn(schema.additionalProperties, [...path, '*']) : []
  return [...own, ...alternatives, ...entries, ...named]
}
