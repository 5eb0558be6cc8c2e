// Owns apply: exactly the changes of a plan file are written, through the outbox and the push of every cycle. What moved
// since the plan was made is refused and listed; the sources are not asked.
import { asHeysyncError, HeysyncError } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { byTurns, inOneGo } from '../../lib/turns.ts'
import { confirmAccount } from '../account.ts'
import type { Change } from '../diff/change.ts'
import type { Moved } from '../diff/exact.ts'
import { plannedRow } from '../diff/planned.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { Engine } from '../engine.ts'
import { type Changes, kindsOf } from '../guard/draft.ts'
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
import { judge } from './judge.ts'
import { judgeMember } from './judge-member.ts'
import { asListChanges, rulesOf } from './member-rows.ts'
import { asChange, type Plan, type PlannedChange, type PlannedMember } from './plan-file.ts'
import type { RowStore } from './row-store.ts'

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
 * Applies the plan that lies in `engine.planRows`. Errors: ERR_PLAN_ACCOUNT for one of another account, and whatever stopped it; running it again goes on
 * from there.
 */
export async function applyPlan(
  engine: Engine,
  plan: Plan,
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
  plan: Plan,
  request: ApplyRequest,
  report: CycleReport,
  observer: CycleObserver,
): Promise<ApplyOutcome> {
  const { mirror, client, clock, outbox, planRows: rows } = engine
  const lookups = await confirmAccount(mirror, engine.lookups, engine.named)
  report.reconcile = await reconcileIncremental({ mirror, contacts: client.contacts, clock })
  const rules = rulesOf(engine, plan)
  if (rules.length > 0) await readLists({ mirror, lists: client.lists, rules, clock })
  const settings = diffSettings(engine, lookups)
  const lookFirst = !report.reconcile.complete
  const deps: PushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  await settleLeftovers(deps)

  const refused = await judged(engine, settings, plan, request.includeHeld)
  const going = changesAhead(rows)
  const lists = asListChanges(mirror, rules, rows)
  const pushed = { released: going, exact: going, held: [], kinds: kindsOf(going), notStored: [], lists }
  countPlan(report.plan, pushed)

  const cycle = { id: request.id, at: clock.now() }
  mirror.transaction(() => {
    for (const verdict of ['go', 'already'] as const)
      for (const planned of rows.changesWith(verdict)) {
        for (const pin of planned.pins) mirror.pins.put(planned.phone, pin, cycle.id, cycle.at)
        // The next diff looks whether a pin holds anything back.
        mirror.contacts.unsettle(planned.phone)
      }
    for (const change of going) {
      // The sources were not asked: whether somebody has really left is worked out anew by the next sync.
      if (change.kind === 'remove') mirror.records.markDirty(change.phone)
      outbox.enqueue([plannedRow(change)], { ...cycle, lane: LANE.interactive })
    }
    inOneGo(saveListSteps(mirror, new Set(engine.sources.map(({ config }) => config.id)), lists))
    for (const verdict of ['go', 'already'] as const)
      for (const planned of rows.membersWith(verdict)) {
        // The rules were not asked: what they say of these people is up to the next sync.
        if (verdict === 'go') mirror.listDue.mark(planned.phone)
        if (plan.undoes !== null) pinMember(engine, planned, cycle)
      }
  })
  await pushPlan(engine, { id: request.id, planningMs: 0 }, pushed, deps, report, observer)

  const heldBack = rows.count('held')
  const failed = report.push.retrying > 0 || report.push.deadLettered > 0
  report.status = failed ? 'failed' : refused.length > 0 || heldBack > 0 ? 'held' : 'ok'
  checkCounts(report)
  return { report, already: rows.count('already'), heldBack, refused }
}

/** Holds every row of the plan against Heymarket. What is refused is told in full. */
async function judged(
  { mirror, held, planRows }: Engine,
  settings: DiffSettings,
  plan: Plan,
  includeHeld: boolean,
): Promise<Refusal[]> {
  const refused: Refusal[] = []
  if (includeHeld) planRows.joinHeld()
  await byTurns(
    planRows.judgeChanges((planned) => {
      const verdict = judge({ mirror, held, settings }, planned, includeHeld)
      if (verdict.kind === 'refused') refused.push(refusal(planned, verdict.moved))
      return verdict.kind
    }),
  )
  const context = { lists: plan.lists, createOf: planRows.createOf, includeHeld }
  await byTurns(
    planRows.judgeMembers((planned) => {
      const verdict = judgeMember(mirror, planned, context)
      if (verdict.kind === 'refused') refused.push(memberRefusal(plan, planned, verdict.moved))
      return verdict.kind
    }),
  )
  return refused
}

/** Read as they are asked for. */
function changesAhead(rows: RowStore): Changes {
  const going = rows.changesWith('go')
  let length = 0
  for (const _ of going) length += 1
  return {
    length,
    *[Symbol.iterator]() {
      for (const planned of going) yield asChange(planned)
    },
  }
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

function refusal(planned: PlannedChange, moved: readonly Moved[]): Refusal {
  const { phone, kind, source, record } = planned
  return { phone, kind, source, record, moved }
}

function memberRefusal(plan: Plan, planned: PlannedMember, moved: readonly Moved[]): Refusal {
  const { phone, what, list } = planned
  const title = plan.lists.find((one) => one.list === list)?.title ?? list
  return { phone, kind: what === 'add' ? 'listAdd' : 'listRemove', list: title, moved }
}

function otherAccount(plan: Plan, account: Plan['account']): HeysyncError {
  return new HeysyncError('ERR_PLAN_ACCOUNT', {
    message: `The plan was made for Heymarket team ${plan.account.id} (${plan.account.name}), and these credentials belong to team ${account.id} (${account.name}). Nothing was written.`,
    hint: 'Use the config of that account: heysync apply <plan> --config <file>',
  })
}
