// Owns apply: exactly the changes of a plan file are written, through the outbox and the push of every cycle. What moved
// since the plan was made is refused and listed; the sources are not asked.
import { asHeysyncError, HeysyncError } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { inOneGo } from '../../lib/turns.ts'
import { confirmAccount } from '../account.ts'
import type { Change } from '../diff/change.ts'
import type { Moved } from '../diff/exact.ts'
import { plannedRow } from '../diff/planned.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { Engine } from '../engine.ts'
import { kindsOf } from '../guard/draft.ts'
import { readLists } from '../lists/read-lists.ts'
import { saveListSteps } from '../lists/save-lists.ts'
import type { CycleObserver } from '../observer.ts'
import { LANE } from '../outbox/outbox.ts'
import type { PushDeps } from '../push/deps.ts'
import { settleLeftovers } from '../push/leftovers.ts'
import { pushPlan } from '../push-plan.ts'
import { reconcileIncremental } from '../reconcile/reconcile.ts'
import { type CycleReport, checkCounts, countPlan, emptyReport } from '../report.ts'
import { diffSettings } from '../settings.ts'
import { judge, type Verdict } from './judge.ts'
import { judgeMember } from './judge-member.ts'
import { asListChanges, rulesOf } from './member-rows.ts'
import { asChange, type PlanFile, type PlannedChange, type PlannedMember } from './plan-file.ts'

export interface ApplyRequest {
  /** Of the cycle that this is recorded as. */
  readonly id: string
  readonly trigger: 'apply' | 'undo'
  /** Also what the plan shows as held. */
  readonly includeHeld: boolean
}

/** A part of a plan that is not done, because something moved. */
export type Refusal = ChangeRefusal | MemberRefusal

interface ChangeRefusal {
  readonly phone: BareE164
  readonly kind: Change['kind']
  readonly source: string
  readonly record: string
  readonly moved: readonly Moved[]
}

export interface MemberRefusal {
  readonly phone: BareE164
  readonly kind: 'listAdd' | 'listRemove'
  /** Its title. */
  readonly list: string
  readonly moved: readonly Moved[]
}

export interface ApplyOutcome {
  /** Of what went ahead. */
  readonly report: CycleReport
  /** Changes and members that Heymarket shows already. */
  readonly already: number
  /** Changes and members that the guard held when the plan was made. */
  readonly heldBack: number
  readonly refused: readonly Refusal[]
}

/**
 * Applies a plan. Errors: ERR_PLAN_ACCOUNT for one of another account, and whatever stopped it; running it again goes on
 * from there.
 */
export async function applyPlan(
  engine: Engine,
  plan: PlanFile,
  request: ApplyRequest,
  observer: CycleObserver = {},
): Promise<ApplyOutcome> {
  const { cycles, clock } = engine
  const { account } = await engine.lookups.get()
  if (account.id !== plan.account.id) throw otherAccount(plan, account)
  const report = emptyReport(request.id, 'incremental')
  const { id, trigger } = request
  cycles.begin({
    id,
    mode: 'incremental',
    trigger,
    reason: null,
    sources: [],
    continues: [],
    beside: null,
    at: clock.now(),
  })
  const end = (status: CycleReport['status'] | 'interrupted', error: string | null) =>
    cycles.finish(request.id, { status, report: JSON.stringify(report), error, at: clock.now() })
  try {
    const outcome = await passThrough(engine, plan, request, report, observer)
    end(report.status, null)
    return outcome
  } catch (thrown) {
    const { code, message, hint } = asHeysyncError(thrown)
    report.status = 'failed'
    end(code === 'ERR_ABORTED' ? 'interrupted' : 'failed', JSON.stringify({ code, message, hint }))
    throw thrown
  }
}

