// Owns the schedules of the sources: when each is due. The hour is looked at again and again instead of waiting for a
// timer, because timers stand still while the machine sleeps and do not know when its clock is set.
import { createTask, type ScheduledTask } from 'node-cron'
import type { SourceConfig } from '../config/schema.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

/** How often the clock is looked at, in milliseconds. */
const LOOK_MS = 500

type Mode = 'full' | 'incremental'

export interface SchedulesDeps {
  readonly sources: readonly SourceConfig[]
  readonly clock: Clock
  readonly log: Logger
  readonly onDue: (mode: Mode, sourceId: string) => void
}

interface Timetable {
  readonly mode: Mode
  readonly sourceId: string
  /** Never started: it only tells what comes next after now. */
  readonly task: ScheduledTask
  nextAt: number
}

/** Follows `schedule` and `fullSchedule` of each source until the returned function is called. */
export function followSchedules({ sources, clock, log, onDue }: SchedulesDeps): () => void {
  const tables = sources.flatMap((source) => [
    ...timetable('incremental', source, source.schedule),
    ...timetable('full', source, source.fullSchedule),
  ])
  let seenAt = clock.now()
  const look = () => {
    const now = clock.now()
    const wentBack = now < seenAt
    if (wentBack) log.warn(`the clock went back by ${Math.ceil((seenAt - now) / 1000)} s`)
    seenAt = now
    for (const table of tables) {
      // What passed while the machine slept, or its clock was set ahead, is due once: late is better than not at all.
      if (now >= table.nextAt) onDue(table.mode, table.sourceId)
      else if (!wentBack) continue
      table.nextAt = nextOf(table.task)
    }
  }
  const watch = setInterval(look, LOOK_MS)
  return () => clearInterval(watch)
}

function timetable(mode: Mode, { id, timezone }: SourceConfig, expression: string | undefined): Timetable[] {
  if (expression === undefined) return []
  const task = createTask(expression, () => {}, timezone === undefined ? {} : { timezone })
  return [{ mode, sourceId: id, task, nextAt: nextOf(task) }]
}

/** Milliseconds since 1970. */
function nextOf(task: ScheduledTask): number {
  return task.getNextRuns(1)[0]?.getTime() ?? Number.POSITIVE_INFINITY
}
