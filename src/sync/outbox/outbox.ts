// Owns the outbox: changes made durable before any request, one operation per phone, until acked or dead.
import type { Statement } from 'better-sqlite3'
import type { Db } from '../../db/open.ts'
import type { ErrorCode } from '../../lib/errors.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { type Change, changeHash } from '../diff/change.ts'
import type { PlannedRow } from '../diff/planned.ts'
import { GOES_AHEAD, PLAN_PART, type PlanKey } from '../guard/draft.ts'

/** `unsettled`: a request was sent and what became of it is not known yet. */
export type OperationState = 'pending' | 'in_flight' | 'unsettled' | 'dead'

export interface Operation {
  readonly id: number
  readonly phone: BareE164
  readonly kind: Change['kind']
  readonly lane: number
  /** JSON Change. */
  readonly change: string
  readonly change_hash: Buffer
  readonly source_id: string
  readonly state: OperationState
  readonly attempts: number
  readonly not_before: number
  readonly error_code: ErrorCode | null
  readonly error: string | null
  readonly request_id: string | null
  readonly cycle_id: string
  readonly created_at: number
  /** Until when it is looked for before it is sent again, in milliseconds since 1970. */
  readonly look_until: number
  /** 1 when it has to have a request of its own. */
  readonly alone: 0 | 1
}

export interface Attempt {
  readonly kind: string
  readonly cycle_id: string
  readonly outcome: 'acked' | 'retry' | 'unknown' | 'dead'
  readonly error_code: string | null
  readonly error: string | null
  readonly request_id: string | null
  readonly at: number
}

/** Smaller goes first: opt-outs, then what a person waits for, then edits, then mass loads, then cleaning up. */
export const LANE = { consent: 0, interactive: 1, incremental: 2, backfill: 3, scrub: 4 } as const

export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly requestId: string | undefined
}

export interface PlanningCycle {
  readonly id: string
  readonly lane: number
  readonly at: number
}

export interface Outbox {
  /** A change that is the same keeps its attempts and its lane, and stays dead if it was; a new cycle does not wait for what an old one put off. */
  enqueue(changes: readonly PlannedRow[], cycle: PlanningCycle): void
  /** The same with a part of the plan that was begun last. */
  enqueuePlanned(behind: PlanKey, cycle: PlanningCycle): void
  /** Drops what waits and is not of this cycle: its plan takes the place. */
  dropUnplanned(cycleId: string): void
  /** Forgets operations for phones whose two sides turned out to be equal. */
  cancel(phones: readonly string[]): void
  drop(id: number): void
  /** `lane`: the last one that counts; all of them unless it is given. */
  due(now: number, limit: number, cycleId: string, lane?: number): Operation[]
  /** When the next operation of this cycle is due; null when none is waiting. */
  nextDueAt(cycleId: string, lane?: number): number | null
  /** True when something of this cycle waits, whenever it is due. */
  waits(cycleId: string): boolean
  /** How many of this cycle wait, and may be sent at this instant or before. */
  countDueBy(cycleId: string, at: number): number
  /** True when something of any cycle may be sent or settled now. */
  anyDue(now: number): boolean
  claim(id: number): void
  /** The outcome is still to be found out, for as long as `until`; no attempt is counted. */
  lookAgain(operation: Operation, until: number, notBefore: number, failure: Failure): void
  /** Many in one request did not do it: it is sent by itself, at once. */
  sendAlone(id: number, change: Change): void
  /** Takes a claim back: nothing was sent. */
  release(id: number): void
  /** An unsettled one is known not to have happened: it may be sent again. */
  requeue(id: number): void
  ack(operation: Operation, cycleId: string, at: number): void
  retry(
    operation: Operation,
    state: 'pending' | 'unsettled',
    notBefore: number,
    failure: Failure,
    at: number,
  ): void
  bury(operation: Operation, failure: Failure, at: number): void
  /** A change that Heymarket acknowledged and does not show. */
  buryNotStored(change: Change, message: string, cycle: { id: string; at: number }): void
  replaceChange(operation: Operation, change: Change): void
  ofPhone(phone: string): Operation | undefined
  inState(state: OperationState): Operation[]
  counts(): Record<OperationState, number>
  countsOfCycle(cycleId: string): Record<OperationState, number>
  redrive(phone: string | null): number
  attempts(phone: string): Attempt[]
  /** Id of the attempt that was noted last; 0 when there is none. */
  lastAttempt(): number
  /** Whoever had a write acknowledged after that attempt, in the order in which it was; the same number maybe twice. */
  ackedAfter(id: number, limit: number): { readonly id: number; readonly phone: BareE164 }[]
  /** True when another operation was acked since this one failed last: then its failing is its own. */
  othersGetThrough(operation: Operation): boolean
}

