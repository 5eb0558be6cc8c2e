// Owns the writing of a plan, of a cycle as of a file: contacts, then lists, then cleaning up; what was written is read
// again, and every change is accounted for.
import type { Wishes } from '../lib/give-way.ts'
import type { BareE164 } from '../lib/phone.ts'
import { byTurns } from '../lib/turns.ts'
import type { Change } from './diff/change.ts'
import { lookAgainSteps } from './diff/diff.ts'
import { fieldNow } from './diff/exact.ts'
import type { NotStored } from './diff/verdict.ts'
import type { Engine } from './engine.ts'
import { pushLists } from './lists/push-lists.ts'
import { parseRemote } from './mirror/remote-body.ts'
import type { CycleObserver, CyclePlan } from './observer.ts'
import type { Outbox } from './outbox/outbox.ts'
import type { PushDeps } from './push/deps.ts'
import { PATIENCE_MS, push } from './push/push.ts'
import { exactStanding } from './push/read-back.ts'
import { type Expected, readHead } from './reconcile/reconcile.ts'
import type { CycleReport } from './report.ts'

/** Of those who are looked at again in one go. */
const PAGE = 200

/** A push that gives way has written for at least so long, so that it always comes further; in milliseconds. */
const SLICE_MS = 30_000
/** And for so many times as long as it took to plan it: each slice plans the rest anew. */
const SLICE_OF_PLANNING = 4

/** What a push is about. */
interface PlanToPush extends Pick<CyclePlan, 'released' | 'notStored' | 'lists'> {
  /** What is released, where exactly that is to be written, whatever the sources want: a person saw it. */
  readonly exact?: Iterable<Change>
}

/** Writes what the guard let through, or what a plan file says. Errors: only those that stop the whole push. */
export async function pushPlan(
  engine: Engine,
  request: { readonly id: string; readonly planningMs: number } & Wishes,
  plan: PlanToPush,
  pushDeps: PushDeps,
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
  const hasLists = listed.planned > 0 || plan.lists.some(({ rename }) => rename.length > 0)
  if (plan.released.length === 0 && !hasLists) return
  const startedAt = clock.now()
  const sliceMs = Math.max(SLICE_MS, SLICE_OF_PLANNING * request.planningMs)
  const deadBefore = outbox.countsOfCycle(request.id).dead
  const attemptsBefore = outbox.lastAttempt()
  const knownLost = new Set(plan.notStored.map(({ phone }) => phone))
  const requestsBefore = engine.requestCount()
  let gaveWay = false
  let unread = false
  const refresh = async (written?: Expected) => {
    await readHead({ mirror, contacts: client.contacts, clock }, written)
    unread = false
  }
  const planned = plan.released.length + listed.planned
  const told = (acked: number, unseen: number) => {
    report.push.acked = acked
    observer.onPush?.(acked + unseen, planned, acked)
  }
  try {
    // Only dead letters: nothing is sent, so there is nothing to read again.
    if (!outbox.waits(request.id) && !hasLists) return
    const run = {
      concurrency: engine.concurrency,
      refresh,
      onSend: () => {
        unread = true
      },
      stopNow: () => request.stopNow?.() ?? false,
      yieldNow: () => {
        gaveWay ||= request.stopNow?.() ?? false
        gaveWay ||= clock.now() - startedAt >= sliceMs && (request.yieldNow?.() ?? false)
        return gaveWay
      },
    }
    const before = await push(pushDeps, { ...run, lanes: 'before lists', onProgress: told })
    // Whoever gets on a list has to be there, and whoever is deleted leaves their lists first.
    gaveWay ||= request.stopNow?.() ?? false
    if (hasLists && !(request.stopNow?.() ?? false)) {
      const onLists = { ...pushDeps, rules: plan.lists.map(({ rule }) => rule) }
      const refused = listed.deadLettered
      // Noted as it goes: what stops the push must not lose count of what was done before.
      const done = await pushLists(onLists, plan.lists, ({ acked, deadLettered }) => {
        listed.acked = acked
        listed.deadLettered = refused + deadLettered
        listed.retrying = listed.planned - acked - deadLettered
        told(before + acked, 0)
      })
      report.warnings.push(...done.warnings)
    }
    const soFar = before + listed.acked
    const toldLast = (acked: number, unseen: number) => told(soFar + acked, unseen)
    const last = { ...run, lanes: 'after lists' as const, onProgress: toldLast }
    report.push.acked = soFar + (gaveWay ? 0 : await push(pushDeps, last))
    if (plan.released.length === 0) return
    // What was written is read once, in pages, and compared: an acknowledged write that did not stick is no success.
    if (unread) await refresh()
    const found = await whatDidNotStick(pushDeps, plan.exact, attemptsBefore)
    const lost = found.filter(({ change }) => !knownLost.has(change.phone))
    mirror.transaction(() => buryNotStored(outbox, lost, { id: request.id, at: clock.now() }))
    report.push.acked -= lost.length
    // What was refused may name a field or a tag that was made anew: the next cycle asks for the names again, once.
    if (outbox.countsOfCycle(request.id).dead > deadBefore) engine.lookups.forget()
  } finally {
    const counts = outbox.countsOfCycle(request.id)
    report.push.deadLettered = counts.dead + listed.deadLettered
    // What this push would have waited for is left to the next one with the rest.
    const due = gaveWay ? outbox.countDueBy(request.id, clock.now() + PATIENCE_MS) : 0
    report.push.deferred = due + (gaveWay ? listed.retrying : 0)
    const waiting = counts.pending + counts.in_flight + counts.unsettled + listed.retrying
    report.push.retrying = waiting - report.push.deferred
    report.push.requests = engine.requestCount() - requestsBefore
    report.push.seconds = Math.round((clock.now() - startedAt) / 100) / 10
  }
}

/**
 * Acked since the attempt `before`, and shows other values: what a person saw is held against its own, everything else
 * against what the sources want.
 */
async function whatDidNotStick(
  deps: PushDeps,
  exact: Iterable<Change> | undefined,
  before: number,
): Promise<readonly NotStored[]> {
  if (exact === undefined)
    return byTurns(lookAgainSteps(deps.mirror, deps.settings, ackedSince(deps.outbox, before)))
  const lost: NotStored[] = []
  for (const change of exact) {
    const waits = deps.outbox.ofPhone(change.phone)?.cycle_id === deps.cycleId
    if (!waits && change.fields.length > 0 && exactStanding(deps, change).kind !== 'done')
      lost.push({ change: asShown(deps, change), conclude: () => {} })
  }
  return lost
}

/** Whoever had a write acknowledged after that attempt, page by page. */
function* ackedSince(outbox: Outbox, before: number): Generator<readonly BareE164[]> {
  for (let after = before; ; ) {
    const page = outbox.ackedAfter(after, PAGE)
    const last = page.at(-1)
    if (last === undefined) return
    yield page.map(({ phone }) => phone)
    after = last.id
  }
}

/** With what Heymarket shows as what was there before, as the diff has it. */
function asShown({ mirror, settings }: PushDeps, change: Change): Change {
  const [row] = mirror.remote.byPhone(change.phone)
  if (row === undefined) return change
  const remote = parseRemote(row)
  const fields = change.fields.map((field) => ({
    ...field,
    before: fieldNow(remote, field.field, settings.lookups),
  }))
  return { ...change, fields }
}

/** To be called in a transaction. */
export function buryNotStored(
  outbox: Outbox,
  lost: readonly NotStored[],
  cycle: { id: string; at: number },
): void {
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
