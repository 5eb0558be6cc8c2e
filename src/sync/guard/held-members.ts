// Owns held_member and approved_member: who stays on a list because the guard says so, and whom a person let go.
import type { Db } from '../../db/open.ts'

export interface HeldMembers {
  readonly key: string
  readonly cycle_id: string
  readonly reason: string
  readonly changes: number
  /** A few of the phones. */
  readonly examples: readonly string[]
}

export interface HeldMemberStore {
  /** Of one list. */
  hold(cycleId: string, key: string, phones: readonly string[], reason: string): void
  /** What this cycle's plan does not hold any more is forgotten. */
  dropExcept(cycleId: string): void
  /** One entry for each list. */
  all(): HeldMembers[]
  /** Lets go whom this cycle held; returns how many. */
  approve(cycleId: string, at: number): number
  isApproved(key: string, phone: string): boolean
  isHeld(key: string, phone: string): boolean
  /** An approval of something that no plan contains any more must not wave a later change through. */
  dropApprovalsExcept(isPlanned: (key: string, phone: string) => boolean): void
}

export function heldMemberStore(db: Db): HeldMemberStore {
  const put = db.prepare(
    `INSERT INTO held_member (key, phone, since_cycle, cycle_id, reason) VALUES (@key, @phone, @cycleId, @cycleId, @reason)
     ON CONFLICT (key, phone) DO UPDATE SET cycle_id = excluded.cycle_id, reason = excluded.reason`,
  )
  const dropOthers = db.prepare<[string]>('DELETE FROM held_member WHERE cycle_id <> ?')
  const all = db.prepare<[], Omit<HeldMembers, 'examples'> & { some: string }>(
    `SELECT key, cycle_id, reason, count(*) AS changes, group_concat(phone) FILTER (WHERE at <= 3) AS some
     FROM (SELECT *, row_number() OVER (PARTITION BY key ORDER BY phone) AS at FROM held_member)
     GROUP BY key, cycle_id, reason ORDER BY key`,
  )
  const approve = db.prepare<[string, number, string, string]>(
    `INSERT INTO approved_member (key, phone, cycle_id, approved_at)
     SELECT key, phone, ?, ? FROM held_member WHERE since_cycle <= ? AND cycle_id >= ?
     ON CONFLICT (key, phone) DO UPDATE SET cycle_id = excluded.cycle_id, approved_at = excluded.approved_at`,
  )
  const isApproved = db
    .prepare<[string, string], number>('SELECT 1 FROM approved_member WHERE key = ? AND phone = ?')
    .pluck()
  const isHeld = db
    .prepare<[string, string], number>('SELECT 1 FROM held_member WHERE key = ? AND phone = ?')
    .pluck()
  const approved = db.prepare<[], { key: string; phone: string }>('SELECT key, phone FROM approved_member')
  const dropApproval = db.prepare<[string, string]>('DELETE FROM approved_member WHERE key = ? AND phone = ?')
  return {
    hold: (cycleId, key, phones, reason) => {
      for (const phone of phones) put.run({ key, phone, reason, cycleId })
    },
    dropExcept: (cycleId) => void dropOthers.run(cycleId),
    all: () => all.all().map(({ some, ...rest }) => ({ ...rest, examples: some.split(',') })),
    approve: (cycleId, at) => approve.run(cycleId, at, cycleId, cycleId).changes,
    isApproved: (key, phone) => isApproved.get(key, phone) === 1,
    isHeld: (key, phone) => isHeld.get(key, phone) === 1,
    dropApprovalsExcept: (isPlanned) => {
      for (const { key, phone } of approved.all()) if (!isPlanned(key, phone)) dropApproval.run(key, phone)
    },
  }
}
