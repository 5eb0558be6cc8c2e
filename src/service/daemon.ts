// Owns the service: cycles by schedule and on demand, one at a time, until it is told to stop. A long push gives way when
// something comes due or a command waits, and goes on afterwards.
import { once } from 'node:events'
import { type App, TURN_MS } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { openAsks } from './asks.ts'
import type { Control, DaemonState, ServiceEvent } from './control.ts'
import { dueQueue, type Turn } from './due.ts'
import { pausedSources } from './paused.ts'
import { problemBook } from './problems.ts'
import { followSchedules, missedInFull } from './schedules.ts'
import { noteEnd, noteHeld, sourceName, WORK } from './troubles.ts'
import { type TurnEnd, takeTurn } from './turn.ts'
import { startWatch } from './watch.ts'

/** A full cycle that was cut off is begun again for so long after it began, in milliseconds. */
const RESUMABLE_MS = 6 * 60 * 60_000

/** What answers to the world outside, while the daemon works. */
export interface Front {
  readonly url: string
  /** Goes to everybody who listens. */
  tell(event: ServiceEvent): void
  show(state: DaemonState): void
  /** Works with another app from now on, because the config was read anew. */
  adopt(app: App): void
  close(): Promise<void>
}

/** The config was read anew. */
export interface Reopened {
  readonly app: App
  /** Keys that are others now, in words. */
  readonly changed: readonly string[]
  readonly warnings: readonly string[]
}

export interface DaemonDeps {
  readonly app: App
  readonly clock: Clock
  readonly random: () => number
  /** Fires when it should stop: nothing is begun any more, and what is under way comes to a clean end. */
  readonly signal: AbortSignal
  readonly log: Logger
  /** Says when a source is due. */
  readonly follow?: typeof followSchedules
  /** Opens what answers to the world outside; it asks by the control. */
  readonly openFront?: (app: App, control: Control, state: DaemonState) => Promise<Front>
  /** The front answers, here or nowhere. */
  readonly onReady?: (url: string | null) => void
  /** What the front is told, for whoever else listens. */
  readonly tell?: (event: ServiceEvent) => void
  readonly show?: (state: DaemonState) => void
  /** Reads the config again and opens an app by it, which the daemon closes. Errors: ERR_CONFIG_*, ERR_EXPRESSION. */
  readonly reopen?: (app: App) => Promise<Reopened>
}

