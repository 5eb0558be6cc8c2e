// Owns time in a simulated world: it passes only where everybody waits, and then leaps to whoever wakes first.
// Heysync's own clock may be wrong.
import type { Clock } from '../../../src/lib/clock.ts'
import { START } from '../../support/clock.ts'

export interface WorldTime {
  /** The true time. */
  readonly real: Clock
  /** As heysync's machine tells it. */
  readonly told: Clock
  advance(ms: number): void
  /** Sets heysync's clock wrong by this much. */
  setWrong(ms: number): void
  wrongBy(): number
  /** Another history begins. */
  restart(): void
}

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

export function worldTime(): WorldTime {
  let now = START
  let wrong = 0
  let sleepers: Sleeper[] = []
  let pumping = false

  // Nothing here waits for the outside, so one turn of the event loop means that everybody has done what they could.
  const pump = () => {
    const first = sleepers.reduce<Sleeper | null>(
      (best, one) => (best === null || one.at < best.at ? one : best),
      null,
    )
    pumping = first !== null
    if (first === null) return
    sleepers = sleepers.filter((one) => one !== first)
    now = Math.max(now, first.at)
    first.wake()
    setImmediate(pump)
  }
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = () => {
        sleepers = sleepers.filter((one) => one !== sleeper)
        reject(signal?.reason)
      }
      const wake = () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }
      const sleeper = { at: now + Math.ceil(ms), wake }
      signal?.addEventListener('abort', stop, { once: true })
      sleepers.push(sleeper)
      if (!pumping) setImmediate(pump)
      pumping = true
    })
  return {
    real: { now: () => now, sleep },
    told: { now: () => now + wrong, sleep },
    advance: (ms) => {
      now += ms
    },
    setWrong: (ms) => {
      wrong = ms
    },
    wrongBy: () => wrong,
    restart: () => {
      now = START
      wrong = 0
      sleepers = []
    },
  }
}
