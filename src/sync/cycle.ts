// Owns the cycle: one pass of the whole flow. Read this file first.
//
//   pull ─ normalize ─ mirror ─ resolve ─ diff ─ guard ─ outbox ─ push
//                                          ▲
//                             reconcile ───┘
//
// Each step saves what it did before the next begins, and recomputes from what is saved: a crash between any two is
// harmless, because the next cycle finds the same differences again.

import { asHeysyncError } from '../lib/errors.ts'
import { confirmAccount, confirmWanted, unknownAssignees } from './account.ts'
import type { Change } from './diff/change.ts'
import { diffAll, type NotStored } from './diff/diff.ts'
import type { Engine } from './engine.ts'
import { type GuardResult, guardPlan } from './guard/guard.ts'
import { LANE, type Outbox } from './outbox/outbox.ts'
import { pull } from './pull/pull.ts'
import { settleLeftovers } from './push/leftovers.ts'
import { push } from './push/push.ts'
import { readHead, reconcileFull, reconcileIncremental } from './reconcile/reconcile.ts'
import { type CycleReport, checkCounts, countPlan, emptyReport } from './report.ts'
import { resolve } from './resolve/resolve.ts'
import { compareAgainWhenNeeded, diffSettings } from './settings.ts'
import { tagWarnings } from './tag-warnings.ts'

export interface CycleRequest {
  readonly id: string
  readonly mode: 'full' | 'incremental'
  /** Who asked, e.g. `cli sync` or `schedule`. */
  readonly trigger: string
  /** Ids of the sources to pull; empty pulls none and pushes what is known. */
  readonly sources: readonly string[]
  /** Sources that may really be empty now. */
  readonly allowEmpty: readonly string[]
  /** Stop after the guard: show the plan, write nothing to Heymarket. */
  readonly planOnly: boolean
}

/** What somebody who watches is told. */
export interface CycleObserver {
  onPull?(sourceId: string, read: number): void
  onReconcile?(seen: number): void
  onPlan?(plan: CyclePlan): void
  onPush?(acked: number, planned: number): void
}

export interface CyclePlan extends GuardResult {
  /** Changes that Heymarket acknowledged once and does not show. */
  readonly notStored: readonly Change[]
}

export interface CycleOutcome {
  readonly report: CycleReport
  readonly plan: CyclePlan
}

/** Runs one cycle. Errors: whatever stopped it; what was saved before stays, and the cycle is recorded as failed. */
export async function runCycle(
  engine: Engine,
  request: CycleRequest,
  observer: CycleObserver = {},
): Promise<CycleOutcome> {
  const { cycles, clock } = engine
  const report = emptyReport(request.id, request.mode)
  cycles.begin(request.id, request.mode, request.trigger, clock.now())
  try {
    const plan = await passThrough(engine, request, report, observer)
    cycles.finish(request.id, {
      status: report.status,
      report: JSON.stringify(report),
      error: null,
      at: clock.now(),
    })
    return { report, plan }
  } catch (thrown) {
    const { code, message, hint } = asHeysyncError(thrown)
    report.status = 'failed'
    const status = code === 'ERR_ABORTED' ? 'interrupted' : 'failed'
    const error = JSON.stringify({ code, message, hint })
    cycles.finish(request.id, { status, report: JSON.stringify(report), error, at: clock.now() })
    throw thrown
  }
}

async function passThrough(
  engine: Engine,
  request: CycleRequest,
  report: CycleReport,
  observer: CycleObserver,
): Promise<CyclePlan> {
  const { mirror, client, clock, outbox } = engine
  const known = await confirmAccount(mirror, engine.lookups, engine.named)
  mirror.transaction(() => engine.named.tags.forEach((tag) => void mirror.contacts.ownTag(tag)))

  mirror.records.dropRejectionsExcept(engine.sources.map((source) => source.config.id))
  await pullSources(engine, request, report, observer)
  if (report.sources.length > 0 && report.sources.every((source) => source.mode === 'full'))
    report.mode = 'full'

  const reconcileDeps = {
    mirror,
    contacts: client.contacts,
    clock,
    ...(observer.onReconcile ? { onProgress: observer.onReconcile } : {}),
  }
  report.reconcile = await (request.mode === 'full' ? reconcileFull : reconcileIncremental)(reconcileDeps)

  resolve(mirror, engine.resolvePolicy, request.id)

  const lookups = await confirmWanted(mirror, engine.lookups, known)
  const settings = diffSettings(engine, lookups)
  const strangers = unknownAssignees(mirror, lookups)
  if (strangers.length > 0) report.warnings.push(strangersWarning(strangers))
  compareAgainWhenNeeded(mirror, settings)
  const lookFirst = !report.reconcile.complete
  const pushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  if (!request.planOnly) await settleLeftovers(pushDeps)
  const diff = diffAll(mirror, settings)

  report.warnings.push(...tagWarnings(mirror, settings))
  const full = diff.changes.filter(
    (change) => change.kind === 'remove' && change.rung === 'tag' && change.fields.length === 0,
  )
  if (full.length > 0) report.warnings.push(noRoomWarning(full.length))

  const guarded = guardPlan({
    changes: diff.changes,
    dials: engine.guard,
    inHeymarket: (sourceId) => mirror.contacts.countInHeymarket(sourceId),
    isApproved: (phone, hash) => engine.held.isApproved(phone, hash),
    unreadableSince: (sourceId) =>
      new Set(mirror.records.unreadableSince(sourceId).map((row) => row.first_cycle)),
  })
  const plan: CyclePlan = { ...guarded, notStored: diff.notStored.map(({ change }) => change) }
  countPlan(report.plan, plan)
  observer.onPlan?.(plan)
  if (request.planOnly) {
    report.status = statusOf(report)
    return plan
  }

  const cycle = { id: request.id, at: clock.now() }
  mirror.transaction(() => {
    engine.held.replace(request.id, plan.held)
    engine.held.dropApprovalsExcept(diff.changes)
    outbox.cancel(diff.equal)
    buryNotStored(outbox, diff.notStored, cycle)
    outbox.enqueue(plan.released, {
      ...cycle,
      lane: request.mode === 'full' ? LANE.backfill : LANE.incremental,
    })
  })

  await pushPlan(engine, request, plan, pushDeps, report, observer)
  report.status = statusOf(report)
  checkCounts(report)
  return plan
}

