// Owns the reading of a cron expression: which instant comes next after any given one.
import { createTask } from 'node-cron'
import { HeysyncError } from '../lib/errors.ts'

/** Milliseconds since 1970 in and out. */
export type NextAfter = (instant: number) => number

/** What node-cron's own tasks ask. It is not among its types, which only know what comes next after now. */
interface Matcher {
  getNextMatch(after: Date): Date
}

export function cron(expression: string, timezone: string | undefined): NextAfter {
  // Never started: a timer stands still while the machine sleeps, and does not know when its clock is set.
  const task = createTask(expression, () => {}, timezone === undefined ? {} : { timezone })
  const matcher = (task as { timeMatcher?: Matcher }).timeMatcher
  if (matcher === undefined)
    throw new HeysyncError('ERR_INTERNAL', {
      message: 'This node-cron does not tell when a schedule is due.',
    })
  return (instant) => matcher.getNextMatch(new Date(instant)).getTime()
}
