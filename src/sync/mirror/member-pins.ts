// Owns member_pin: what an undo took back on lists, and what is therefore not done again until a condition says otherwise.
import type { Db } from '../../db/open.ts'

export interface MemberPin {
  readonly key: string
  readonly phone: string
  /** What was taken back: that they were put on, or taken off. */
  readonly what: 'add' | 'remove'
  /** The undo. */
  readonly cycle_id: string
  readonly at: number
}

export interface MemberPinStore {
  put(pin: MemberPin): void
  ofPhones(phones: readonly string[]): MemberPin[]
  ofPhone(phone: string): MemberPin[]
  drop(key: string, phone: string): void
}

export function memberPinStore(db: Db): MemberPinStore {
  const put = db.prepare(
    `INSERT INTO member_pin (key, phone, what, cycle_id, at) VALUES (@key, @phone, @what, @cycle_id, @at)
     ON CONFLICT (key, phone) DO UPDATE SET what = excluded.what, cycle_id = excluded.cycle_id, at = excluded.at`,
  )
  const ofPhones = db.prepare<[string], MemberPin>(
    'SELECT p.* FROM json_each(?) j CROSS JOIN member_pin p ON p.phone = j.value',
  )
  const ofPhone = db.prepare<[string], MemberPin>('SELECT * FROM member_pin WHERE phone = ? ORDER BY key')
  const drop = db.prepare<[string, string]>('DELETE FROM member_pin WHERE key = ? AND phone = ?')
  return {
    put: (pin) => void put.run(pin),
    ofPhones: (phones) => ofPhones.all(JSON.stringify(phones)),
    ofPhone: (phone) => ofPhone.all(phone),
    drop: (key, phone) => void drop.run(key, phone),
  }
}