/** Pulls each source in turn. One that fails does not keep the others waiting, unless all of them fail. */
async function pullSources(
  engine: Engine,
  request: CycleRequest,
  report: CycleReport,
  observer: CycleObserver,
): Promise<void> {
  let firstError: unknown
  for (const source of engine.sources) {
    const { id } = source.config
    if (!request.sources.includes(id)) continue
    const context = engine.connectorContext(id)
    const warn = (message: string) => {
      report.warnings.push(`${id}: ${message}`)
      context.log.warn(message)
    }
    try {
      const result = await pull(engine.mirror, source, {
        cycleId: request.id,
        mode: request.mode,
        allowEmpty: request.allowEmpty.includes(id),
        clock: engine.clock,
        context: { ...context, log: { ...context.log, warn } },
        onProgress: (read) => observer.onPull?.(id, read),
      })
      report.sources.push(result)
    } catch (thrown) {
      engine.signal.throwIfAborted()
      const error = asHeysyncError(thrown)
      firstError ??= thrown
      report.failures.push({ source: id, code: error.code, message: error.message })
      engine.log.error({ source: id, code: error.code }, error.message)
    }
  }
  if (firstError !== undefined && report.sources.length === 0) throw firstError
}

async function pushPlan(
  engine: Engine,
  request: CycleRequest,
  plan: CyclePlan,
  pushDeps: Parameters<typeof push>[0],
  report: CycleReport,
  observer: CycleObserver,
): Promise<void> {
  const { mirror, client, clock, outbox } = engine
  report.push.deadLettered = plan.notStored.length
  if (plan.released.length === 0) return
  const startedAt = clock.now()
  const requestsBefore = engine.requestCount()
  const refresh = async () => {
    await readHead({ mirror, contacts: client.contacts, clock })
  }
  try {
    await push(pushDeps, {
      concurrency: engine.concurrency,
      refresh,
      onProgress: (acked) => {
        report.push.acked = acked
        observer.onPush?.(acked, plan.released.length)
      },
    })
    // What was written is read once, in pages, and compared: an acknowledged write that did not stick is no success.
    await refresh()
    const lost = diffAll(mirror, pushDeps.settings).notStored
    mirror.transaction(() => buryNotStored(outbox, lost, { id: request.id, at: clock.now() }))
    report.push.acked -= lost.length
    // What was refused may name a field or a tag that was made anew: the next cycle asks for the names again.
    if (outbox.countsOfCycle(request.id).dead > 0) engine.lookups.forget()
  } finally {
    const counts = outbox.countsOfCycle(request.id)
    report.push.deadLettered = counts.dead
    report.push.retrying = counts.pending + counts.in_flight + counts.unsettled
    report.push.requests = engine.requestCount() - requestsBefore
    report.push.seconds = Math.round((clock.now() - startedAt) / 100) / 10
  }
}

function noRoomWarning(n: number): string {
  return `${n} of those who left have five tags already, or the tag of removal: they keep the tags they have.`
}

function strangersWarning(names: readonly string[]): string {
  const some = names.slice(0, 5).join(', ')
  return `Not on the team in Heymarket, so their contacts keep the assignee they have: ${some}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`
}

function buryNotStored(outbox: Outbox, lost: readonly NotStored[], cycle: { id: string; at: number }): void {
  for (const { change, conclude } of lost) {
    outbox.buryNotStored(change, notStoredMessage(change), cycle)
    conclude()
  }
}

function notStoredMessage(change: Change): string {
  const fields = change.fields.map(
    (field) => `${field.field}: sent "${field.after}", shows "${field.before}"`,
  )
  return `Heymarket accepted the write and shows other values: ${fields.join('; ')}.`
}

function statusOf(report: CycleReport): CycleReport['status'] {
  if (report.failures.length > 0 || report.push.retrying > 0 || report.push.deadLettered > 0) return 'failed'
  return report.plan.held > 0 ? 'held' : 'ok'
}
