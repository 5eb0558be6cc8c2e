// Owns the schedules of the sources: when each is due, also after the machine slept or its clock was set.
import { schedule, type TaskOptions } from 'node-cron'
import type { SourceConfig } from '../config/schema.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

/** How often the clock is looked at, in milliseconds. One that went back by less delays the next cycle by less. */
const LOOK_MS = 1_000

export interface SchedulesDeps {
  readonly sources: readonly SourceConfig[]
  readonly clock: Clock
  readonly log: Logger
  readonly onDue: (mode: 'full' | 'incremental', sourceId: string) => void
}

/** Follows `schedule` and `fullSchedule` of each source until the returned function is called. */
export function followSchedules({ sources, clock, log, onDue }: SchedulesDeps): () => Promise<void> {
  const tasks = sources.flatMap(({ id, schedule: often, fullSchedule: full, timezone }) => {
    const options: TaskOptions = {
      ...(timezone === undefined ? {} : { timezone }),
      suppressMissedWarning: true,
      logger: cronLogger(log),
    }
    const task = (mode: 'full' | 'incremental', expression: string | undefined) => {
      if (expression === undefined) return []
      const made = schedule(expression, () => onDue(mode, id), options)
      // The machine slept, was busy for more than a second, or its clock was set ahead: late is better than not at all.
      made.on('execution:missed', () => onDue(mode, id))
      return [made]
    }
    return [...task('incremental', often), ...task('full', full)]
  })
  // The next time of a task was reckoned with the clock as it was. One that went back by an hour would delay it by an hour.
  let seenAt = clock.now()
  const watch = setInterval(() => {
    const now = clock.now()
    if (now < seenAt) {
      log.warn({ backMs: seenAt - now }, 'the clock went back; the schedules are followed from the new time')
      for (const task of tasks) {
        void task.stop()
        void task.start()
      }
    }
    seenAt = now
  }, LOOK_MS)
  return async () => {
    clearInterval(watch)
    for (const task of tasks) await task.destroy()
  }
}

function cronLogger(log: Logger): NonNullable<TaskOptions['logger']> {
  const say = (level: 'debug' | 'warn' | 'error') => (message: string | Error, error?: Error) =>
    log[level](
      { ...(error ? { reason: error.message } : {}) },
      message instanceof Error ? message.message : message,
    )
  return { debug: say('debug'), info: say('debug'), warn: say('warn'), error: say('error') }
}
