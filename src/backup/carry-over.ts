// Owns what a restore must not take back: everything that was said of consent since the backup, and who was erased (I3).
import type { Db } from '../db/open.ts'
import { forget } from '../erase/forget.ts'
import type { BareE164 } from '../lib/phone.ts'
import { openMirror } from '../sync/mirror/mirror.ts'

export interface CarriedOver {
  /** Steps of the consent ledger that the backup did not know. */
  readonly consent: number
  /** People who were erased since, and whom the backup still held. */
  readonly erased: number
  /** False where the two databases never were one: then an erased person of the one cannot be told in the other. */
  readonly sameMarks: boolean
}

interface ConsentStep {
  readonly phone: BareE164
  readonly state: 'opted_out' | 'allowed'
  readonly origin: 'source' | 'heymarket' | 'hand'
  readonly evidence: string
  readonly at: number
}

/** From the database that is replaced into the one that replaces it, in one transaction of the latter. */
export function carryOver(from: Db, into: Db): CarriedOver {
  const mirror = openMirror(into)
  const sameMarks = saltOf(from) === saltOf(into)
  return mirror.transaction(() => {
    const erased = sameMarks ? carryMarks(from, into) : 0
    let consent = 0
    for (const { phone, state, origin, evidence, at } of stepsSince(from, into)) {
      // Lifting an opt-out was somebody's word about this very ledger; of another one it means nothing.
      if (state === 'allowed' && !sameMarks) continue
      if (state === 'allowed') mirror.consent.allow(phone, evidence, at)
      else mirror.consent.optOut(phone, origin, evidence, at)
      consent += 1
    }
    return { consent, erased, sameMarks }
  })
}

function saltOf(db: Db): string | undefined {
  return db.prepare<[], string>("SELECT value FROM meta WHERE key = 'erase_salt'").pluck().get()
}

/** In the order in which they were taken. */
function stepsSince(from: Db, into: Db): ConsentStep[] {
  const all = from
    .prepare<[], ConsentStep>('SELECT phone, state, origin, evidence, at FROM consent_event ORDER BY id')
    .all()
  const known = into
    .prepare<[string, string, string, number], number>(
      'SELECT 1 FROM consent_event WHERE phone = ? AND state = ? AND evidence = ? AND at = ?',
    )
    .pluck()
  return all.filter(({ phone, state, evidence, at }) => known.get(phone, state, evidence, at) === undefined)
}

/** Returns how many people the backup held who were erased since. */
function carryMarks(from: Db, into: Db): number {
  const marks = from.prepare<[], MarkRow>('SELECT mark, erased_at, reason, opted_out FROM erased').all()
  const records = from
    .prepare<[], { name: string; mark: Buffer }>('SELECT name, mark FROM erased_record')
    .all()
  const putMark = into.prepare(
    `INSERT INTO erased (mark, erased_at, reason, opted_out) VALUES (@mark, @erased_at, @reason, @opted_out)
     ON CONFLICT (mark) DO UPDATE SET opted_out = max(opted_out, excluded.opted_out)`,
  )
  const putRecord = into.prepare('INSERT OR IGNORE INTO erased_record (name, mark) VALUES (@name, @mark)')
  for (const mark of marks) putMark.run(mark)
  for (const record of records) putRecord.run(record)
  if (marks.length === 0) return 0
  const { erased } = openMirror(into)
  let held = 0
  for (const phone of phonesOf(into)) {
    const mark = erased.find(phone)
    if (mark === undefined) continue
    forget(into, phone, mark)
    held += 1
  }
  return held
}

interface MarkRow {
  readonly mark: Buffer
  readonly erased_at: number
  readonly reason: string
  readonly opted_out: 0 | 1
}

/** Every number that the database knows of anybody. */
function phonesOf(db: Db): BareE164[] {
  return db
    .prepare<[], BareE164>(
      `SELECT phone FROM contact UNION SELECT phone FROM source_record WHERE phone IS NOT NULL
       UNION SELECT phone FROM further_phone UNION SELECT phone FROM remote_contact WHERE phone IS NOT NULL
       UNION SELECT phone FROM consent`,
    )
    .pluck()
    .all()
}
