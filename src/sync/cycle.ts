// Owns the cycle: one pass of the whole flow. Read this file first.
//
//   pull ─ normalize ─ mirror ─ resolve ─ diff ─ guard ─ outbox ─ push
//                                          ▲
//                             reconcile ───┘
//
// Each step saves what it did before the next begins, and recomputes from what is saved: a crash between any two is
// harmless, because the next cycle finds the same differences again.

import { asHeysyncError } from '../lib/errors.ts'
import { breather, GaveWay } from '../lib/give-way.ts'
import { traced } from '../lib/tracing.ts'
import { byTurns } from '../lib/turns.ts'
import { confirmAccount, confirmWanted, unknownAssignees } from './account.ts'
import { type DiffSettings, diffFingerprint } from './diff/settings.ts'
import type { Engine } from './engine.ts'
import { kindsOf } from './guard/draft.ts'
import { holdSteps } from './guard/held-store.ts'
import { type CycleObserver, type CyclePlan, recordProgress } from './observer.ts'
import { enqueuePlanSteps, LANE } from './outbox/outbox.ts'
import { retryBasis, reviveAfterChange } from './outbox/revive.ts'
import { costSteps } from './plan/estimate.ts'
import { movesOf } from './plan/member-rows.ts'
import { pullSources } from './pull-sources.ts'
import { settleLeftovers } from './push/leftovers.ts'
import { buryNotStored, pushPlan } from './push-plan.ts'
import { confirmHints } from './reconcile/hints.ts'
import { reconcileFull, reconcileIncremental } from './reconcile/reconcile.ts'
import { alarmOf, type CycleReport, checkCounts, countPlan, emptyReport } from './report.ts'
import { resolveSteps } from './resolve/resolve.ts'
import { compareAgainSteps, diffSettings } from './settings.ts'
import { tagWarnings } from './tag-warnings.ts'
import { findChanges, guardChanges } from './wanted-changes.ts'
import { keepLists, saveListsSteps, settleListsSteps, wantedLists } from './wanted-lists.ts'

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
  /** True when another cycle should begin soon: reading is left where it is, and the rest of a long push to the next one. */
  readonly yieldNow?: () => boolean
  /** True when everything should come to an end as soon as it can: nothing is begun any more, and what is under way ends. */
  readonly stopNow?: () => boolean
  /** Cycles that gave way and left something to this one. */
  readonly continues?: readonly string[]
  /** Another cycle of this process, which only reads its sources at the moment: this one sends what was planned before it. */
  readonly beside?: string
  /** Awaited once the sources are read, before anything is planned: the cycle beside this one has to be over by then. */
  readonly afterReading?: () => Promise<void>
}

export interface CycleOutcome {
  readonly report: CycleReport
  readonly plan: CyclePlan
  /** Reading gave way: the same request with these sources goes on. Null when the cycle came to its end. */
  readonly goOn: { readonly sources: readonly string[] } | null
}

const DAY_MS = 24 * 60 * 60_000

/** Runs one cycle. Errors: whatever stopped it; what was saved before stays, and the cycle is recorded as failed. */
export async function runCycle(
  engine: Engine,
  request: CycleRequest,
  observer: CycleObserver = {},
): Promise<CycleOutcome> {
  const { id, mode, trigger } = request
  const attributes = { 'heysync.cycle': id, 'heysync.mode': mode, 'heysync.trigger': trigger }
  return traced('cycle', attributes, () => recorded(engine, request, observer))
}

async function recorded(
  engine: Engine,
  request: CycleRequest,
  observer: CycleObserver,
): Promise<CycleOutcome> {
  const { cycles, clock } = engine
  const report = emptyReport(request.id, request.mode)
  const { id, mode, trigger, sources } = request
  const reason = mode === 'full' ? whoAsked(request) : null
  const { continues = [], beside = null } = request
  cycles.begin({ id, mode, trigger, reason, sources, continues, beside, at: clock.now() })
  try {
    const plan = await passThrough(engine, request, report, recordProgress(engine, request, observer))
    engine.mirror.images.prune(clock.now() - engine.undoKeepDays * DAY_MS)
    engine.mirror.memberImages.prune(clock.now() - engine.undoKeepDays * DAY_MS)
    // Told to stop, it left a part of its push: that is no end of its own.
    const stopped = request.stopNow?.() === true && report.push.deferred > 0
    cycles.finish(request.id, {
      status: stopped ? 'interrupted' : report.status,
      report: JSON.stringify(report),
      error: null,
      at: clock.now(),
    })
    return { report, plan, goOn: null }
  } catch (thrown) {
    if (thrown instanceof GaveWay) {
      const saved = {
        status: 'interrupted' as const,
        report: JSON.stringify(report),
        error: null,
        at: clock.now(),
      }
      cycles.finish(request.id, saved)
      return { report, plan: NO_PLAN, goOn: { sources: stillToRead(request, report) } }
    }
    const { code, message, hint } = asHeysyncError(thrown)
    report.status = 'failed'
    const status = code === 'ERR_ABORTED' ? 'interrupted' : 'failed'
    const error = JSON.stringify({ code, message, hint })
    cycles.finish(request.id, { status, report: JSON.stringify(report), error, at: clock.now() })
    throw thrown
  }
}

const NO_PLAN: CyclePlan = {
  released: [],
  held: [],
  kinds: kindsOf([]),
  notStored: [],
  lists: [],
  cost: { requests: 0, requestsAtMost: 0 },
}

