// Owns time: everything that needs the hour or has to wait is handed a Clock.
import { setTimeout as delay } from 'node:timers/promises'

export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with an AbortError when the signal fires first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** 24.8 days; a timer for more than that goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    for (let left = ms; ; left -= LONGEST_TIMER_MS) {
      await delay(Math.min(left, LONGEST_TIMER_MS), undefined, signal ? { signal } : {})
      if (left <= LONGEST_TIMER_MS) return
    }
  },
}

/** An instant in milliseconds as RFC 3339 in UTC, e.g. `2026-11-20T09:30:00.000Z`. */
export function toIso(ms: number): string {
  return new Date(ms).toISOString()
}
