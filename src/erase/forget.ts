// Owns forgetting: what each table holds of a person is deleted, or kept only in a form that does not tell who it was.
import type { Db } from '../db/open.ts'
import type { BareE164 } from '../lib/phone.ts'
import type { ContactFields } from '../sync/contact.ts'
import type { ErasedMark } from '../sync/mirror/erased.ts'
import { openMirror } from '../sync/mirror/mirror.ts'
import { RECORD_PHONE } from '../sync/mirror/records.ts'
import { forgetAlarms } from './forget-alarms.ts'
import { forgetMessages } from './forget-messages.ts'

/** How many rows of each table were deleted or changed. */
export type Forgotten = Readonly<Record<string, number>>

export interface Forgetting {
  readonly forgotten: Forgotten
  /** Other numbers of the records that named this one: they are contacts of the same person, and are not erased with it. */
  readonly others: readonly BareE164[]
}

/** Marks the number and forgets everything else of it, in one transaction. */
export function forget(
  db: Db,
  phone: BareE164,
  { at, reason }: Pick<ErasedMark, 'at' | 'reason'>,
): Forgetting {
  const mirror = openMirror(db)
  return db
    .transaction((): Forgetting => {
      const emails = emailsOf(db, phone)
      const remotes = mirror.remote.byPhone(phone)
      const forgotten: Record<string, number> = { rejection: forgetRejections(db, phone) }
      // The ledger goes with the rest, so what it says goes onto the mark (I3).
      mirror.erased.mark(phone, { at, reason, optedOut: mirror.consent.isOptedOut(phone) })
      // Heymarket may hold them all the same: that there is somebody is kept, so that its count stays right.
      mirror.remote.blank(phone)
      forgotten.remote_contact = remotes.length
      const records = mirror.records.withPhone(phone)
      forgotten.alarm = forgetAlarms(db, records, ({ source_id, record_id }) =>
        mirror.erased.recordName(source_id, record_id),
      )
      const others = new Set<BareE164>()
      for (const { source_id, record_id } of records) {
        for (const one of mirror.records.phonesOf(source_id, record_id)) if (one !== phone) others.add(one)
        mirror.records.drop(source_id, record_id)
        mirror.erased.markRecord(phone, source_id, record_id)
        const onLists = mirror.sourceLists.forgetRecord(source_id, record_id)
        forgotten.source_list_member = (forgotten.source_list_member ?? 0) + onLists
      }
      // No record claims them any more: they leave as anybody does.
      for (const one of others) mirror.records.markDirty(one)
      forgotten.source_record = records.length
      forgotten.intent = forgetMessages(db, [phone, ...emails], at)
      for (const table of tablesWithPhone(db)) {
        const { changes } = db.prepare<[string]>(`DELETE FROM "${table}" WHERE phone = ?`).run(phone)
        forgotten[table] = (forgotten[table] ?? 0) + changes
      }
      // Each of these rows marked the person as somebody to look at again.
      db.prepare<[string]>('DELETE FROM list_due WHERE phone = ?').run(phone)
      forgotten.seen_message = forgetSeen(db, phone)
      scrubTexts(db, [phone, ...emails])
      forgotten.operation = (forgotten.operation ?? 0) + forgetFormer(db, phone)
      return {
        forgotten: Object.fromEntries(Object.entries(forgotten).filter(([, rows]) => rows > 0)),
        others: [...others],
      }
    })
    .immediate()
}

/** Takes what was deleted out of the file itself. False while another process reads it, so that it has to be done again. */
export function scrubFile(db: Db): boolean {
  // Rows that earlier cycles deleted are still in free pages, and VACUUM leaves those behind.
  db.exec('VACUUM')
  const [checkpoint] = db.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[]
  return checkpoint?.busy === 0
}

