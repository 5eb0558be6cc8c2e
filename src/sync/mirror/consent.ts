// Owns the consent ledger: per phone number, strictest state wins, every step kept with where it came from (I3).
import type { Db } from '../../db/open.ts'

export type ConsentOrigin = 'source' | 'heymarket'

export interface ConsentEvent {
  readonly state: 'opted_out' | 'allowed'
  readonly origin: string
  /** What was seen, e.g. `clinic record 17` or `Heymarket contact 981`. */
  readonly evidence: string
  readonly at: number
}

export interface ConsentStore {
  isOptedOut(phone: string): boolean
  /** Records an opt-out; true when it is news. */
  optOut(phone: string, origin: ConsentOrigin, evidence: string, at: number): boolean
  history(phone: string): ConsentEvent[]
  countOptedOut(): number
}

export function consentStore(db: Db): ConsentStore {
  const find = db.prepare<[string], { state: string }>('SELECT state FROM consent WHERE phone = ?')
  const set = db.prepare<[string, number]>(
    `INSERT INTO consent (phone, state, at) VALUES (?, 'opted_out', ?)
     ON CONFLICT (phone) DO UPDATE SET state = excluded.state, at = excluded.at`,
  )
  const addEvent = db.prepare<[string, string, string, number]>(
    "INSERT INTO consent_event (phone, state, origin, evidence, at) VALUES (?, 'opted_out', ?, ?, ?)",
  )
  const history = db.prepare<[string], ConsentEvent>(
    'SELECT state, origin, evidence, at FROM consent_event WHERE phone = ? ORDER BY id',
  )
  const countOptedOut = db
    .prepare<[], number>("SELECT count(*) FROM consent WHERE state = 'opted_out'")
    .pluck()
  return {
    isOptedOut: (phone) => find.get(phone)?.state === 'opted_out',
    optOut: (phone, origin, evidence, at) => {
      if (find.get(phone)?.state === 'opted_out') return false
      set.run(phone, at)
      addEvent.run(phone, origin, evidence, at)
      return true
    },
    history: (phone) => history.all(phone),
    countOptedOut: () => countOptedOut.get() ?? 0,
  }
}
