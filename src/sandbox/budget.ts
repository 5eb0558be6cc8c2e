// Owns the rate limit: so many requests per minute, counted over the last 60 seconds or per minute of the clock.
// A request that is refused does not count.
import type { Dialects } from './dialects.ts'

const WINDOW_MS = 60_000

export interface Budget {
  /** 0 when the request may go ahead; else how long until one may, in milliseconds. */
  waitMs(now: number, limit: number, window: Dialects['rateWindow']): number
  /** Counts one request. */
  take(now: number): void
  /** Takes back one request that was counted at this time: it was refused after all. */
  giveBack(at: number): void
  reset(): void
}

export function makeBudget(): Budget {
  let taken: number[] = []
  // Everything before this place is older than any window; cut off now and then, not at each request.
  let first = 0

  return {
    waitMs(now, limit, window) {
      const start = window === 'fixed' ? Math.floor(now / WINDOW_MS) * WINDOW_MS : now - WINDOW_MS + 1
      while (first < taken.length && (taken[first] ?? 0) < start) first++
      if (first > 10_000) {
        taken = taken.slice(first)
        first = 0
      }
      if (taken.length - first < limit) return 0
      if (window === 'fixed') return start + WINDOW_MS - now
      const blocker = taken[taken.length - limit] ?? now
      return blocker + WINDOW_MS - now
    },
    take(now) {
      taken.push(now)
    },
    giveBack(at) {
      const place = taken.lastIndexOf(at)
      if (place >= first) taken.splice(place, 1)
    },
    reset() {
      taken = []
      first = 0
    },
  }
}
