// Owns a connector's options as questions: what its schema still wants, how typed text becomes a value, and which values are
// secrets that belong into .env. Pure.
import { parse } from 'yaml'
import type { ZodType } from 'zod'
import { type JsonSchema, jsonSchemaOf } from '../../config/keys.ts'
import { isSecretPath } from '../../config/secret-keys.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { nearest } from '../../lib/suggest.ts'

export type Options = Readonly<Record<string, unknown>>

export interface Question {
  readonly path: readonly string[]
  readonly about: string
  readonly secret: boolean
  readonly form:
    | { readonly kind: 'text' }
    | { readonly kind: 'choice'; readonly words: readonly string[] }
    /** An object of one of several shapes; the answer is what it holds before anything is asked of it. */
    | { readonly kind: 'shape'; readonly shapes: readonly Shape[] }
}

export interface Shape {
  readonly words: string
  readonly start: Options
  readonly wants: readonly Question[]
}

export interface OptionForm {
  /** What is required and missing, in the order of the schema. */
  missing(options: Options): readonly Question[]
  /** The question for one key, such as one that the connector's own check names. */
  question(path: readonly string[]): Question | null
  /** Keys that need not be set, with their defaults. */
  readonly optional: readonly { readonly key: string; readonly about: string; readonly usual: string }[]
  readonly keys: readonly string[]
  /** True for a key that takes a list of names. */
  isList(key: string): boolean
  /** What a key holds where nothing is said. */
  usual(key: string): unknown
  /** Errors: ERR_USAGE for a key that there is not. */
  read(path: readonly string[], typed: string): unknown
}

export function optionForm(kind: string, options: ZodType): OptionForm {
  const root = jsonSchemaOf(options)
  const properties = root.properties ?? {}
  const required = root.required ?? []
  const question = (path: readonly string[]): Question | null => {
    const schema = schemaAt(root, path)
    return schema === null ? null : questionOf(schema, path)
  }
  return {
    missing: (value) => missingIn(root, value, []),
    question,
    optional: Object.entries(properties)
      .filter(([key]) => !required.includes(key))
      .map(([key, one]) => ({
        key,
        about: one.description ?? '',
        usual: one.default === undefined ? '' : shown(one.default),
      })),
    keys: Object.keys(properties),
    isList: (key) => properties[key]?.type === 'array',
    usual: (key) => properties[key]?.default,
    read: (path, typed) => {
      const schema = schemaAt(root, path)
      if (schema !== null) return readTyped(schema, typed)
      const near = nearest(path[0] ?? '', Object.keys(properties))
      throw new HeysyncError('ERR_USAGE', {
        message: `The connector ${kind} has no option "${path.join('.')}".`,
        hint: near ? `Did you mean "${near}"?` : `It has: ${Object.keys(properties).join(', ')}.`,
      })
    },
  }
}

function missingIn(schema: JsonSchema, value: Options, path: readonly string[]): Question[] {
  return (schema.required ?? []).flatMap((key) => {
    const inner = schema.properties?.[key]
    if (inner === undefined || inner.const !== undefined) return []
    const here = [...path, key]
    const held = value[key]
    const nested = shapeOf(inner, held)
    if (nested !== null && (held !== undefined || inner.type === 'object'))
      return missingIn(nested, (held ?? {}) as Options, here)
    return held === undefined ? [questionOf(inner, here)] : []
  })
}

/** The schema of an object; of several, the one whose fixed words the value has and whose keys it begins with. */
function shapeOf(schema: JsonSchema, held: unknown): JsonSchema | null {
  if (schema.type === 'object') return schema.properties === undefined ? null : schema
  if (typeof held !== 'object' || held === null || Array.isArray(held)) return null
  const fits = (schema.anyOf ?? schema.oneOf ?? []).filter(({ properties }) =>
    Object.entries(held).every(
      ([key, value]) =>
        properties?.[key] !== undefined &&
        (properties[key].const === undefined || properties[key].const === value),
    ),
  )
  return fits[0] ?? null
}

