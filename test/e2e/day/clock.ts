// Owns the hour of the day: whoever sleeps makes it leap, and while another process works it runs as fast as everywhere.

import { TURN_MS } from '../../../src/app.ts'
import type { Clock } from '../../../src/lib/clock.ts'
import { START } from '../../support/clock.ts'

const HOUR = 60 * 60_000
const MIDNIGHT = START - 12 * HOUR

export interface DayClock extends Clock {
  /** Moves it to this hour of the day, e.g. 8.25; never back. */
  to(hour: number): void
  hour(): number
  /** As every other clock, until it is stopped: for another process that goes by it. */
  run(): void
  stop(): void
  /** Called each time that a turn of the daemon is over. */
  onRest: () => void
}

export function dayClock(): DayClock {
  let at = MIDNIGHT
  let since: number | null = null
  const now = () => (since === null ? at : at + (Date.now() - since))
  const clock: DayClock = {
    now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      if (since === null) at += ms
      if (ms === TURN_MS) clock.onRest()
    },
    to: (hour) => {
      at = Math.max(at, MIDNIGHT + hour * HOUR)
    },
    hour: () => (now() - MIDNIGHT) / HOUR,
    run: () => {
      since ??= Date.now()
    },
    stop: () => {
      at = now()
      since = null
    },
    onRest: () => {},
  }
  return clock
}
