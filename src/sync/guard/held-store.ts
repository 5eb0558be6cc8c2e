// Owns held and approval: what the guard keeps back now, and what a person released of it.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { besideOptOut, type Change, optsOut, viewHash } from '../diff/change.ts'
import type { DialName, HeldChange } from './guard.ts'

export interface HeldRow {
  readonly phone: BareE164
  /** The first and the last cycle that held exactly this change. */
  readonly since_cycle: string
  readonly cycle_id: string
  readonly source_id: string
  readonly dials: string
  readonly reason: string
  /** JSON Change. */
  readonly change: string
}

export interface HeldStore {
  /** Holds these, as what this cycle holds. */
  put(cycleId: string, held: readonly HeldChange[]): void
  /** What no plan holds any more is forgotten. */
  dropExcept(cycleId: string): void
  /** In phone order. */
  all(): HeldRow[]
  ofPhone(phone: string): HeldRow | undefined
  /** Whether what is held of this number opts it out. */
  holdsOptOut(phone: string): boolean
  /** Releases what this cycle held, as it held it; returns how many changes that is. */
  approve(cycleId: string, at: number): number
  isApproved(phone: string, view: () => Buffer): boolean
  /** How exactly this change is held now; null when it is not. */
  held(phone: string, view: () => Buffer): { dials: readonly DialName[]; reason: string } | null
  dropApproval(phone: string): void
  /** An approval of something that no plan contains any more must not wave a later change through. `planned`: the change of a phone. */
  dropApprovalsExcept(planned: (phone: string) => Change | undefined): void
}

/** Changes that are saved at once. */
const PART = 500

/**
 * Saves the beginning of what is held in parts and returns the rest, for the transaction that saves all else of the plan. A crash
 * in between leaves what this plan holds beside what the last one held.
 */
export function* holdSteps(
  store: HeldStore,
  held: Iterable<HeldChange>,
  cycleId: string,
): Generator<void, readonly HeldChange[]> {
  let part: HeldChange[] = []
  for (const one of held) {
    if (part.length === PART) {
      store.put(cycleId, part)
      part = []
      yield
    }
    part.push(one)
  }
  return part
}

export function heldStore(db: Db): HeldStore {
  const put = db.prepare(
    `INSERT INTO held (phone, since_cycle, cycle_id, source_id, dials, reason, change, view_hash)
     VALUES (@phone, @cycleId, @cycleId, @sourceId, @dials, @reason, @change, @view)
     ON CONFLICT (phone) DO UPDATE SET
       since_cycle = CASE WHEN view_hash = excluded.view_hash THEN since_cycle ELSE excluded.since_cycle END,
       cycle_id = excluded.cycle_id, source_id = excluded.source_id, dials = excluded.dials, reason = excluded.reason,
       change = excluded.change, view_hash = excluded.view_hash`,
  )
  const dropOthers = db.prepare<[string]>('DELETE FROM held WHERE cycle_id <> ?')
  const all = db.prepare<[], HeldRow>('SELECT * FROM held ORDER BY phone')
  const ofPhone = db.prepare<[string], HeldRow>('SELECT * FROM held WHERE phone = ?')
  // Cycle ids sort by time, so a cycle held a change when it lies between the first and the last that did.
  const approve = db.prepare<[string, number, string, string]>(
    `INSERT INTO approval (phone, view_hash, cycle_id, approved_at)
     SELECT phone, view_hash, ?, ? FROM held WHERE since_cycle <= ? AND cycle_id >= ?
     ON CONFLICT (phone) DO UPDATE SET view_hash = excluded.view_hash, cycle_id = excluded.cycle_id,
       approved_at = excluded.approved_at`,
  )
  const isApproved = db
    .prepare<[string, Buffer], number>('SELECT 1 FROM approval WHERE phone = ? AND view_hash = ?')
    .pluck()
  const held = db.prepare<[string, Buffer], Pick<HeldRow, 'dials' | 'reason'>>(
    'SELECT dials, reason FROM held WHERE phone = ? AND view_hash = ?',
  )
  // Nearly always nobody: then what a person sees need not be named.
  const anyOf = {
    approval: db.prepare<[string], number>('SELECT 1 FROM approval WHERE phone = ?').pluck(),
    held: db.prepare<[string], number>('SELECT 1 FROM held WHERE phone = ?').pluck(),
  }
  const dropApproval = db.prepare<[string]>('DELETE FROM approval WHERE phone = ?')
  const approved = db.prepare<[], { phone: string; view_hash: Buffer }>(
    'SELECT phone, view_hash FROM approval',
  )
  return {
    put: (cycleId, held) =>
      db.transaction(() => {
        for (const { change, dials, reason } of held) {
          put.run({
            phone: change.phone,
            cycleId,
            sourceId: change.sourceId,
            dials: dials.join(','),
            reason,
            change: JSON.stringify(change),
            view: viewHash(change),
          })
        }
      })(),
    dropExcept: (cycleId) => void dropOthers.run(cycleId),
    all: () => all.all(),
    ofPhone: (phone) => ofPhone.get(phone),
    holdsOptOut: (phone) => {
      const row = ofPhone.get(phone)
      return row !== undefined && optsOut(JSON.parse(row.change) as Change)
    },
    approve: (cycleId, at) => approve.run(cycleId, at, cycleId, cycleId).changes,
    isApproved: (phone, view) => anyOf.approval.get(phone) === 1 && isApproved.get(phone, view()) === 1,
    held: (phone, view) => {
      const row = anyOf.held.get(phone) === 1 ? held.get(phone, view()) : undefined
      return row === undefined ? null : { dials: row.dials.split(',') as DialName[], reason: row.reason }
    },
    dropApproval: (phone) => void dropApproval.run(phone),
    dropApprovalsExcept: (planned) => {
      for (const { phone, view_hash } of approved.all()) {
        const change = planned(phone)
        // An opt-out that goes ahead of an approved change is not a part of what was approved.
        const views = change === undefined ? [] : [viewHash(change), viewHash(besideOptOut(change))]
        if (!views.some((view) => view.equals(view_hash))) dropApproval.run(phone)
      }
    },
  }
}
