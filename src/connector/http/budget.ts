// Owns a source's own request budget: windows that are known beforehand, and pauses that answers ask for. Several buckets
// may stand beside each other, because vendors count some requests, such as searches, apart.
import { toIso } from '../../lib/clock.ts'
import { ConnectorError } from '../error.ts'
import type { Ground } from '../ground.ts'
import type { SaidLimits } from './limits.ts'

/** No more than `requests` (or points of cost) begin in any stretch of `perMs` milliseconds. */
export interface BudgetWindow {
  readonly requests: number
  readonly perMs: number
}

export interface BudgetOptions {
  /** By bucket. A request that names none belongs to `default`. */
  readonly windows: Readonly<Record<string, readonly BudgetWindow[]>>
  readonly clock: Ground['clock']
  readonly log: Ground['log']
}

export interface SourceBudget {
  /**
   * Resolves when a request of this cost may begin. Rejects when the signal aborts. Errors: a ConnectorError `quota` when it
   * would have to wait for more than `longestWaitMs`: whoever slept that long would keep every other source waiting. `hint` is
   * that error's.
   */
  acquire(
    bucket: string,
    cost: number,
    signal: AbortSignal,
    longestWaitMs: number,
    hint?: string,
  ): Promise<void>
  /** Takes in what an answer said: an empty window is waited out. */
  heard(bucket: string, said: SaidLimits): void
  /** Nothing of this bucket begins before `until`; milliseconds since 1970. */
  pause(bucket: string, until: number): void
}

/** A wait that is longer is said, in milliseconds. */
const SAID_MS = 5_000

export function openSourceBudget({ windows, clock, log: { info } }: BudgetOptions): SourceBudget {
  const begun = new Map<string, { at: number; cost: number }[]>()
  const pausedUntil = new Map<string, number>()
  const saidUntil = new Map<string, number>()

  /** 0 when it may begin now. */
  const waitMs = (bucket: string, cost: number): number => {
    const now = clock.now()
    const limits = windows[bucket] ?? []
    const longest = Math.max(0, ...limits.map(({ perMs }) => perMs))
    const log = (begun.get(bucket) ?? []).filter(({ at }) => at > now - longest && at <= now)
    begun.set(bucket, log)
    const waits = limits.map(({ requests, perMs }) => {
      const inWindow = log.filter(({ at }) => at > now - perMs)
      let over = inWindow.reduce((sum, one) => sum + one.cost, cost) - requests
      let wait = 0
      // One that costs more than the whole window goes when nothing else is in it.
      for (const one of inWindow) {
        if (over <= 0) break
        over -= one.cost
        wait = one.at + perMs - now
      }
      return wait
    })
    return Math.max(0, (pausedUntil.get(bucket) ?? 0) - now, ...waits)
  }
  const pause = (bucket: string, until: number) =>
    void pausedUntil.set(bucket, Math.max(until, pausedUntil.get(bucket) ?? 0))

  /** Once, however many requests wait for the same instant. */
  const say = (bucket: string, ms: number) => {
    const until = clock.now() + ms
    if (ms <= SAID_MS || until <= (saidUntil.get(bucket) ?? 0)) return
    saidUntil.set(bucket, until)
    info(`waits ${Math.ceil(ms / 1_000)} s until the source may be asked again.`)
  }

  return {
    acquire: async (bucket, cost, signal, longestWaitMs, hint) => {
      for (;;) {
        signal.throwIfAborted()
        const ms = waitMs(bucket, cost)
        if (ms <= 0) break
        if (ms > longestWaitMs) throw usedUp(clock.now() + ms, hint)
        say(bucket, ms)
        await clock.sleep(ms, signal)
      }
      const log = begun.get(bucket) ?? []
      log.push({ at: clock.now(), cost })
      begun.set(bucket, log)
    },
    heard: (bucket, { remaining, resetAt }) => {
      if (remaining !== null && remaining < 1 && resetAt !== null) pause(bucket, resetAt)
    },
    pause,
  }
}

function usedUp(until: number, hint: string | undefined): ConnectorError {
  return new ConnectorError('quota', {
    message: `The source takes no more requests before ${toIso(until)}, by its limits or by what it answered last.`,
    ...(hint === undefined ? {} : { hint }),
    until,
  })
}
