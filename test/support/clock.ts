// Owns time in tests: a clock that stands still, and whose sleepers make it leap instead of waiting.
import type { Clock } from '../../src/lib/clock.ts'

export interface LeapingClock extends Clock {
  /** Moves the hour; negative goes back, as after a correction. */
  advance(ms: number): void
  /** Every sleep that was asked for, in milliseconds. */
  readonly slept: number[]
}

/** 2030-01-15T12:00:00Z: later than any real time, so that a real clock that slipped in shows at once. */
export const START = Date.parse('2030-01-15T12:00:00Z')

/** Whoever sleeps moves the clock to the end of that sleep and goes on at once. */
export function leapingClock(startAt = START): LeapingClock {
  let now = startAt
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      slept.push(ms)
      now += ms
    },
    advance: (ms) => {
      now += ms
    },
  }
}
