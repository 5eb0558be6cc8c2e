// Owns the overlap: how far behind its watermark an incremental pull reads again, learned from how late rows turned up.
//
// A row is late when an earlier pull had to show it and did not: its time is before the end of that pull's window. Rows
// become visible late where a transaction is open for long, where a replica lags, and where the clocks of a source differ.
import type { SourceConfig } from '../../config/schema.ts'
import type { Mirror } from '../mirror/mirror.ts'

/** Times the latest row that was seen, because the next one may be later. */
const MARGIN = 2
/** A row that is still later is found by the next full pull. */
const MOST_SECONDS = 24 * 60 * 60
/** For so long one late row counts. */
const DAYS = 7

const DAY_MS = 24 * 60 * 60_000

/** Days since 1970. */
export function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS)
}

/** The first day that still counts. */
export function firstDay(now: number): number {
  return dayOf(now) - DAYS + 1
}

/** In seconds. `configured` is the least; `latestMs` is by how much the latest row of the last days was late. */
export function overlapOf(configured: number, latestMs: number): number {
  return Math.max(configured, Math.min(MOST_SECONDS, Math.ceil((latestMs / 1000) * MARGIN)))
}

/** How far behind its watermark a source is read again now, in seconds. */
export function overlapSeconds(
  { sources }: Mirror,
  { id, overlapSeconds: configured }: SourceConfig,
  now: number,
): number {
  return overlapOf(configured, sources.latest(id, firstDay(now)))
}