async function passThrough(
  engine: Engine,
  plan: PlanFile,
  request: ApplyRequest,
  report: CycleReport,
  observer: CycleObserver,
): Promise<ApplyOutcome> {
  const { mirror, client, clock, outbox } = engine
  const lookups = await confirmAccount(mirror, engine.lookups, engine.named)
  report.reconcile = await reconcileIncremental({ mirror, contacts: client.contacts, clock })
  const rules = rulesOf(engine, plan)
  if (rules.length > 0) await readLists({ mirror, lists: client.lists, rules, clock })
  const settings = diffSettings(engine, lookups)
  const lookFirst = !report.reconcile.complete
  const deps: PushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  await settleLeftovers(deps)

  const { changes, members } = judged(engine, settings, plan, request.includeHeld)
  const going = withVerdict(changes, 'go').map(asChange)
  const lists = asListChanges(mirror, rules, withVerdict(members, 'go'))
  const refused = [
    ...changes.flatMap(([planned, verdict]) =>
      verdict.kind === 'refused' ? [refusal(planned, verdict.moved)] : [],
    ),
    ...members.flatMap(([planned, verdict]) =>
      verdict.kind === 'refused' ? [memberRefusal(plan, planned, verdict.moved)] : [],
    ),
  ]
  const pushed = { released: going, exact: going, held: [], kinds: kindsOf(going), notStored: [], lists }
  countPlan(report.plan, pushed)

  const cycle = { id: request.id, at: clock.now() }
  mirror.transaction(() => {
    for (const planned of [...withVerdict(changes, 'go'), ...withVerdict(changes, 'already')]) {
      for (const pin of planned.pins) mirror.pins.put(planned.phone, pin, cycle.id, cycle.at)
      // The next diff looks whether a pin holds anything back.
      mirror.contacts.unsettle(planned.phone)
    }
    // The sources were not asked: whether somebody has really left is worked out anew by the next sync.
    for (const change of going) if (change.kind === 'remove') mirror.records.markDirty(change.phone)
    outbox.enqueue(going.map(plannedRow), { ...cycle, lane: LANE.interactive })
    inOneGo(saveListSteps(mirror, new Set(engine.sources.map(({ config }) => config.id)), lists))
    // The rules were not asked: what they say of these people is up to the next sync.
    for (const { phone } of withVerdict(members, 'go')) mirror.listDue.mark(phone)
    if (plan.undoes !== null)
      for (const planned of [...withVerdict(members, 'go'), ...withVerdict(members, 'already')])
        pinMember(engine, planned, cycle)
  })
  await pushPlan(engine, { id: request.id, planningMs: 0 }, pushed, deps, report, observer)

  const heldBack = withVerdict(changes, 'held').length + withVerdict(members, 'held').length
  const failed = report.push.retrying > 0 || report.push.deadLettered > 0
  report.status = failed ? 'failed' : refused.length > 0 || heldBack > 0 ? 'held' : 'ok'
  checkCounts(report)
  const already = withVerdict(changes, 'already').length + withVerdict(members, 'already').length
  return { report, already, heldBack, refused }
}

type Judged<T> = readonly (readonly [planned: T, verdict: Verdict])[]

function judged(
  { mirror, held }: Engine,
  settings: DiffSettings,
  plan: PlanFile,
  includeHeld: boolean,
): { changes: Judged<PlannedChange>; members: Judged<PlannedMember> } {
  const planned = includeHeld ? onePerPhone(plan.changes) : plan.changes
  const changes = planned.map((one) => [one, judge({ mirror, held, settings }, one, includeHeld)] as const)
  const creates = new Map(
    changes.flatMap(([{ kind, phone }, verdict]) => (kind === 'create' ? [[phone, verdict.kind]] : [])),
  )
  const context = { lists: plan.lists, creates, includeHeld }
  return { changes, members: plan.members.map((one) => [one, judgeMember(mirror, one, context)] as const) }
}

function withVerdict<T>(all: Judged<T>, kind: Verdict['kind']): T[] {
  return all.flatMap(([planned, verdict]) => (verdict.kind === kind ? [planned] : []))
}

/** What an undo takes back is not done again until the list's condition says something else. */
function pinMember(
  { mirror }: Engine,
  { list, phone, what }: PlannedMember,
  cycle: { id: string; at: number },
): void {
  const undone = what === 'add' ? 'remove' : 'add'
  mirror.memberPins.put({ key: list, phone, what: undone, cycle_id: cycle.id, at: cycle.at })
}

/** The opt-out that was to go ahead of a held change goes with it, once that is let through. */
function onePerPhone(changes: readonly PlannedChange[]): PlannedChange[] {
  const byPhone = new Map<string, PlannedChange>()
  for (const change of changes) {
    const first = byPhone.get(change.phone)
    byPhone.set(change.phone, first ? { ...change, fields: [...first.fields, ...change.fields] } : change)
  }
  return [...byPhone.values()]
}

function refusal(planned: PlannedChange, moved: readonly Moved[]): Refusal {
  const { phone, kind, source, record } = planned
  return { phone, kind, source, record, moved }
}

function memberRefusal(plan: PlanFile, planned: PlannedMember, moved: readonly Moved[]): Refusal {
  const { phone, what, list } = planned
  const title = plan.lists.find((one) => one.list === list)?.title ?? list
  return { phone, kind: what === 'add' ? 'listAdd' : 'listRemove', list: title, moved }
}

function otherAccount(plan: PlanFile, account: PlanFile['account']): HeysyncError {
  return new HeysyncError('ERR_PLAN_ACCOUNT', {
    message: `The plan was made for Heymarket team ${plan.account.id} (${plan.account.name}), and these credentials belong to team ${account.id} (${account.name}). Nothing was written.`,
    hint: 'Use the config of that account: heysync apply <plan> --config <file>',
  })
}
