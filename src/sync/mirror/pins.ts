// Owns pin: what an undo took back, and what is therefore not written again until the source says something else.
import type { Db } from '../../db/open.ts'

export interface Pin {
  readonly field: string
  /** What was taken back. */
  readonly value: string
}

export interface PinRow extends Pin {
  readonly phone: string
  /** The undo. */
  readonly cycle_id: string
  readonly at: number
}

export interface PinStore {
  put(phone: string, pin: Pin, cycleId: string, at: number): void
  ofPhone(phone: string): PinRow[]
  /** Contacts that have one. */
  phones(): Set<string>
  drop(phone: string, field: string): void
  /** Contacts that have a pin, on lists too. */
  countPhones(): number
}

export function pinStore(db: Db): PinStore {
  const put = db.prepare<[string, string, string, string, number]>(
    `INSERT INTO pin (phone, field, value, cycle_id, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (phone, field) DO UPDATE SET value = excluded.value, cycle_id = excluded.cycle_id, at = excluded.at`,
  )
  const ofPhone = db.prepare<[string], PinRow>('SELECT * FROM pin WHERE phone = ? ORDER BY field')
  const phones = db.prepare<[], string>('SELECT DISTINCT phone FROM pin').pluck()
  const drop = db.prepare<[string, string]>('DELETE FROM pin WHERE phone = ? AND field = ?')
  const countPhones = db
    .prepare<[], number>('SELECT count(*) FROM (SELECT phone FROM pin UNION SELECT phone FROM member_pin)')
    .pluck()
  return {
    put: (phone, { field, value }, cycleId, at) => void put.run(phone, field, value, cycleId, at),
    ofPhone: (phone) => ofPhone.all(phone),
    phones: () => new Set(phones.all()),
    drop: (phone, field) => void drop.run(phone, field),
    countPhones: () => countPhones.get() ?? 0,
  }
}
