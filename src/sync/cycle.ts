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
import { type DiffSettings, diffAll, diffFingerprint, type NotStored } from './diff/diff.ts'
import type { Engine } from './engine.ts'
import { type GuardResult, guardPlan } from './guard/guard.ts'
import { type ListChanges, planLists, saveListPlan } from './lists/plan-lists.ts'
import { pushLists } from './lists/push-lists.ts'
import { readLists } from './lists/read-lists.ts'
import { LANE, type Outbox } from './outbox/outbox.ts'
import { retryBasis, reviveAfterChange } from './outbox/revive.ts'
import { pull } from './pull/pull.ts'
import { settleLeftovers } from './push/leftovers.ts'
import { push } from './push/push.ts'
import { readHead, reconcileFull, reconcileIncremental } from './reconcile/reconcile.ts'
import { alarmOf, type CycleReport, checkCounts, countPlan, emptyReport } from './report.ts'
import { resolve } from './resolve/resolve.ts'

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
  /** What each list kept by rule needs. */
  readonly lists: readonly ListChanges[]
}

export interface CycleOutcome {
  readonly report: CycleReport
  readonly plan: CyclePlan
}

const DAY_MS = 24 * 60 * 60_000

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
    engine.mirror.images.prune(clock.now() - engine.undoKeepDays * DAY_MS)
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

  const sourceIds = engine.sources.map((source) => source.config.id)
  mirror.records.dropRejectionsExcept(sourceIds)
  mirror.alarms.dropExcept(sourceIds)
  await pullSources(engine, request, report, observer)
  report.alarms.push(...mirror.alarms.all().map(alarmOf))
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
  const settings: DiffSettings = {
    lookups,
    tagPolicy: engine.tagPolicy,
    removal: engine.removal,
    onPhoneChange: engine.onPhoneChange,
    now: clock.now(),
  }
  const strangers = unknownAssignees(mirror, lookups)
  if (strangers.length > 0) report.warnings.push(strangersWarning(strangers))
  compareAgainWhenNeeded(engine, settings)
  retryDeadLettersWhenNeeded(engine, settings)
  const lookFirst = !report.reconcile.complete
  const pushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  if (!request.planOnly) await settleLeftovers(pushDeps)
  const diff = diffAll(mirror, settings)

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
  const lists = await wantedLists(engine, request, guarded, settings, report)
  const plan: CyclePlan = { ...guarded, lists, notStored: diff.notStored.map(({ change }) => change) }
  countPlan(report.plan, plan)
  observer.onPlan?.(plan)
  if (request.planOnly) {
    report.status = statusOf(report)
    return plan
  }

  const cycle = { id: request.id, at: clock.now() }
  mirror.transaction(() => {
    engine.held.replace(request.id, plan.held)
    engine.heldMembers.replace(request.id, heldMembers(lists))
    engine.heldMembers.dropApprovalsExcept(removedMembers(lists))
    saveListPlan(mirror, lists)
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

/** Names, ids and policies take part in every comparison: when they change, nothing counts as settled. */
function compareAgainWhenNeeded(engine: Engine, settings: DiffSettings): void {
  const { mirror } = engine
  const fingerprint = diffFingerprint(settings)
  mirror.transaction(() => {
    if (mirror.meta.get('diff_fingerprint') === fingerprint) return
    mirror.contacts.unsettleAll()
    mirror.meta.set('diff_fingerprint', fingerprint)
  })
}

/** What Heymarket refused may get through now that the mapping or the account's names are others. */
function retryDeadLettersWhenNeeded({ mirror, outbox, sources, log }: Engine, settings: DiffSettings): void {
  const ids = sources.map((source) => source.config.id)
  const revived = reviveAfterChange(mirror, outbox, retryBasis(mirror, ids, diffFingerprint(settings)))
  if (revived > 0)
    log.info({ deadLetters: revived }, 'tried again: the mapping or the names of the account changed')
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
  const listed = { acked: 0, retrying: 0, deadLettered: 0, planned: 0 }
  for (const { add, remove, refused } of plan.lists) {
    listed.planned += add.length + remove.length
    listed.deadLettered += refused.length
  }
  listed.retrying = listed.planned
  report.push.deadLettered = plan.notStored.length + listed.deadLettered
  if (plan.released.length === 0 && listed.planned === 0) return
  const startedAt = clock.now()
  const deadBefore = outbox.countsOfCycle(request.id).dead
  const knownLost = new Set(plan.notStored.map(({ phone }) => phone))
  const requestsBefore = engine.requestCount()
  const refresh = async () => {
    await readHead({ mirror, contacts: client.contacts, clock })
  }
  const planned = plan.released.length + listed.planned
  const told = (acked: number) => {
    report.push.acked = acked
    observer.onPush?.(acked, planned)
  }
  try {
    // Only dead letters: nothing is sent, so there is nothing to read again.
    if (outbox.nextDueAt(request.id) === null && listed.planned === 0) return
    const run = { concurrency: engine.concurrency, refresh }
    const before = await push(pushDeps, { ...run, lanes: 'before lists', onProgress: told })
    // Whoever gets on a list has to be there, and whoever is deleted leaves their lists first.
    if (listed.planned > 0) {
      const onLists = { ...pushDeps, rules: engine.lists }
      const done = await pushLists(onLists, plan.lists, (acked) => told(before + acked))
      listed.acked = done.acked
      listed.retrying = done.retrying
      listed.deadLettered += done.deadLettered
      report.warnings.push(...done.warnings)
    }
    const soFar = before + listed.acked
    const after = await push(pushDeps, {
      ...run,
      lanes: 'after lists',
      onProgress: (acked) => told(soFar + acked),
    })
    report.push.acked = soFar + after
    if (plan.released.length === 0) return
    // What was written is read once, in pages, and compared: an acknowledged write that did not stick is no success.
    await refresh()
    const lost = diffAll(mirror, pushDeps.settings).notStored.filter(
      ({ change }) => !knownLost.has(change.phone),
    )
    mirror.transaction(() => buryNotStored(outbox, lost, { id: request.id, at: clock.now() }))
    report.push.acked -= lost.length
    // What was refused may name a field or a tag that was made anew: the next cycle asks for the names again, once.
    if (outbox.countsOfCycle(request.id).dead > deadBefore) engine.lookups.forget()
  } finally {
    const counts = outbox.countsOfCycle(request.id)
    report.push.deadLettered = counts.dead + listed.deadLettered
    report.push.retrying = counts.pending + counts.in_flight + counts.unsettled + listed.retrying
    report.push.requests = engine.requestCount() - requestsBefore
    report.push.seconds = Math.round((clock.now() - startedAt) / 100) / 10
  }
}

/** What the lists need. Those of the account are read where one has to be made, and when everything is read anyway. */
async function wantedLists(
  engine: Engine,
  request: CycleRequest,
  guarded: GuardResult,
  settings: DiffSettings,
  report: CycleReport,
): Promise<ListChanges[]> {
  const { mirror, client, clock, lists: rules } = engine
  if (rules.length === 0) return []
  if (request.mode === 'full') mirror.transaction(() => void mirror.lists.retryRefused())
  const phones = (kind: Change['kind']) =>
    new Set<string>(guarded.released.flatMap((change) => (change.kind === kind ? [change.phone] : [])))
  const wanted = {
    rules,
    dial: engine.guard.listRemovals,
    listSize: settings.lookups.listSize,
    rungOf: (sourceId: string) => engine.removal(sourceId).rung,
    creates: phones('create'),
    leaves: phones('remove'),
    isApproved: engine.heldMembers.isApproved,
  }
  let plan = planLists(mirror, wanted)
  if (request.mode === 'full' || plan.some(({ create }) => create.length > 0)) {
    const { gone } = await readLists({ mirror, lists: client.lists, rules, clock })
    for (const title of gone)
      report.warnings.push(`List "${title}" is not in Heymarket any more; heysync makes it again.`)
    plan = planLists(mirror, wanted)
  }
  for (const { rule, failing } of plan) {
    if (failing > 0)
      report.warnings.push(
        `The condition of list "${rule.title}" gives no yes or no for ${failing} contacts; they stay as they are.`,
      )
  }
  return plan
}

/** Who is taken off by this plan; an approval is used up by the next one. */
function removedMembers(lists: readonly ListChanges[]) {
  return lists.flatMap(({ rule, remove }) => remove.map(({ phone }) => ({ key: rule.key, phone })))
}

function heldMembers(lists: readonly ListChanges[]) {
  return lists.flatMap(({ rule, held, reason }) =>
    held.map(({ phone }) => ({ key: rule.key, phone, reason })),
  )
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
