// Owns apply: exactly the changes of a plan file are written, through the outbox and the push of every cycle. What moved
// since the plan was made is refused and listed; the sources are not asked.
import { asHeysyncError, HeysyncError } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { confirmAccount } from '../account.ts'
import type { Change } from '../diff/change.ts'
import type { Moved } from '../diff/exact.ts'
import type { Engine } from '../engine.ts'
import { LANE } from '../outbox/outbox.ts'
import type { PushDeps } from '../push/deps.ts'
import { settleLeftovers } from '../push/leftovers.ts'
import { push } from '../push/push.ts'
import { exactStanding } from '../push/read-back.ts'
import { readHead, reconcileIncremental } from '../reconcile/reconcile.ts'
import { type CycleReport, checkCounts, countPlan, emptyReport } from '../report.ts'
import { diffSettings } from '../settings.ts'
import { judge } from './judge.ts'
import { asChange, type PlanFile, type PlannedChange } from './plan-file.ts'

export interface ApplyRequest {
  /** Of the cycle that this is recorded as. */
  readonly id: string
  readonly trigger: 'apply' | 'undo'
  /** Also what the plan shows as held. */
  readonly includeHeld: boolean
}

export interface Refusal {
  readonly phone: BareE164
  readonly kind: Change['kind']
  readonly source: string
  readonly record: string
  readonly moved: readonly Moved[]
}

export interface ApplyOutcome {
  /** Of what went ahead. */
  readonly report: CycleReport
  /** Changes that Heymarket shows already. */
  readonly already: number
  /** Changes that the guard held when the plan was made. */
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
  onPush: (acked: number, planned: number) => void = () => {},
): Promise<ApplyOutcome> {
  const { cycles, clock } = engine
  const { account } = await engine.lookups.get()
  if (account.id !== plan.account.id) throw otherAccount(plan, account)
  const report = emptyReport(request.id, 'incremental')
  const { id, trigger } = request
  cycles.begin({ id, mode: 'incremental', trigger, reason: null, sources: [], at: clock.now() })
  const end = (status: CycleReport['status'] | 'interrupted', error: string | null) =>
    cycles.finish(request.id, { status, report: JSON.stringify(report), error, at: clock.now() })
  try {
    const outcome = await passThrough(engine, plan, request, report, onPush)
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
  onPush: (acked: number, planned: number) => void,
): Promise<ApplyOutcome> {
  const { mirror, client, clock, outbox } = engine
  const lookups = await confirmAccount(mirror, engine.lookups, engine.named)
  report.reconcile = await reconcileIncremental({ mirror, contacts: client.contacts, clock })
  const settings = diffSettings(engine, lookups)
  const lookFirst = !report.reconcile.complete
  const deps: PushDeps = { ...engine, settings, cycleId: request.id, lookFirst }
  await settleLeftovers(deps)

  const changes = request.includeHeld ? onePerPhone(plan.changes) : plan.changes
  const verdicts = changes.map((planned) => ({
    planned,
    verdict: judge(mirror, settings, planned, request.includeHeld),
  }))
  const of = (kind: 'go' | 'already' | 'held') => verdicts.filter(({ verdict }) => verdict.kind === kind)
  const going = of('go').map(({ planned }) => asChange(planned))
  const refused = verdicts.flatMap(({ planned, verdict }) =>
    verdict.kind === 'refused' ? [refusal(planned, verdict.moved)] : [],
  )
  countPlan(report.plan, { released: going, held: [], notStored: [], lists: [] })

  const cycle = { id: request.id, at: clock.now() }
  mirror.transaction(() => {
    for (const { planned } of [...of('go'), ...of('already')]) {
      for (const pin of planned.pins) mirror.pins.put(planned.phone, pin, cycle.id, cycle.at)
      // The next diff looks whether a pin holds anything back.
      mirror.contacts.unsettle(planned.phone)
    }
    // The sources were not asked: whether somebody has really left is worked out anew by the next sync.
    for (const change of going) if (change.kind === 'remove') mirror.records.markDirty(change.phone)
    outbox.enqueue(going, { ...cycle, lane: LANE.interactive, others: 'stay' })
  })
  if (going.length > 0) await pushAll(engine, deps, going, report, onPush)

  const heldBack = of('held').length
  const failed = report.push.retrying > 0 || report.push.deadLettered > 0
  report.status = failed ? 'failed' : refused.length > 0 || heldBack > 0 ? 'held' : 'ok'
  checkCounts(report)
  return { report, already: of('already').length, heldBack, refused }
}

async function pushAll(
  engine: Engine,
  deps: PushDeps,
  going: readonly Change[],
  report: CycleReport,
  onPush: (acked: number, planned: number) => void,
): Promise<void> {
  const { mirror, client, clock, outbox } = engine
  const startedAt = clock.now()
  const requestsBefore = engine.requestCount()
  const refresh = async () => void (await readHead({ mirror, contacts: client.contacts, clock }))
  try {
    await push(deps, {
      concurrency: engine.concurrency,
      refresh,
      onProgress: (acked) => {
        report.push.acked = acked
        onPush(acked, going.length)
      },
    })
    await refresh()
    const lost = mirror.transaction(() => buryWhatDidNotStick(deps, going))
    report.push.acked -= lost
    if (outbox.countsOfCycle(deps.cycleId).dead > 0) engine.lookups.forget()
  } finally {
    const counts = outbox.countsOfCycle(deps.cycleId)
    report.push.deadLettered = counts.dead
    report.push.retrying = counts.pending + counts.in_flight + counts.unsettled
    report.push.requests = engine.requestCount() - requestsBefore
    report.push.seconds = Math.round((clock.now() - startedAt) / 100) / 10
  }
}

/** An acknowledged write that does not show is no success. Returns how many there are. */
function buryWhatDidNotStick(deps: PushDeps, going: readonly Change[]): number {
  const { outbox, cycleId, clock } = deps
  const lost = going.filter((change) => {
    const waits = outbox.ofPhone(change.phone)?.cycle_id === cycleId
    return !waits && change.fields.length > 0 && exactStanding(deps, change).kind !== 'done'
  })
  for (const change of lost) {
    const message = 'Heymarket accepted the write of a plan and shows other values.'
    outbox.buryNotStored(change, message, { id: cycleId, at: clock.now() })
  }
  return lost.length
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

function otherAccount(plan: PlanFile, account: PlanFile['account']): HeysyncError {
  return new HeysyncError('ERR_PLAN_ACCOUNT', {
    message: `The plan was made for Heymarket team ${plan.account.id} (${plan.account.name}), and these credentials belong to team ${account.id} (${account.name}). Nothing was written.`,
    hint: 'Use the config of that account: heysync apply <plan> --config <file>',
  })
}
