// Owns the reading of a long list part by part, so that a thousand contacts do not hold up whatever else waits in this thread.
import type { ZodSafeParseResult, ZodType } from 'zod'
import { othersTurn } from '../lib/turns.ts'

/** So many entries are read at once. */
const PART = 100

/** What finds the list in a value, by the schema that takes it. */
const lists = new WeakMap<ZodType, (value: unknown) => unknown>()

/** Says of the schema of a list that it takes a part of it as it takes all. */
export function byParts<S extends ZodType<unknown[]>>(
  schema: S,
  listIn = (value: unknown): unknown => value,
): S {
  lists.set(schema, listIn)
  return schema
}

/** What the schema makes of the value. */
export async function parseByParts<T>(schema: ZodType<T>, value: unknown): Promise<ZodSafeParseResult<T>> {
  const rows = lists.get(schema)?.(value)
  if (!Array.isArray(rows) || rows.length <= PART) return schema.safeParse(value)
  const read: unknown[] = []
  for (let from = 0; from < rows.length; from += PART) {
    await othersTurn()
    const part = schema.safeParse(rows.slice(from, from + PART))
    // Once more as a whole: then it says which entry of all it is.
    if (!part.success) return schema.safeParse(value)
    read.push(...(part.data as unknown[]))
  }
  return { success: true, data: read as T }
}