/** Runs until the signal fires. A cycle that fails is logged; the next tick tries again. Errors: ERR_DATABASE_LOST. */
export async function runDaemon(deps: DaemonDeps): Promise<void> {
  const { clock, random, signal, log, follow = followSchedules } = deps
  const { onReady = () => {} } = deps
  const tell = (event: ServiceEvent) => {
    front?.tell(event)
    deps.tell?.(event)
  }
  const startedAt = clock.now()
  let app = deps.app
  let front: Front | undefined
  /** Read anew, and waiting for the end of the cycle under way. */
  const fresh: { app: App | null } = { app: null }
  const wake = new EventTarget()
  const wakeUp = () => void wake.dispatchEvent(new Event('due'))
  const ids = () => app.loaded.config.sources.map(({ id }) => id)
  const fullAt = (id: string) => app.engine.mirror.sources.find(id)?.full_at ?? null
  const missed = () => missedInFull(app.loaded.config.sources, fullAt, clock.now())

  const state = (): DaemonState => {
    const waiting = due.asked()
    return { startedAt, next: schedules.next(), paused: paused.ids(), problems: problems.all(), waiting }
  }
  const publish = () => {
    watch.look()
    front?.show(state())
    deps.show?.(state())
    tell({ type: 'status' })
  }
  const serve = async () => {
    front = await deps.openFront?.(app, control, state())
    onReady(front?.url ?? null)
  }
  const due = dueQueue(wakeUp)
  const problems = problemBook(clock, () => publish())
  const paused = pausedSources(
    () => app.engine.mirror.meta,
    (resumed) => {
      due.drop(paused.ids())
      comeDue('incremental', resumed)
      comeDue(
        'full',
        missed().filter((id) => resumed.includes(id)),
      )
      publish()
    },
  )
  /** Full pulls that failed, or that came due while their source refused: not put off until the next night. */
  let again: readonly string[] = []
  const refusing = (id: string) => clock.now() < problems.retryAt(sourceName(id))
  const comeDue = (mode: Turn['mode'], sources: readonly string[]) => {
    const open = sources.filter((id) => ids().includes(id) && !paused.has(id))
    due.add(
      mode,
      open.filter((id) => !refusing(id)),
    )
    if (mode === 'full') again = [...new Set([...again, ...open.filter(refusing)])]
  }
  const followAll = () =>
    follow({
      sources: app.loaded.config.sources,
      ...{ clock, random, log },
      onDue: (mode, id) => {
        comeDue(mode, [id])
        publish()
      },
    })
  const accepted = (id: string) => {
    tell({ type: 'cycle', id, status: 'waiting' })
    publish()
  }
  const reload = async () => {
    if (!deps.reopen) return { changed: [], warnings: [] }
    const { app: opened, changed, warnings } = await deps.reopen(fresh.app ?? app)
    fresh.app?.close()
    fresh.app = opened
    log.info({ changed }, changed.length === 0 ? 'config read again: nothing changed' : 'config read again')
    wakeUp()
    return { changed, warnings }
  }
  const asks = openAsks({ app: () => app, clock, due, paused, reload, onAccept: accepted })
  const { control } = asks
  let schedules = followAll()
  let watch = startWatch({ app, clock, log, state })

  /** Between two cycles: what was read anew takes the place of what ran. */
  const swap = async (opened: App) => {
    fresh.app = null
    const before = app.loaded.config
    const known = ids()
    schedules.stop()
    await watch.stop()
    // In this order, and without a pause: what the front brings in meanwhile has somewhere to go.
    front?.adopt(opened)
    app.close()
    app = opened
    watch = startWatch({ app, clock, log, state })
    due.drop(known.filter((id) => !ids().includes(id)))
    for (const id of known) if (!ids().includes(id)) problems.clear(sourceName(id))
    schedules = followAll()
    comeDue(
      'incremental',
      ids().filter((id) => !known.includes(id)),
    )
    // What failed may be what was put right.
    problems.clear(WORK)
    if (JSON.stringify(before.service) !== JSON.stringify(app.loaded.config.service)) {
      await front?.close()
      await serve()
    }
    publish()
  }
  const noteTurn = (turn: Turn, end: TurnEnd) => {
    if (end.left) due.leaveRest(end.cycle ?? undefined)
    if (end.goOn !== null) due.leaveReading({ ...turn, ...end.goOn }, end.cycle ?? undefined)
    if (noteEnd(problems, app, end)) {
      // It was not to blame: all of it is done once the work goes on.
      comeDue(turn.mode, turn.sources)
      if (turn.sources.length === 0) due.leaveRest()
    } else if (turn.mode === 'full') {
      // A night without Heymarket does not put off what is only found by reading everything until the next night.
      again = [...new Set([...again, ...end.failed])]
    }
  }
  try {
    comeDue('full', [...cutOff(app, clock.now()), ...missed()])
    comeDue('incremental', ids())
    noteHeld(problems, app)
    const promised = asks.goOn()
    if (promised > 0) log.info({ cycles: promised }, 'goes on with what was asked for before it stopped')
    await serve()
    publish()
    while (!signal.aborted) {
      if (fresh.app !== null) await swap(fresh.app)
      if (due.waiting()) {
        const now = again.filter((id) => !refusing(id))
        again = again.filter(refusing)
        comeDue('full', now)
      }
      const retryAt = problems.retryAt(WORK)
      const turn = due.take(clock.now() < retryAt)
      if (turn === null) {
        await waitFor(wake, signal, clock, retryAt > clock.now() ? retryAt - clock.now() : null)
        continue
      }
      publish()
      const yieldNow = () =>
        fresh.app !== null || (due.waiting() && problems.retryAt(WORK) === 0) || app.wanted()
      const end = await takeTurn({ app, clock, log, signal, tell, yieldNow }, turn)
      // One that was stopped before it began waits for the next start.
      if (turn.id !== null && (end.cycle !== null || !signal.aborted)) asks.done(turn.id)
      noteTurn(turn, end)
      publish()
      // Rejects only when the signal fires, which ends the loop.
      await clock.sleep(TURN_MS, signal).catch(() => {})
    }
  } finally {
    schedules.stop()
    await watch.stop()
    await front?.close()
    app.close()
    fresh.app?.close()
  }
}

/** Until something is due, the signal fires, or so long, where there is something to be tried again. */
async function waitFor(
  wake: EventTarget,
  signal: AbortSignal,
  clock: Clock,
  ms: number | null,
): Promise<void> {
  const done = new AbortController()
  const ends = AbortSignal.any([signal, done.signal])
  const waits: Promise<unknown>[] = [
    once(wake, 'due', { signal: ends }),
    once(signal, 'abort', { signal: done.signal }),
  ]
  if (ms !== null) waits.push(clock.sleep(ms, ends))
  try {
    await Promise.race(waits)
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    for (const wait of waits) wait.catch(() => {})
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
