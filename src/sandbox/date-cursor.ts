// Owns the `date` of a listing: which range of instants it means, by the dialects. Shared by every listing.
import { badRequest } from './api-error.ts'
import type { Dialects } from './dialects.ts'
import { readStamp, STEP_US } from './stamp.ts'

/** Microseconds: `from` is included, `before` is not. */
export interface Range {
  readonly from: number
  readonly before: number
}

/** Rows on a page where no `limit` is given or taken: of messages, tags, templates, lists and conversations. */
export const ROWS_WITHOUT_LIMIT = 30

export const EVERYTHING: Range = { from: 0, before: Number.MAX_SAFE_INTEGER }

/** With `side: 'before'` the cursor is the upper bound, with `'after'` the lower. Throws an ApiError (400). */
export function rangeOf(
  date: string | undefined,
  side: 'before' | 'after',
  dialects: Dialects,
  field = 'date',
): Range {
  if (date === undefined || date === '') return EVERYTHING
  const cursor = readStamp(date, dialects.resolution)
  if (cursor === null) throw badRequest(field, 'must be an RFC 3339 time, e.g. 2026-11-20T09:30:00Z')
  // The cursor is a whole step of the resolution, so comparing cut times is comparing with the start or the end of its step.
  const end = cursor + STEP_US[dialects.resolution]
  const inclusive = dialects.cursor === 'inclusive'
  if (side === 'after') return { ...EVERYTHING, from: inclusive ? cursor : end }
  return { ...EVERYTHING, before: inclusive ? end : cursor }
}

/** How many rows a page has. Throws an ApiError (400) under overLimit=reject. */
export function limitOf(asked: number | undefined, dialects: Dialects): number {
  const { maxLimit, overLimit } = dialects
  // A limit of 0 is what a client in Go sends when it sets none.
  const wanted = asked || Math.min(dialects.defaultLimit, maxLimit)
  if (wanted > maxLimit && overLimit === 'reject') throw badRequest('limit', `must be at most ${maxLimit}`)
  return Math.min(wanted, maxLimit)
}

/** Rows before the page, by the base of `page`. */
export function offsetOf(page: number | undefined, limit: number, dialects: Dialects): number {
  if (page === undefined || dialects.page === 'ignored') return 0
  return Math.max(0, page - (dialects.page === 'one' ? 1 : 0)) * limit
}
