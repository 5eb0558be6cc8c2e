// Owns the text that says where a pull stands.
import { z } from 'zod'
import { ROWS_START, type RowsAt } from './rows.ts'

export interface Position {
  /** Which of the readings that a pull is made of, from 0. */
  readonly stage: number
  /** Its part, where it has no rows of its own. */
  readonly part: number
  readonly rows: RowsAt
  /** Rows that the readings before it read. */
  readonly seen: number
}

const POSITION_START: Position = { stage: 0, part: 0, rows: ROWS_START, seen: 0 }

const position = z.object({
  stage: z.int().min(0),
  part: z.int(),
  seen: z.int(),
  rows: z.object({
    after: z.string(),
    slice: z.object({ from: z.number(), to: z.number() }).nullable(),
    job: z
      .object({ id: z.string(), locator: z.string().nullable(), seenBefore: z.int(), seen: z.int() })
      .nullable(),
    seen: z.int(),
  }),
})

export const writePosition = (at: Position): string => JSON.stringify(at)

/** Going back to the start is always right, so that is what an unreadable one means. */
export function readPosition(text: string | null): Position {
  if (text === null) return POSITION_START
  try {
    return position.parse(JSON.parse(text))
  } catch {
    return POSITION_START
  }
}
