// Owns the service: cycles by schedule, one at a time, and the front for everybody who asks, until it is told to stop. A long push
// gives way when a schedule comes due or a command waits, and goes on afterwards.
import { once } from 'node:events'
import { type App, TURN_MS } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import { asHeysyncError } from '../lib/errors.ts'
import type { Logger } from '../lib/logger.ts'
import { runCycle } from '../sync/cycle.ts'
import { dueQueue, type Turn } from './due.ts'
import type { Serve } from './front/serve.ts'
import { followSchedules } from './schedules.ts'
import { standIn } from './stand-in.ts'

/** A full cycle that was cut off is begun again for so long after it began, in milliseconds. */
const RESUMABLE_MS = 6 * 60 * 60_000

export interface DaemonDeps {
  readonly app: App
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly log: Logger
  /** Says when a source is due, until the returned function is called. */
  readonly follow?: typeof followSchedules
  /** Serves HTTP; without it nothing listens. */
  readonly serve?: Serve
}

/** Runs until the signal fires. A cycle that fails is logged; the next tick tries again. Errors: ERR_DATABASE_LOST. */
export async function runDaemon({
  app,
  clock,
  signal,
  log,
  follow = followSchedules,
  serve,
}: DaemonDeps): Promise<void> {
  const { sources } = app.loaded.config
  const ids = sources.map((source) => source.id)
  const wake = new EventTarget()
  const due = dueQueue(() => wake.dispatchEvent(new Event('due')))
  due.add(
    'full',
    cutOff(app, clock.now()).filter((id) => ids.includes(id)),
  )
  due.add('incremental', ids)
  const [control, state] = standIn(app, clock, due)
  const front = await serve?.({ app, clock, log }, control, state)
  const stopSchedules = follow({ sources, clock, log, onDue: (mode, id) => due.add(mode, [id]) })
  log.info({ sources: ids, url: front?.url }, 'heysync is running')
  let again: readonly string[] = []
  try {
    while (!signal.aborted) {
      if (due.waiting()) {
        due.add('full', again)
        again = []
      }
      const next = due.take()
      if (next === null) {
        await waitFor(wake, signal)
        continue
      }
      const end = await cycle(app, clock, log, next, () => due.waiting() || app.wanted())
      // Rejects only when the signal fires, which ends the loop.
      await clock.sleep(TURN_MS, signal).catch(() => {})
      if (end.left) due.leaveRest()
      if (end.goOn !== null) due.leaveReading({ ...next, ...end.goOn })
      // A night without Heymarket does not put off what is only found by reading everything until the next night.
      if (next.mode === 'full') again = [...new Set([...again, ...end.failed])]
    }
  } finally {
    stopSchedules()
    await front?.close()
  }
}

async function waitFor(wake: EventTarget, signal: AbortSignal): Promise<void> {
  const done = new AbortController()
  const ends = AbortSignal.any([signal, done.signal])
  try {
    await Promise.race([once(wake, 'due', { signal: ends }), once(signal, 'abort', { signal: done.signal })])
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    done.abort()
  }
}

/** A full cycle by schedule that was stopped while it was reading is begun again; what it had read by then is saved. */
function cutOff({ engine }: App, now: number): readonly string[] {
  const last = engine.cycles.latestFull('schedule')
  if (last === undefined || last.phase === 'push' || now - last.started_at > RESUMABLE_MS) return []
  const stopped = last.status === 'running' || last.status === 'interrupted'
  return stopped && last.sources !== null ? (JSON.parse(last.sources) as string[]) : []
}

interface CycleEnd {
  /** The sources that are to be read once more: those that failed, or all of them where the cycle did. */
  readonly failed: readonly string[]
  /** A part of the push is left, or was left before and could not be looked at. */
  readonly left: boolean
  /** It gave way while it read, and goes on with these. */
  readonly goOn: { readonly sources: readonly string[] } | null
}

/** Errors: ERR_DATABASE_LOST, after which nothing more can be done with this app. */
async function cycle(
  app: App,
  clock: Clock,
  log: Logger,
  next: Turn,
  yieldNow: () => boolean,
): Promise<CycleEnd> {
  let id: string | undefined
  try {
    const { report, goOn } = await app.alone('heysync run', () => {
      id = app.engine.cycles.nextId(clock.now())
      const request = { ...next, id, trigger: 'schedule', allowEmpty: [], planOnly: false, yieldNow }
      return runCycle(app.engine, request)
    })
    const { mode, sources, plan, push, status } = report
    log[status === 'ok' ? 'info' : 'warn'](
      { cycle: id, mode, status, sources, plan, push },
      push.deferred > 0 || goOn !== null ? 'cycle gave way' : 'cycle finished',
    )
    return { failed: report.failures.map(({ source }) => source), left: push.deferred > 0, goOn }
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_DATABASE_LOST') throw error
    if (error.code === 'ERR_ABORTED') return { failed: next.sources, left: false, goOn: null }
    log.error({ cycle: id, mode: next.mode, code: error.code, hint: error.hint }, error.message)
    // A source that cannot be read keeps nobody waiting whose changes are planned already.
    const waiting = app.engine.outbox.counts().pending > 0
    return { failed: next.sources, left: waiting && next.sources.length > 0, goOn: null }
  }
}