function questionOf(schema: JsonSchema, path: readonly string[]): Question {
  const secret = isSecretPath(['sources', 0, 'options', ...path])
  const about = schema.description ?? ''
  if (schema.enum !== undefined)
    return { path, about, secret, form: { kind: 'choice', words: schema.enum.map(String) } }
  if (schema.type === 'boolean')
    return { path, about, secret, form: { kind: 'choice', words: ['true', 'false'] } }
  const forms = schema.anyOf ?? schema.oneOf ?? []
  if (forms.length > 1 && forms.every(({ type }) => type === 'object'))
    return { path, about, secret, form: { kind: 'shape', shapes: forms.map((form) => shapeTo(form, path)) } }
  return { path, about, secret, form: { kind: 'text' } }
}

function shapeTo(schema: JsonSchema, path: readonly string[]): Shape {
  const entries = Object.entries(schema.properties ?? {})
  const fixed = entries.filter(([, one]) => one.const !== undefined)
  const asked = (schema.required ?? []).filter((key) => schema.properties?.[key]?.const === undefined)
  const words = [fixed.map(([, one]) => String(one.const)).join(' '), asked.join(', ')].filter(Boolean)
  return {
    words: words.join(': '),
    start: Object.fromEntries(fixed.map(([key, one]) => [key, one.const])),
    wants: missingIn(schema, {}, path),
  }
}

function schemaAt(root: JsonSchema, path: readonly string[]): JsonSchema | null {
  let at: JsonSchema | null = root
  for (const key of path) {
    const here: JsonSchema = at
    const inside = [here, ...(here.anyOf ?? []), ...(here.oneOf ?? [])]
    const open: boolean | JsonSchema | undefined = here.additionalProperties
    at =
      inside.map(({ properties }) => properties?.[key]).find((found) => found !== undefined) ??
      (typeof open === 'object' ? open : null)
    if (at === null) return null
  }
  return at
}

/** Text as the schema wants it. A value that it does not fit stays text: the connector's schema says what is wrong. */
function readTyped(schema: JsonSchema, typed: string): unknown {
  const text = typed.trim()
  const types = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].map(({ type }) => type)
  const isYaml = /^[[{]/.test(text) && (types.includes('array') || types.includes('object'))
  if (isYaml) {
    try {
      return parse(text)
    } catch {
      return text
    }
  }
  if (schema.type === 'array') return text.split(',').map((one) => one.trim())
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  const isNumber = schema.type === 'integer' || schema.type === 'number'
  return isNumber && text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

export function withOption(options: Options, path: readonly string[], value: unknown): Options {
  const [key = '', ...rest] = path
  const inner = options[key]
  if (rest.length === 0) return { ...options, [key]: value }
  const held = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? (inner as Options) : {}
  return { ...options, [key]: withOption(held, rest, value) }
}

/** Options as the config may hold them, and what has to go into .env for that. */
export function hideSecrets(
  options: Options,
  sourceId: string,
): { options: Options; secrets: ReadonlyMap<string, string> } {
  const secrets = new Map<string, string>()
  const hidden = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((one, at) => hidden(one, [...path, String(at + 1)]))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, hidden(inner, [...path, key])]),
      )
    if (typeof value !== 'string' || value === '' || value.includes('${')) return value
    if (!isSecretPath(['sources', 0, 'options', ...path]) && !ADDRESS_WITH_PASSWORD.test(value)) return value
    const name = variableName([sourceId, ...path])
    secrets.set(name, value)
    return `\${${name}}`
  }
  return { options: hidden(options, []) as Options, secrets }
}

const ADDRESS_WITH_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*:[^/?#\s]+@/i

/** `crm`, `oauth`, `clientSecret`: CRM_OAUTH_CLIENT_SECRET. */
function variableName(parts: readonly string[]): string {
  const name = parts
    .map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/\W+|-/g, '_'))
    .join('_')
    .toUpperCase()
  return /^\d/.test(name) ? `_${name}` : name
}

export function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
