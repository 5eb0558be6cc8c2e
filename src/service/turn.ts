// Owns one turn of the daemon: a cycle under the lock, told to those who watch, and what is to be done about its end.
import type { z } from 'zod'
import type { App } from '../app.ts'
import { type Clock, toIso } from '../lib/clock.ts'
import { asHeysyncError, type HeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { runCycle } from '../sync/cycle.ts'
import { type Progress, secondsLeft } from '../sync/progress.ts'
import type { CycleReport } from '../sync/report.ts'
import type { underWay } from './api/contract.ts'
import { pushBeside } from './beside.ts'
import type { ServiceEvent } from './control.ts'
import type { Turn } from './due.ts'

export interface TurnDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
  /** The service is told to stop. */
  readonly signal: AbortSignal
  /** Something more urgent waits. */
  readonly yieldNow: () => boolean
  readonly tell: (event: ServiceEvent) => void
}

export interface TurnEnd {
  /** Null when it did not come to begin. */
  readonly cycle: string | null
  readonly report: CycleReport | null
  /** What ended it, if it did not come to its end. */
  readonly error: HeysyncError | null
  /** The sources that are to be read once more: those that failed, or all of them where the cycle did. */
  readonly failed: readonly string[]
  /** A part of the push is left, or was left before and could not be looked at. */
  readonly left: boolean
  /** It gave way while it read, and goes on with these. */
  readonly goOn: { readonly sources: readonly string[] } | null
}

/** How often progress is told at most, in milliseconds. */
const TELL_EVERY_MS = 500

/** Errors: ERR_DATABASE_LOST, after which nothing more can be done with this app. */
export async function takeTurn(deps: TurnDeps, next: Turn): Promise<TurnEnd> {
  const { app, clock, log, signal, tell } = deps
  const { prepare, id: given, ...asked } = next
  const { cycles, outbox } = app.engine
  let id: string | null = null
  try {
    const work = async () => {
      prepare?.()
      const begun = given ?? cycles.nextId(clock.now())
      id = begun
      tell({ type: 'cycle', id: begun, status: 'running' })
      const stopNow = () => signal.aborted
      const besideOver = pushBeside({ app, clock, log, reads: begun, stopNow })
      try {
        return await runCycle(
          app.engine,
          {
            ...{ ...asked, id: begun, planOnly: false, yieldNow: deps.yieldNow, stopNow },
            afterReading: besideOver,
          },
          { onProgress: progressTeller(deps, begun, next) },
        )
      } finally {
        await besideOver()
      }
    }
    const { report, goOn } = await app.alone('heysync run', work, undefined, signal)
    const { mode, sources, plan, push, status } = report
    log[status === 'ok' ? 'info' : 'warn'](
      { cycle: id, mode, status, sources, plan, push },
      push.deferred > 0 || goOn !== null ? 'cycle gave way' : 'cycle finished',
    )
    tell({ type: 'cycle', id: report.cycle, status: goOn === null ? status : 'interrupted' })
    const failed = report.failures.map(({ source }) => source)
    return { cycle: id, report, error: null, failed, left: push.deferred > 0, goOn }
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_DATABASE_LOST') throw error
    const interrupted = error.code === 'ERR_ABORTED'
    if (id !== null) tell({ type: 'cycle', id, status: interrupted ? 'interrupted' : 'failed' })
    const end = { cycle: id, error, failed: next.sources, goOn: null }
    if (interrupted) return { ...end, report: null, left: false }
    log.error({ cycle: id, mode: next.mode, code: error.code, hint: error.hint }, error.message)
    // A source that cannot be read keeps nobody waiting whose changes are planned already.
    const left = next.sources.length > 0 && quietly(() => outbox.counts().pending > 0, false)
    return { ...end, report: quietly(() => savedReport(app, id), null), left }
  }
}

function savedReport({ engine }: App, id: string | null): CycleReport | null {
  const text = id === null ? null : (engine.cycles.find(id)?.report ?? null)
  return text === null ? null : (JSON.parse(text) as CycleReport)
}

/** The database may be what is wrong. */
function quietly<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}

function progressTeller({ app, clock, tell }: TurnDeps, id: string, { mode, trigger }: Turn) {
  const since = toIso(clock.now())
  const { requestsPerMinute } = app.loaded.config.heymarket
  let told: { at: number; phase: string } | null = null
  return (at: Progress) => {
    const now = clock.now()
    if (told?.phase === at.phase && now - told.at < TELL_EVERY_MS) return
    told = { at: now, phase: at.phase }
    const { phase, source, done, total } = at
    const left = secondsLeft(at, now, requestsPerMinute)
    const shown: z.infer<typeof underWay> = {
      ...{ cycle: id, mode, trigger, since, phase, source, done, total },
      secondsLeft: left,
    }
    tell({ type: 'progress', underWay: shown })
  }
}
