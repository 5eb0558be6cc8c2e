// Owns drift: owned fields that somebody changed in Heymarket, from when that was first seen until both sides agree again.
import type { Db } from '../../db/open.ts'

export interface DriftRow {
  readonly phone: string
  readonly field: string
  /** What the mirror took Heymarket to hold; null when it did not know. */
  readonly expected: string | null
  readonly found: string
  /** `restored`: the source's value is written again, and the row goes when that is seen. */
  readonly outcome: 'kept' | 'restored'
  /** Milliseconds since 1970. */
  readonly first_seen_at: number
}

export interface DriftStore {
  /** Makes this what is known to have drifted on one contact; what is there already keeps its time. */
  replace(phone: string, rows: readonly Omit<DriftRow, 'phone' | 'first_seen_at'>[], at: number): void
  ofPhone(phone: string): DriftRow[]
  /** Every phone with drift. */
  phones(): Set<string>
  counts(): { kept: number; restored: number }
  /** The newest first. */
  newest(limit: number): DriftRow[]
}

export function driftStore(db: Db): DriftStore {
  const put = db.prepare<DriftRow>(
    `INSERT INTO drift (phone, field, expected, found, outcome, first_seen_at)
     VALUES (@phone, @field, @expected, @found, @outcome, @first_seen_at)
     ON CONFLICT (phone, field) DO UPDATE SET expected = excluded.expected, found = excluded.found,
       outcome = excluded.outcome`,
  )
  const dropOthers = db.prepare<[string, string]>(
    'DELETE FROM drift WHERE phone = ? AND field NOT IN (SELECT value FROM json_each(?))',
  )
  const ofPhone = db.prepare<[string], DriftRow>('SELECT * FROM drift WHERE phone = ? ORDER BY field')
  const phones = db.prepare<[], string>('SELECT DISTINCT phone FROM drift').pluck()
  const counts = db.prepare<[], { kept: number; restored: number }>(
    "SELECT count(*) FILTER (WHERE outcome = 'kept') AS kept, count(*) FILTER (WHERE outcome = 'restored') AS restored FROM drift",
  )
  const newest = db.prepare<[number], DriftRow>(
    'SELECT * FROM drift ORDER BY first_seen_at DESC, phone, field LIMIT ?',
  )
  return {
    replace: (phone, rows, at) => {
      dropOthers.run(phone, JSON.stringify(rows.map((row) => row.field)))
      for (const row of rows) put.run({ ...row, phone, first_seen_at: at })
    },
    ofPhone: (phone) => ofPhone.all(phone),
    phones: () => new Set(phones.all()),
    counts: () => counts.get() ?? { kept: 0, restored: 0 },
    newest: (limit) => newest.all(limit),
  }
}
