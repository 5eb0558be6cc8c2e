// Owns hint: people of whom a webhook told something that a read has to confirm.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'

export interface HintStore {
  put(phone: string, at: number): void
  /** Oldest first. */
  all(limit: number): { phone: BareE164; at: number }[]
  /** Unless something was told again since. */
  drop(hint: { phone: string; at: number }): void
}

export function hintStore(db: Db): HintStore {
  const put = db.prepare<[string, number]>(
    'INSERT INTO hint (phone, at) VALUES (?, ?) ON CONFLICT (phone) DO UPDATE SET at = excluded.at',
  )
  const all = db.prepare<[number], { phone: BareE164; at: number }>(
    'SELECT phone, at FROM hint ORDER BY at, phone LIMIT ?',
  )
  const drop = db.prepare<[string, number]>('DELETE FROM hint WHERE phone = ? AND at = ?')
  return {
    put: (phone, at) => void put.run(phone, at),
    all: (limit) => all.all(limit),
    drop: ({ phone, at }) => void drop.run(phone, at),
  }
}
