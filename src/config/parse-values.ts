// Owns parsing a filled-in tree with a schema, so that `"${RPM}"` may stand where a number or a boolean belongs.
import type { core, ZodType } from 'zod'
import type { KeyPath } from './places.ts'
import { pathKey } from './places.ts'

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly issues: readonly core.$ZodIssue[] }

/**
 * Parses `value`, which stands at `base`, with `schema`. A text that was filled in from a reference and stands where
 * the schema wants a number or a boolean is read as YAML would read it without quotes.
 */
export function parseValues<T>(
  schema: ZodType<T>,
  value: unknown,
  base: KeyPath,
  filled: ReadonlySet<string>,
): Parsed<T> {
  const first = schema.safeParse(value)
  if (first.success) return { ok: true, value: first.data }
  const wanted = wantedScalars(first.error.issues, []).filter(({ path }) =>
    filled.has(pathKey([...base, ...path])),
  )
  if (wanted.length === 0) return { ok: false, issues: first.error.issues }
  let copy: unknown = value
  for (const { path, type } of wanted) copy = withScalar(copy, path, type)
  const second = schema.safeParse(copy)
  return second.success ? { ok: true, value: second.data } : { ok: false, issues: second.error.issues }
}

interface Wanted {
  readonly path: KeyPath
  readonly type: 'number' | 'boolean'
}

function wantedScalars(issues: readonly core.$ZodIssue[], base: KeyPath): Wanted[] {
  return issues.flatMap((issue): Wanted[] => {
    const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))]
    if (issue.code === 'invalid_union') return issue.errors.flatMap((form) => wantedScalars(form, path))
    if (issue.code !== 'invalid_type') return []
    if (issue.expected === 'number' || issue.expected === 'int') return [{ path, type: 'number' }]
    return issue.expected === 'boolean' ? [{ path, type: 'boolean' }] : []
  })
}

function withScalar(value: unknown, path: KeyPath, type: 'number' | 'boolean'): unknown {
  const [part, ...rest] = path
  if (part === undefined) return typeof value === 'string' ? readScalar(value, type) : value
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === part ? withScalar(item, rest, type) : item))
  }
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, key === part ? withScalar(item, rest, type) : item]),
  )
}

/** The core schema of YAML 1.2; a text that is neither stays as it is, and the schema refuses it. */
function readScalar(text: string, type: 'number' | 'boolean'): unknown {
  const plain = text.trim()
  if (type === 'boolean') {
    return /^(true|True|TRUE|false|False|FALSE)$/.test(plain) ? plain.toLowerCase() === 'true' : text
  }
  return /^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain) ? Number(plain) : text
}