/**
 * Puts a plan into the outbox part by part, all but the last: what it returns does that, and is to be called in the transaction
 * that saves all else of the plan. Nothing is sent before that, and of a crash in between the next plan takes the place.
 */
export function* enqueuePlanSteps(
  outbox: Outbox,
  parts: Iterable<PlanKey>,
  cycle: PlanningCycle,
): Generator<void, () => void> {
  let last: PlanKey | undefined
  for (const behind of parts) {
    if (last !== undefined) {
      outbox.enqueuePlanned(last, cycle)
      yield
    }
    last = behind
  }
  return () => {
    if (last !== undefined) outbox.enqueuePlanned(last, cycle)
  }
}

/** What a change becomes whose number waits with another one already: the same keeps its attempts, and stays dead if it was. */
const PLANNED_AGAIN = `ON CONFLICT (phone) DO UPDATE SET
       attempts   = CASE WHEN change_hash = excluded.change_hash THEN attempts ELSE 0 END,
       not_before = CASE WHEN state = 'unsettled' THEN not_before ELSE 0 END,
       error_code = CASE WHEN change_hash = excluded.change_hash THEN error_code END,
       error      = CASE WHEN change_hash = excluded.change_hash THEN error END,
       request_id = CASE WHEN change_hash = excluded.change_hash THEN request_id END,
       state      = CASE WHEN state = 'unsettled' THEN 'unsettled'
                         WHEN state = 'dead' AND change_hash = excluded.change_hash THEN 'dead' ELSE 'pending' END,
       alone      = CASE WHEN change_hash = excluded.change_hash THEN alone ELSE 0 END,
       lane       = CASE WHEN change_hash = excluded.change_hash THEN lane ELSE excluded.lane END,
       kind = excluded.kind, change = excluded.change, change_hash = excluded.change_hash,
       source_id = excluded.source_id, cycle_id = excluded.cycle_id`

