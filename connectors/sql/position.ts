// Owns the position of a page: where the next one begins, and what the end has to know of the pages before.
import { z } from 'zod'

const positionSchema = z.object({
  v: z.literal(1),
  /** Texts of the key of the last row. */
  after: z.array(z.string()).nullable(),
  /** What the end says as `until`. */
  until: z.string().nullable(),
  /** What the end says as `token`. */
  token: z.string().nullable(),
  /** Rows so far that have no time of change. */
  timeless: z.int(),
  /** False once the rows are known not to be as many as the ids. */
  counts: z.boolean(),
})

export type Position = z.output<typeof positionSchema>

export const START: Position = {
  v: 1,
  after: null,
  until: null,
  token: null,
  timeless: 0,
  counts: true,
}

/** Null for the start, and for a text that another version wrote: going back to the start is always right. */
export function readPosition(text: string | null, keys: number): Position | null {
  if (text === null) return null
  try {
    const position = positionSchema.parse(JSON.parse(text))
    return position.after === null || position.after.length === keys ? position : null
  } catch {
    return null
  }
}

export function writePosition(position: Position): string {
  return JSON.stringify(position)
}
