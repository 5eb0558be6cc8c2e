// Owns the schedules of the sources: when each is due. The hour is looked at again and again instead of waiting for a
// timer, because timers stand still while the machine sleeps and do not know when its clock is set.
import type { SourceConfig } from '../config/schema.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { cron, type NextAfter } from './cron.ts'

/** How often the clock is looked at, in milliseconds. */
const LOOK_MS = 500
/** A clock that went back by more than this, and by more than the schedule's own period, was wrong before, in milliseconds. */
const WRONG_MS = 60 * 60_000

type Mode = 'full' | 'incremental'

export interface SchedulesDeps {
  readonly sources: readonly SourceConfig[]
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly onDue: (mode: Mode, sourceId: string) => void
}

export interface Schedules {
  /** Looks at the clock, as it does by itself twice a second. */
  look(): void
  /** When each source is due next, in milliseconds since 1970; null without a schedule. */
  next(): Record<string, { incremental: number | null; full: number | null }>
  stop(): void
}

interface Timetable {
  readonly mode: Mode
  readonly source: SourceConfig
  readonly nextAfter: NextAfter
  /** The instant that the schedule names, and when it is due, which is a little later where there is jitter. */
  tickAt: number
  dueAt: number
  /** What the schedule named up to here is done with. */
  doneUntil: number
}

/** Follows `schedule` and `fullSchedule` of each source. */
export function followSchedules({ sources, clock, random, log, onDue }: SchedulesDeps): Schedules {
  const tables = sources.flatMap((source) => [
    ...timetable('incremental', source, source.schedule, clock.now()),
    ...timetable('full', source, source.fullSchedule, clock.now()),
  ])
  const plan = (table: Timetable, after: number) => {
    const tickAt = table.nextAfter(after)
    if (tickAt === table.tickAt) return
    table.tickAt = tickAt
    // Half a period at most, so that none is skipped.
    const room = Math.min(table.source.jitterSeconds * 1000, (table.nextAfter(tickAt) - tickAt) / 2)
    table.dueAt = tickAt + Math.floor(random() * room)
  }
  for (const table of tables) plan(table, table.doneUntil)
  let seenAt = clock.now()
  const look = () => {
    const now = clock.now()
    const wentBack = now < seenAt
    if (wentBack) log.warn(`the clock went back by ${Math.ceil((seenAt - now) / 1000)} s`)
    seenAt = now
    for (const table of tables) {
      // What passed while the machine slept, or its clock was set ahead, is due once: late is better than not at all.
      if (now >= table.dueAt) {
        onDue(table.mode, table.source.id)
        table.doneUntil = now
        plan(table, now)
      } else if (wentBack) {
        table.doneUntil = doneAfterStep(table, now)
        plan(table, Math.max(now, table.doneUntil))
      }
    }
  }
  const watch = setInterval(look, LOOK_MS)
  return {
    look,
    next: () =>
      Object.fromEntries(
        sources.map(({ id }) => {
          const at = (mode: Mode) =>
            tables.find((one) => one.mode === mode && one.source.id === id)?.dueAt ?? null
          return [id, { incremental: at('incremental'), full: at('full') }]
        }),
      ),
    stop: () => clearInterval(watch),
  }
}

/**
 * Nothing fires twice because the clock was set back. But a schedule must not stand still for long either: after a step that
 * is larger than an hour and than its period, the clock was wrong before, and the schedule begins anew.
 */
function doneAfterStep({ nextAfter, doneUntil }: Timetable, now: number): number {
  const tick = nextAfter(now)
  const period = nextAfter(tick) - tick
  return doneUntil - now > Math.max(WRONG_MS, period) ? now : doneUntil
}

/** The sources whose full resync came due after they were last read in full, while nobody ran. */
export function missedInFull(
  sources: readonly SourceConfig[],
  fullAt: (sourceId: string) => number | null,
  now: number,
): string[] {
  return sources.flatMap(({ id, fullSchedule, timezone }) => {
    const last = fullAt(id)
    if (fullSchedule === undefined || last === null) return []
    return cron(fullSchedule, timezone)(last) <= now ? [id] : []
  })
}

function timetable(
  mode: Mode,
  source: SourceConfig,
  expression: string | undefined,
  now: number,
): Timetable[] {
  if (expression === undefined) return []
  const nextAfter = cron(expression, source.timezone)
  return [{ mode, source, nextAfter, tickAt: 0, dueAt: 0, doneUntil: now }]
}
