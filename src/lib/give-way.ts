// Owns giving way while reading: between two pages, once something more urgent waits and this part has lasted a while.
import type { Clock } from './clock.ts'

/** Reading goes on for at least so long before it gives way, so that it always comes further; in milliseconds. */
const SLICE_MS = 30_000

/** Thrown where reading gives way. What was read is saved, and reading goes on from there. */
export class GaveWay extends Error {
  override readonly name = 'GaveWay'
}

export interface Wishes {
  /** True when something more urgent waits. */
  readonly yieldNow?: (() => boolean) | undefined
  /** True when it has to end at once, however short it lasted. */
  readonly stopNow?: (() => boolean) | undefined
}

/** To be called where a page is saved and reading can be taken up again from there. Errors: GaveWay, when it is time. */
export function breather(clock: Clock, { yieldNow, stopNow }: Wishes): () => void {
  const startedAt = clock.now()
  return () => {
    const lasted = clock.now() - startedAt >= SLICE_MS
    if (stopNow?.() || (lasted && (yieldNow?.() ?? false))) throw new GaveWay()
  }
}