export function openOutbox(db: Db): Outbox {
  const upsert = db.prepare(
    `INSERT INTO operation (phone, kind, lane, change, change_hash, source_id, state, cycle_id, created_at)
     VALUES (@phone, @kind, @lane, @change, @hash, @sourceId, 'pending', @cycleId, @at)
     ${PLANNED_AGAIN}`,
  )
  // From table to table: read into memory and written row by row, a plan takes more than twice as long. That table is there
  // once there is a plan.
  const enqueuePlanned = (() => {
    let prepared: Statement<[PlanKey & PlanningCycle]> | undefined
    return (given: PlanKey & PlanningCycle) => {
      prepared ??= db.prepare(
        `INSERT INTO operation (phone, kind, lane, change, change_hash, source_id, state, cycle_id, created_at)
         SELECT phone, kind, CASE WHEN consent = 1 THEN ${LANE.consent} WHEN kind = 'remove' THEN ${LANE.scrub} ELSE @lane END,
                coalesce(ahead, change), hash, source_id, 'pending', @id, @at
         FROM planned_change
         WHERE (rank, phone) > (@rank, @phone) AND ${GOES_AHEAD} ORDER BY rank, phone LIMIT ${PLAN_PART}
         ${PLANNED_AGAIN}`,
      )
      prepared.run(given)
    }
  })()
  const dropUnplanned = db.prepare<[string]>(
    `DELETE FROM operation WHERE cycle_id <> ?
       AND (state = 'pending' OR (state = 'dead' AND error_code IS NOT 'ERR_NOT_STORED'))`,
  )
  const ofOthers = db
    .prepare<[string], number>('SELECT EXISTS (SELECT 1 FROM operation_count WHERE n > 0 AND cycle_id <> ?)')
    .pluck()
  const tidyCounts = db.prepare('DELETE FROM operation_count WHERE n = 0')
  // What became of an unsettled one is still to be found out.
  const cancel = db.prepare<[string]>("DELETE FROM operation WHERE phone = ? AND state <> 'unsettled'")
  const WAITING = `state IN ('pending', 'unsettled') AND cycle_id = ? AND lane <= ?`
  type Due = { cycleId: string; lane: number; now: number; limit: number }
  // Nothing waits for more than a minute or so: a later time was set by a clock that has gone back since.
  const dueIn = (state: OperationState) =>
    `SELECT * FROM operation WHERE state = '${state}' AND cycle_id = @cycleId AND lane <= @lane
       AND (not_before <= @now OR not_before > @now + 300000)`
  // State by state the index has them in order: what is not due yet of a million need not be looked at.
  const due = db.prepare<[Due], Operation>(
    `${dueIn('pending')} UNION ALL ${dueIn('unsettled')} ORDER BY lane, id LIMIT @limit`,
  )
  const nextDueAt = db
    .prepare<[string, number], number | null>(`SELECT min(not_before) FROM operation WHERE ${WAITING}`)
    .pluck()
  const waits = db
    .prepare<[string, number], number>(`SELECT EXISTS (SELECT 1 FROM operation WHERE ${WAITING})`)
    .pluck()
  const countPutOff = db
    .prepare<[number, string], number>(
      `SELECT count(*) FROM operation INDEXED BY operation_put_off
       WHERE not_before > 0 AND not_before > ? AND state IN ('pending', 'unsettled') AND cycle_id = ?`,
    )
    .pluck()
  const anyDue = db
    .prepare<[number], number>(
      "SELECT EXISTS (SELECT 1 FROM operation WHERE state <> 'dead' AND not_before <= ?)",
    )
    .pluck()
  const claim = db.prepare<[number]>("UPDATE operation SET state = 'in_flight' WHERE id = ?")
  const lookAgain = db.prepare(
    `UPDATE operation SET state = 'unsettled', look_until = ?, not_before = ?, error_code = ?, error = ?, request_id = ? WHERE id = ?`,
  )
  const sendAlone = db.prepare(
    `UPDATE operation SET state = 'pending', alone = 1, look_until = 0, not_before = 0, kind = ?, change = ?, change_hash = ? WHERE id = ?`,
  )
  const release = db.prepare<[number]>(
    "UPDATE operation SET state = 'pending' WHERE id = ? AND state = 'in_flight'",
  )
  const requeue = db.prepare<[number]>(
    "UPDATE operation SET state = 'pending' WHERE id = ? AND state = 'unsettled'",
  )
  const remove = db.prepare<[number]>('DELETE FROM operation WHERE id = ?')
  const setFailed = db.prepare(
    `UPDATE operation SET state = ?, attempts = attempts + ?, not_before = ?, error_code = ?, error = ?, request_id = ? WHERE id = ?`,
  )
  const setChange = db.prepare('UPDATE operation SET kind = ?, change = ?, change_hash = ? WHERE id = ?')
  const addAttempt = db.prepare(
    `INSERT INTO attempt (phone, kind, cycle_id, outcome, error_code, error, request_id, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertDead = db.prepare(
    `INSERT INTO operation (phone, kind, lane, change, change_hash, source_id, state, error_code, error, cycle_id, created_at)
     VALUES (@phone, @kind, ${LANE.incremental}, @change, @hash, @sourceId, 'dead', 'ERR_NOT_STORED', @message, @cycleId, @at)
     ON CONFLICT (phone) DO UPDATE SET state = 'dead', error_code = excluded.error_code, error = excluded.error,
       change = excluded.change, change_hash = excluded.change_hash, cycle_id = excluded.cycle_id`,
  )
  const ofPhone = db.prepare<[string], Operation>('SELECT * FROM operation WHERE phone = ?')
  const inState = db.prepare<[string], Operation>('SELECT * FROM operation WHERE state = ? ORDER BY id')
  const counts = db.prepare<[], { state: OperationState; n: number }>(
    'SELECT state, sum(n) AS n FROM operation_count GROUP BY state',
  )
  const countsOfCycle = db.prepare<[string], { state: OperationState; n: number }>(
    'SELECT state, sum(n) AS n FROM operation_count WHERE cycle_id = ? GROUP BY state',
  )
  const tally = (rows: readonly { state: OperationState; n: number }[]) => {
    const found: Record<OperationState, number> = { pending: 0, in_flight: 0, unsettled: 0, dead: 0 }
    for (const { state, n } of rows) found[state] = n
    return found
  }
  const redriveAll = db.prepare(
    "UPDATE operation SET state = 'pending', attempts = 0, not_before = 0 WHERE state = 'dead'",
  )
  const redriveOne = db.prepare<[string]>(
    "UPDATE operation SET state = 'pending', attempts = 0, not_before = 0 WHERE state = 'dead' AND phone = ?",
  )
  const lastAttempt = db.prepare<[], number | null>('SELECT max(id) FROM attempt').pluck()
  const ackedAfter = db.prepare<[number, number], { id: number; phone: BareE164 }>(
    "SELECT id, phone FROM attempt NOT INDEXED WHERE id > ? AND outcome = 'acked' ORDER BY id LIMIT ?",
  )
  const attempts = db.prepare<[string], Attempt>(
    'SELECT kind, cycle_id, outcome, error_code, error, request_id, at FROM attempt WHERE phone = ? ORDER BY id DESC LIMIT 10',
  )
  const othersGetThrough = db
    .prepare<[string], number>(
      `SELECT EXISTS (SELECT 1 FROM attempt WHERE outcome = 'acked' AND id > (
         SELECT max(id) FROM attempt WHERE phone = ? AND outcome IN ('retry', 'unknown')))`,
    )
    .pluck()
  const log = (operation: Operation, outcome: Attempt['outcome'], at: number, failure?: Failure) =>
    addAttempt.run(
      operation.phone,
      operation.kind,
      operation.cycle_id,
      outcome,
      failure?.code ?? null,
      failure?.message ?? null,
      failure?.requestId ?? null,
      at,
    )
  const fail = (operation: Operation, state: OperationState, notBefore: number, failure: Failure) => {
    // Looking for what an earlier request did is no attempt of its own.
    const attempts = operation.state === 'unsettled' ? 0 : 1
    setFailed.run(
      state,
      attempts,
      notBefore,
      failure.code,
      failure.message,
      failure.requestId ?? null,
      operation.id,
    )
  }

  return {
    enqueue: (changes, { id, lane, at }) => {
      db.transaction(() => {
        for (const { phone, kind, source_id, change, hash, consent } of changes) {
          upsert.run({
            phone,
            kind,
            lane: consent === 1 ? LANE.consent : kind === 'remove' ? LANE.scrub : lane,
            change,
            hash,
            sourceId: source_id,
            cycleId: id,
            at,
          })
        }
      }).immediate()
    },
    enqueuePlanned: (behind, cycle) => enqueuePlanned({ ...behind, ...cycle }),
    dropUnplanned: (cycleId) => {
      if (ofOthers.get(cycleId) === 1) dropUnplanned.run(cycleId)
      tidyCounts.run()
    },
    cancel: (phones) => db.transaction(() => phones.forEach((phone) => void cancel.run(phone))).immediate(),
    drop: (id) => void remove.run(id),
    due: (now, limit, cycleId, lane = LANE.scrub) => due.all({ cycleId, lane, now, limit }),
    waits: (cycleId) => waits.get(cycleId, LANE.scrub) === 1,
    countDueBy: (cycleId, at) => {
      const { pending, unsettled } = tally(countsOfCycle.all(cycleId))
      return pending + unsettled - (countPutOff.get(at, cycleId) ?? 0)
    },
    nextDueAt: (cycleId, lane = LANE.scrub) => nextDueAt.get(cycleId, lane) ?? null,
    anyDue: (now) => anyDue.get(now) === 1,
    claim: (id) => void claim.run(id),
    lookAgain: ({ id }, until, notBefore, { code, message, requestId }) =>
      void lookAgain.run(until, notBefore, code, message, requestId ?? null, id),
    sendAlone: (id, change) =>
      void sendAlone.run(change.kind, JSON.stringify(change), changeHash(change), id),
    release: (id) => void release.run(id),
    requeue: (id) => void requeue.run(id),
    ack: (operation, cycleId, at) => {
      remove.run(operation.id)
      log({ ...operation, cycle_id: cycleId }, 'acked', at)
    },
    retry: (operation, state, notBefore, failure, at) => {
      fail(operation, state, notBefore, failure)
      log(operation, state === 'unsettled' ? 'unknown' : 'retry', at, failure)
    },
    bury: (operation, failure, at) => {
      fail(operation, 'dead', 0, failure)
      log(operation, 'dead', at, failure)
    },
    buryNotStored: (change, message, cycle) =>
      void insertDead.run({
        phone: change.phone,
        kind: change.kind,
        change: JSON.stringify(change),
        hash: changeHash(change),
        sourceId: change.sourceId,
        message,
        cycleId: cycle.id,
        at: cycle.at,
      }),
    replaceChange: (operation, change) =>
      void setChange.run(change.kind, JSON.stringify(change), changeHash(change), operation.id),
    ofPhone: (phone) => ofPhone.get(phone),
    inState: (state) => inState.all(state),
    counts: () => tally(counts.all()),
    countsOfCycle: (cycleId) => tally(countsOfCycle.all(cycleId)),
    redrive: (phone) => (phone === null ? redriveAll.run() : redriveOne.run(phone)).changes,
    attempts: (phone) => attempts.all(phone),
    lastAttempt: () => lastAttempt.get() ?? 0,
    ackedAfter: (id, limit) => ackedAfter.all(id, limit),
    othersGetThrough: ({ phone }) => othersGetThrough.get(phone) === 1,
  }
}
