// Owns the consent ledger: per phone number, strictest state wins, every step kept with where it came from (I3).
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { ErasedStore } from './erased.ts'

export type ConsentOrigin = 'source' | 'heymarket' | 'hand'

export interface ConsentEvent {
  readonly state: 'opted_out' | 'allowed'
  readonly origin: string
  /** What was seen, e.g. `clinic record 17` or `Heymarket contact 981`. */
  readonly evidence: string
  readonly at: number
}

/** A number that opted out, on a Heymarket contact that does not show it and that no wanted contact stands for. */
export interface UnpushedOptOut {
  readonly phone: BareE164
  readonly contact_id: number
  /** A record that bears the number, where there is one. */
  readonly source_id: string | null
  readonly record_id: string | null
  /** 1 when Heymarket shows the contact as our own write left it, and that write said it already. */
  readonly echo: 0 | 1
}

export interface ConsentStore {
  unpushed(): UnpushedOptOut[]
  /** Also true of an erased number. */
  isOptedOut(phone: string): boolean
  /** Records an opt-out; true when it is news. Of an erased number only the mark keeps it. */
  optOut(phone: string, origin: ConsentOrigin, evidence: string, at: number): boolean
  /** When a person allowed it by hand, milliseconds since 1970; null where that is not how it stands. */
  allowedAt(phone: string): number | null
  /** Lifts an opt-out, by hand alone; what is seen after it counts again. */
  allow(phone: string, evidence: string, at: number): void
  history(phone: string): ConsentEvent[]
  countOptedOut(): number
}

export function consentStore(db: Db, erased: ErasedStore): ConsentStore {
  const find = db.prepare<[string], { state: string; at: number }>(
    'SELECT state, at FROM consent WHERE phone = ?',
  )
  const set = db.prepare<[string, ConsentEvent['state'], number]>(
    `INSERT INTO consent (phone, state, at) VALUES (?, ?, ?)
     ON CONFLICT (phone) DO UPDATE SET state = excluded.state, at = excluded.at`,
  )
  // Whoever learns of it, the next diff looks whether Heymarket has to be told.
  const unsettle = db.prepare<[string]>('UPDATE contact SET settled_desired = NULL WHERE phone = ?')
  const addEvent = db.prepare<[string, ConsentEvent['state'], ConsentOrigin, string, number]>(
    'INSERT INTO consent_event (phone, state, origin, evidence, at) VALUES (?, ?, ?, ?, ?)',
  )
  const history = db.prepare<[string], ConsentEvent>(
    'SELECT state, origin, evidence, at FROM consent_event WHERE phone = ? ORDER BY id',
  )
  const unpushed = db.prepare<[], UnpushedOptOut>(
    `SELECT k.phone, r.id AS contact_id,
            coalesce(
              (SELECT s.source_id FROM source_record s WHERE s.phone = k.phone ORDER BY s.source_id, s.record_id LIMIT 1),
              (SELECT f.source_id FROM further_phone f WHERE f.phone = k.phone ORDER BY f.source_id, f.record_id LIMIT 1)) AS source_id,
            coalesce(
              (SELECT s.record_id FROM source_record s WHERE s.phone = k.phone ORDER BY s.source_id, s.record_id LIMIT 1),
              (SELECT f.record_id FROM further_phone f WHERE f.phone = k.phone ORDER BY f.source_id, f.record_id LIMIT 1)) AS record_id,
            (r.read_at IS NOT NULL AND r.carried = 1 AND (r.acked_rev IS NULL OR r.acked_rev IS r.rev)) AS echo
     FROM consent k
     CROSS JOIN remote_contact r ON r.phone = k.phone
     LEFT JOIN contact c ON c.phone = k.phone AND c.state <> 'removed'
     LEFT JOIN link l ON l.phone = c.phone
     WHERE k.state = 'opted_out' AND json_extract(r.body, '$.isOptedOut') IS NOT 1
       AND (c.phone IS NULL OR r.id <> l.contact_id)
     ORDER BY k.phone, echo, r.id`,
  )
  const countOptedOut = db
    .prepare<[], number>("SELECT count(*) FROM consent WHERE state = 'opted_out'")
    .pluck()
  return {
    isOptedOut: (phone) => find.get(phone)?.state === 'opted_out' || erased.has(phone),
    optOut: (phone, origin, evidence, at) => {
      if (find.get(phone)?.state === 'opted_out') return false
      if (erased.has(phone)) {
        erased.optOut(phone)
        return false
      }
      set.run(phone, 'opted_out', at)
      addEvent.run(phone, 'opted_out', origin, evidence, at)
      unsettle.run(phone)
      return true
    },
    allowedAt: (phone) => {
      const found = find.get(phone)
      return found?.state === 'allowed' ? found.at : null
    },
    allow: (phone, evidence, at) => {
      set.run(phone, 'allowed', at)
      addEvent.run(phone, 'allowed', 'hand', evidence, at)
    },
    unpushed: () => unpushed.all(),
    history: (phone) => history.all(phone),
    countOptedOut: () => countOptedOut.get() ?? 0,
  }
}
