// Owns how a command lets the running service do its work: asked over HTTP, followed in the database that both have open, and
// shown as if the command had done it.
import type { App } from '../app.ts'
import { type ErrorCode, HeysyncError } from '../lib/errors.ts'
import { askService, NoAnswer, type RunningService } from '../service/ask.ts'
import { type LeaseRow, readLease } from '../service/lease.ts'
import type { CycleOutcome } from '../sync/cycle.ts'
import type { CycleRow } from '../sync/cycles.ts'
import { type CycleReport, withEarlier, withRest } from '../sync/report.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { type PhaseBars, phaseBars } from './phase-bars.ts'

/** How often it is looked how far the service has come, in milliseconds. */
const LOOK_MS = 200

/** The service of this database; null when there is none that can be asked. */
export function runningService(app: App, io: Io): { lease: LeaseRow; service: RunningService } | null {
  const lease = readLease(app.db, app.loaded.databasePath)
  if (lease === null || lease.url === null) return null
  const { token = null } = app.loaded.config.service
  return { lease, service: askService({ url: lease.url, token, signal: io.signal }) }
}

/** Null when there is no service to ask, or it does not answer: then the command does the work by itself. */
export async function throughService(
  app: App,
  io: Io,
  call: Call,
  ask: (service: RunningService) => Promise<{ cycle: string }>,
): Promise<Pick<CycleOutcome, 'report'> | null> {
  const running = runningService(app, io)
  if (running === null) return null
  const talk = !flag(call, 'json') && !flag(call, 'quiet')
  let cycle: string
  try {
    cycle = (await ask(running.service)).cycle
  } catch (thrown) {
    if (!(thrown instanceof NoAnswer)) throw thrown
    if (talk) io.say(`heysync run (process ${running.lease.pid}) does not answer at ${running.lease.url}.`)
    return null
  }
  if (talk) io.say(`heysync run (process ${running.lease.pid}) does it: cycle ${cycle}`)
  const bars = talk ? phaseBars(io, app.loaded.config.heymarket.requestsPerMinute) : null
  try {
    return { report: await follow(app, io, cycle, bars) }
  } finally {
    bars?.clear()
  }
}

/** To its end, and on to that of the cycles which go on with what it left. Errors: what ended it. */
async function follow(app: App, io: Io, first: string, bars: PhaseBars | null): Promise<CycleReport> {
  const { cycles } = app.engine
  let row = await ended(app, io, () => cycles.find(first), bars)
  let report = reportOf(row)
  while (gaveWay(row)) {
    const before = row
    row = await ended(app, io, () => cycles.after(before.id), bars)
    const next = reportOf(row)
    report = before.status === 'interrupted' ? withEarlier(report, next) : withRest(report, next)
  }
  return report
}

/** It left something, and another cycle goes on with it. */
function gaveWay(row: CycleRow): boolean {
  return row.status === 'interrupted' || reportOf(row).push.deferred > 0
}

async function ended(
  app: App,
  io: Io,
  find: () => CycleRow | undefined,
  bars: PhaseBars | null,
): Promise<CycleRow> {
  for (;;) {
    // Looked at first: what it did last, it did before it went.
    const lives = readLease(app.db, app.loaded.databasePath) !== null
    const row = find()
    if (row !== undefined && row.finished_at !== null) return row
    if (!lives) {
      throw new HeysyncError('ERR_ABORTED', {
        message: 'heysync run stopped before this was done.',
        hint: 'Nothing is lost: run the same command again, or start heysync run.',
      })
    }
    if (row !== undefined && row.phase !== null) {
      bars?.show({
        phase: row.phase,
        source: row.phase_source,
        startedAt: row.phase_at ?? row.started_at,
        startedWith: row.phase_from ?? 0,
        done: row.done ?? 0,
        total: row.total,
      })
    }
    await io.clock.sleep(LOOK_MS, io.signal)
  }
}

function reportOf({ report, error }: CycleRow): CycleReport {
  if (error !== null) throw errorOf(error)
  return JSON.parse(report ?? 'null') as CycleReport
}

function errorOf(text: string): HeysyncError {
  const { code, message, hint } = JSON.parse(text) as { code: ErrorCode; message: string; hint?: string }
  return new HeysyncError(code, { message, ...(hint === undefined ? {} : { hint }) })
}
