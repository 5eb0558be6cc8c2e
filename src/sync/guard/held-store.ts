// Owns held and approval: what the guard kept back, and what a person then released.
import type { Db } from '../../db/open.ts'
import { type Change, changeHash } from '../diff/change.ts'
import type { HeldChange } from './guard.ts'

export interface HeldRow {
  readonly cycle_id: string
  readonly phone: string
  readonly source_id: string
  readonly dials: string
  readonly reason: string
  /** JSON Change. */
  readonly change: string
  readonly change_hash: Buffer
}

export interface HeldStore {
  add(cycleId: string, held: HeldChange): void
  ofCycle(cycleId: string): HeldRow[]
  ofPhone(phone: string): HeldRow[]
  /** Held by the newest cycle that planned: what waits for a person now. */
  waiting(): HeldRow[]
  /** Releases what a cycle held; returns how many changes that is. */
  approve(cycleId: string, at: number): number
  isApproved(phone: string, hash: Buffer): boolean
  dropApproval(phone: string): void
  /** Approvals of changes that no plan contains any more must not wave a later one through. */
  dropApprovalsExcept(changes: readonly Change[]): void
}

export function heldStore(db: Db): HeldStore {
  const add = db.prepare(
    `INSERT INTO held (cycle_id, phone, source_id, dials, reason, change, change_hash) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (cycle_id, phone) DO UPDATE SET dials = excluded.dials, reason = excluded.reason,
       change = excluded.change, change_hash = excluded.change_hash`,
  )
  const ofCycle = db.prepare<[string], HeldRow>('SELECT * FROM held WHERE cycle_id = ? ORDER BY phone')
  const ofPhone = db.prepare<[string], HeldRow>('SELECT * FROM held WHERE phone = ? ORDER BY cycle_id DESC')
  const waiting = db.prepare<[], HeldRow>(
    `SELECT * FROM held WHERE cycle_id = (SELECT max(id) FROM cycle WHERE status IN ('ok', 'held')) ORDER BY phone`,
  )
  const approve = db.prepare<[number, string]>(
    `INSERT INTO approval (phone, change_hash, cycle_id, approved_at)
     SELECT phone, change_hash, cycle_id, ? FROM held WHERE cycle_id = ?
     ON CONFLICT (phone, change_hash) DO UPDATE SET cycle_id = excluded.cycle_id, approved_at = excluded.approved_at`,
  )
  const isApproved = db
    .prepare<[string, Buffer], number>('SELECT 1 FROM approval WHERE phone = ? AND change_hash = ?')
    .pluck()
  const dropApproval = db.prepare<[string]>('DELETE FROM approval WHERE phone = ?')
  const approvals = db.prepare<[], { phone: string; change_hash: Buffer }>(
    'SELECT phone, change_hash FROM approval',
  )
  const dropOne = db.prepare<[string, Buffer]>('DELETE FROM approval WHERE phone = ? AND change_hash = ?')
  return {
    add: (cycleId, { change, dials, reason }) =>
      void add.run(
        cycleId,
        change.phone,
        change.sourceId,
        dials.join(','),
        reason,
        JSON.stringify(change),
        changeHash(change),
      ),
    ofCycle: (cycleId) => ofCycle.all(cycleId),
    ofPhone: (phone) => ofPhone.all(phone),
    waiting: () => waiting.all(),
    approve: (cycleId, at) => approve.run(at, cycleId).changes,
    isApproved: (phone, hash) => isApproved.get(phone, hash) === 1,
    dropApproval: (phone) => void dropApproval.run(phone),
    dropApprovalsExcept: (changes) => {
      const kept = approvals.all()
      if (kept.length === 0) return
      const wanted = new Set(changes.map((change) => change.phone + changeHash(change).toString('hex')))
      for (const { phone, change_hash } of kept) {
        if (!wanted.has(phone + change_hash.toString('hex'))) dropOne.run(phone, change_hash)
      }
    },
  }
}