/** Sources that were not read to their end. */
function stillToRead({ sources }: CycleRequest, report: CycleReport): string[] {
  const done = new Set(report.sources.filter(({ part }) => !part).map(({ id }) => id))
  const failed = new Set(report.failures.map(({ source }) => source))
  return sources.filter((id) => !done.has(id) && !failed.has(id))
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

  const sourceIds = engine.sources.map((source) => source.config.id)
  mirror.records.dropRejectionsExcept(sourceIds)
  mirror.alarms.dropExcept(sourceIds)
  await pullSources(engine, { ...request, asked: whoAsked(request) }, report, observer)
  await request.afterReading?.()
  if (request.stopNow?.()) throw new GaveWay()
  report.alarms.push(...mirror.alarms.all().map(alarmOf))
  if (report.sources.length > 0 && report.sources.every((source) => source.mode === 'full'))
    report.mode = 'full'

  const reconcileDeps = {
    mirror,
    contacts: client.contacts,
    clock,
    // Begun anew: what the sources took is no reason to leave off at the first page.
    pause: breather(clock, request),
    ...(observer.onReconcile ? { onProgress: observer.onReconcile } : {}),
  }
  report.reconcile = await (request.mode === 'full' ? reconcileFull : reconcileIncremental)(reconcileDeps)
  if (!request.planOnly) await confirmHints(reconcileDeps)

  const planningSince = clock.now()
  // Of what is being read meanwhile only a part is there: who moved to a row further down would seem to have left.
  if (request.beside === undefined) await byTurns(resolveSteps(mirror, engine.resolvePolicy, request.id))

  const lookups = await confirmWanted(mirror, engine.lookups, known)
  const settings = diffSettings(engine, lookups)
  const strangers = unknownAssignees(mirror, lookups)
  if (strangers.length > 0) report.warnings.push(strangersWarning(strangers))
  await byTurns(compareAgainSteps(mirror, settings))
  retryDeadLettersWhenNeeded(engine, settings)
  const lookFirst = !report.reconcile.complete
  const pushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  if (!request.planOnly) await settleLeftovers(pushDeps)
  const { draft, notStored, settled, noRoom } = await findChanges(engine, settings)

  report.warnings.push(...tagWarnings(mirror, settings))
  if (noRoom > 0) report.warnings.push(noRoomWarning(noRoom))

  const dials = JSON.stringify([null, ...sourceIds].map(engine.guard))
  const sameDials = mirror.meta.get('guard_dials') === dials
  await guardChanges(engine, draft, { allowEmpty: request.allowEmpty, sameDials })
  const lists = await wantedLists(engine, { mode: request.mode, sameDials }, draft, settings, report)
  const plan: CyclePlan = {
    released: draft.ahead,
    held: draft.held,
    kinds: draft.kinds(),
    lists: lists.changes,
    notStored: notStored.map(({ change }) => change),
    cost: await byTurns(costSteps(pushDeps, draft.aheadByKind, movesOf(lists.changes))),
  }
  countPlan(report.plan, plan)
  observer.onPlan?.(plan)
  if (request.planOnly) {
    report.status = statusOf(report)
    return plan
  }

  const cycle = { id: request.id, at: clock.now() }
  const readsEverything = request.mode === 'full' || report.sources.some(({ reason }) => reason !== null)
  const lane = readsEverything ? LANE.backfill : LANE.incremental
  await byTurns(saveListsSteps(engine, request.id, lists))
  const enqueueLast = await byTurns(enqueuePlanSteps(outbox, draft.partsAhead(), { ...cycle, lane }))
  const lastHeld = await byTurns(holdSteps(engine.held, draft.held, request.id))
  mirror.transaction(() => {
    mirror.meta.set('guard_dials', dials)
    engine.held.put(request.id, lastHeld)
    engine.held.dropExcept(request.id)
    keepLists(engine, request.id, lists)
    engine.held.dropApprovalsExcept(draft.find)
    outbox.cancel(settled)
    buryNotStored(outbox, notStored, cycle)
    enqueueLast()
    outbox.dropUnplanned(request.id)
  })
  await byTurns(settleListsSteps(engine))

  const planningMs = clock.now() - planningSince
  await pushPlan(engine, { ...request, planningMs }, plan, pushDeps, report, observer)
  report.status = statusOf(report)
  checkCounts(report)
  return plan
}

function whoAsked({ trigger }: CycleRequest): 'hand' | 'schedule' {
  return trigger === 'schedule' ? 'schedule' : 'hand'
}

/** What Heymarket refused may get through now that the mapping or the account's names are others. */
function retryDeadLettersWhenNeeded({ mirror, outbox, sources, log }: Engine, settings: DiffSettings): void {
  const ids = sources.map((source) => source.config.id)
  const revived = reviveAfterChange(mirror, outbox, retryBasis(mirror, ids, diffFingerprint(settings)))
  if (revived > 0)
    log.info({ deadLetters: revived }, 'tried again: the mapping or the names of the account changed')
}

function noRoomWarning(n: number): string {
  return `${n} of those who left have five tags already, or the tag of removal: they keep the tags they have.`
}

function strangersWarning(names: readonly string[]): string {
  const some = names.slice(0, 5).join(', ')
  return `Not on the team in Heymarket, so their contacts keep the assignee they have: ${some}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`
}

function statusOf(report: CycleReport): CycleReport['status'] {
  if (report.failures.length > 0 || report.push.retrying > 0 || report.push.deadLettered > 0) return 'failed'
  return report.plan.held > 0 ? 'held' : 'ok'
}
