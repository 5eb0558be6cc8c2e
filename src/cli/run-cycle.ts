// Owns how a command runs a cycle for somebody who watches: waiting said, plan shown, bar moved, result printed.
import { type App, TURN_MS } from '../app.ts'
import { ERROR_TABLE, type ExitCode } from '../lib/errors.ts'
import { type CycleOutcome, type CycleRequest, runCycle } from '../sync/cycle.ts'
import { nameOf } from '../sync/mirror/names.ts'
import type { CyclePlan } from '../sync/observer.ts'
import { FULL_REASON_TEXT } from '../sync/pull/why-full.ts'
import { withEarlier, withRest } from '../sync/report.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'
import { phaseBars } from './phase-bars.ts'
import { listsOfCycle } from './render-lists.ts'
import { type PlanToShow, renderPlan } from './render-plan.ts'
import { renderReport } from './render-report.ts'

/**
 * Runs a cycle, and where it gave way to another process, its rest after that. `prepare` runs first, and like the cycle only
 * while no other heysync process works on the database.
 */
export async function watchCycle(
  app: App,
  io: Io,
  call: Call,
  request: Omit<CycleRequest, 'id' | 'planOnly'>,
  prepare: () => void = () => {},
): Promise<CycleOutcome> {
  const talk = !flag(call, 'json') && !flag(call, 'quiet')
  const turn = (part: typeof request, first: () => void) =>
    app.alone(
      `heysync ${request.trigger}`,
      async () => {
        first()
        const id = app.engine.cycles.nextId(io.clock.now())
        return watched(app, io, { ...part, id, planOnly: false, yieldNow: app.wanted }, talk)
      },
      (holder) => io.say(`${holder} is working on this database; waiting for it to finish …`),
    )
  let outcome = await turn(request, prepare)
  while (outcome.goOn !== null) {
    if (talk) io.say('Gives way to another heysync process, and goes on reading after it …')
    await io.clock.sleep(TURN_MS, app.engine.signal)
    const next = await turn({ ...request, ...outcome.goOn }, () => {})
    outcome = { ...next, report: withEarlier(outcome.report, next.report) }
  }
  while (outcome.report.push.deferred > 0) {
    if (talk)
      io.say(`Gives way to another heysync process, with ${outcome.report.push.deferred} changes left …`)
    await io.clock.sleep(TURN_MS, app.engine.signal)
    const rest = await turn({ ...request, mode: 'incremental', sources: [] }, () => {})
    outcome = { ...outcome, report: withRest(outcome.report, rest.report) }
  }
  return outcome
}

async function watched(app: App, io: Io, request: CycleRequest, talk: boolean): Promise<CycleOutcome> {
  if (!talk) return runCycle(app.engine, request)
  const bars = phaseBars(io, app.loaded.config.heymarket.requestsPerMinute)
  const say = (text: string) => {
    bars.clear()
    io.say(text)
  }
  try {
    return await runCycle(app.engine, request, {
      onFull: (source, reason) => {
        if (reason !== 'hand') say(`${source}: full pull, because ${FULL_REASON_TEXT[reason]}`)
      },
      onPlan: (plan) => say(`${renderPlan(cycleToShow(plan), planView(app, io, false))}\n`),
      onProgress: bars.show,
    })
  } finally {
    bars.clear()
  }
}

/** The plan of a cycle as it is shown. */
export function cycleToShow({ released, held, lists, cost }: CyclePlan): PlanToShow {
  return { released, held, lists: listsOfCycle(lists), cost }
}

export function planView(app: App, io: Io, all: boolean) {
  const { requestsPerMinute } = app.loaded.config.heymarket
  return {
    columns: io.columns,
    color: io.color,
    requestsPerMinute,
    all,
    nameOf: (phone: string) => nameOf(app.engine.mirror, phone),
  }
}

/** Prints the result the way that was asked for; returns the exit code that it deserves. */
export function finishCycle(
  app: App,
  io: Io,
  call: Call,
  { report }: Pick<CycleOutcome, 'report'>,
): ExitCode {
  if (flag(call, 'json')) {
    io.data(`${JSON.stringify(report, null, 2)}\n`)
  } else {
    const rejections = app.engine.mirror.records.countRejections()
    const deadLetters = app.engine.outbox.counts().dead
    io.data(`${renderReport(report, { color: io.color, rejections, deadLetters })}\n`)
  }
  const [failure] = report.failures
  if (failure) return ERROR_TABLE[failure.code].exitCode
  if (report.status === 'failed') return 1
  return report.status === 'held' ? 3 : 0
}