/** A row with a column `phone` tells of that person, also in a table that a later version adds. */
function tablesWithPhone(db: Db): string[] {
  return db
    .prepare<[], string>(
      `SELECT t.name FROM sqlite_schema t, pragma_table_info(t.name) c
       WHERE t.type = 'table' AND c.name = 'phone' AND t.name <> 'list_due' ORDER BY t.name`,
    )
    .pluck()
    .all()
}

function emailsOf(db: Db, phone: string): string[] {
  const fields = db
    .prepare<{ phone: string }, string>(
      `SELECT s.contact FROM ${RECORD_PHONE} p JOIN source_record s USING (source_id, record_id)
       WHERE p.phone = @phone AND s.contact IS NOT NULL
       UNION SELECT body FROM remote_contact WHERE phone = @phone`,
    )
    .pluck()
    .all({ phone })
  const emails = fields.map((json) => (JSON.parse(json) as ContactFields).email ?? '')
  return [...new Set(emails.filter((email) => email !== ''))]
}

/** Those of the person's records, and those whose value is the number, read by nobody but perhaps by a person. */
function forgetRejections(db: Db, phone: string): number {
  const ofTheirs = db
    .prepare<[string]>(
      `DELETE FROM rejection WHERE (source_id, record_id) IN (SELECT source_id, record_id FROM ${RECORD_PHONE} WHERE phone = ?)`,
    )
    .run(phone).changes
  const rows = db
    .prepare<[], { source_id: string; record_id: string; slot: string; value: string }>(
      'SELECT source_id, record_id, slot, value FROM rejection',
    )
    .all()
  const drop = db.prepare<[string, string, string]>(
    'DELETE FROM rejection WHERE source_id = ? AND record_id = ? AND slot = ?',
  )
  // Its record goes with it: else it would be taken for unchanged, and have no reason any more.
  const dropRecord = db.prepare<[string, string]>(
    "DELETE FROM source_record WHERE source_id = ? AND record_id = ? AND state = 'rejected' AND contact IS NULL",
  )
  const theirs = rows.filter(({ record_id, value }) => [record_id, value].some((text) => spells(text, phone)))
  for (const { source_id, record_id, slot } of theirs) {
    drop.run(source_id, record_id, slot)
    dropRecord.run(source_id, record_id)
  }
  return ofTheirs + theirs.length
}

/** With its country code or without, and whatever stands around it. */
function spells(text: string, phone: string): boolean {
  const digits = text.replace(/\D/g, '')
  return digits.length >= 7 && (digits.includes(phone) || phone.endsWith(digits))
}

/** Heymarket's history stays the truth about messages; these only said it sooner. */
function forgetSeen(db: Db, phone: string): number {
  return db.prepare<[string]>('DELETE FROM seen_message WHERE instr(body, ?) > 0').run(phone).changes
}

/** What is kept of another number that the same contact got since names this one as the former. */
function forgetFormer(db: Db, phone: string): number {
  const naming = [
    ['operation', 'change'],
    ['held', 'change'],
    ['before_image', "fields || coalesce(body, '')"],
  ] as const
  return naming
    .map(([table, text]) =>
      db.prepare<[string]>(`DELETE FROM ${table} WHERE instr(${text}, ?) > 0`).run(phone),
    )
    .reduce((sum, { changes }) => sum + changes, 0)
}

/** Reports, errors and what was learnt hold counts and sentences; a sentence may quote what a source or Heymarket said. */
function scrubTexts(db: Db, names: readonly string[]): void {
  const texts = [
    ['cycle', 'report'],
    ['cycle', 'error'],
    ['operation', 'error'],
    ['attempt', 'error'],
    ['way', 'why'],
  ] as const
  for (const [table, column] of texts) {
    const scrub = db.prepare<{ name: string }>(
      `UPDATE ${table} SET ${column} = replace(${column}, @name, '(erased)') WHERE instr(${column}, @name) > 0`,
    )
    for (const name of names) scrub.run({ name })
  }
}
