// Owns tolerant readers: what Heymarket leaves out, sends as null, or shows in one of several shapes becomes one shape.
import { z } from 'zod'
import { byParts } from './by-parts.ts'

/** Text, or nothing in any form, as text. */
export const text = z
  .union([z.string(), z.number(), z.boolean(), z.null()])
  .optional()
  .transform((value) => (value === null || value === undefined ? '' : String(value)))

/** An id given as a number or as digits. */
export const id = z
  .union([z.int(), z.string().regex(/^\d+$/)])
  .transform(Number)
  .pipe(z.int())

/** An id, or null where there is none (absent, null, 0 or negative). */
export const optionalId = z
  .union([z.int(), z.string().regex(/^-?\d+$/), z.null()])
  .optional()
  .transform((value) => (value === null || value === undefined || Number(value) <= 0 ? null : Number(value)))

/** A bare list, a list inside an envelope under one of `keys`, or null for an empty one. */
export function listOf<T>(item: z.ZodType<T>, ...keys: readonly string[]): z.ZodType<T[]> {
  const listIn = (value: unknown): unknown => {
    if (value === null || value === undefined) return []
    if (typeof value === 'object' && !Array.isArray(value)) {
      for (const key of keys) {
        if (key in value) return (value as Record<string, unknown>)[key] ?? []
      }
    }
    return value
  }
  return byParts(z.preprocess(listIn, z.array(item)), listIn)
}

/** A count given as a number, as text, or as `{count}`. */
export const count = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && 'count' in value ? value.count : value),
  z.union([z.int().min(0), z.string().regex(/^\d+$/)]).transform(Number),
)

/** Any scalar that says "done": `"ok"`, `ok`, `"success"`, an object, or nothing. */
export const done = z.unknown().transform(() => true as const)

/** Answer of a write: id and, where given, the new revision. */
export const written = z.looseObject({
  id,
  rev: z
    .union([z.int(), z.null()])
    .optional()
    .transform((value) => value ?? null),
  uuid: z
    .union([z.string(), z.null()])
    .optional()
    .transform((value) => value ?? null),
})
export type Written = { readonly id: number; readonly rev: number | null; readonly uuid: string | null }
