// Owns the sandbox's own time: the real one, run faster or moved ahead, so that scheduled messages come due while one waits.
import type { Clock } from '../lib/clock.ts'

export interface OwnTime extends Clock {
  advance(ms: number): void
}

export function ownTime(clock: Clock, speed: number): OwnTime {
  const startedAt = clock.now()
  let ahead = 0
  return {
    now: () =>
      (speed === 1 ? clock.now() : Math.floor(startedAt + (clock.now() - startedAt) * speed)) + ahead,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    advance: (ms) => {
      ahead += ms
    },
  }
}
