// Owns source_list and source_list_member: who is on which list of a source, as the last whole reading of it showed.
//
// What a reading shows counts once it has shown the whole list. Half of one would be wrong in both directions: whoever was
// left out is not off the list, and a rule that keeps away from a list must not take those on the other half for strangers.
import type { ListMembers } from '../../connector/contract.ts'
import type { Db } from '../../db/open.ts'
import { CLAIMS, RECORD_PHONE } from './records.ts'

/** A list of a source that has been seen whole. */
export interface SourceList {
  readonly source: string
  readonly title: string
}

export interface SourceListStore {
  /** Saves a part of a list. To be called in the transaction of its page; all parts of one reading have the same `pull`. */
  save(sourceId: string, part: ListMembers, pull: number, leaveOut: (recordId: string) => boolean): void
  /** Every list that was seen whole. */
  known(): SourceList[]
  /** Lists that a record which claims this number is on. */
  ofPhone(phone: string): SourceList[]
  /** Titles. */
  ofRecord(sourceId: string, recordId: string): string[]
  /** Returns how many lists the record was on. */
  forgetRecord(sourceId: string, recordId: string): number
}

export function sourceListStore(db: Db): SourceListStore {
  const meet = db.prepare<[string, string]>(
    'INSERT OR IGNORE INTO source_list (source_id, title) VALUES (?, ?)',
  )
  const see = db.prepare<[string, string, string, number]>(
    `INSERT INTO source_list_member (source_id, record_id, title, seen_pull, counted) VALUES (?, ?, ?, ?, 0)
     ON CONFLICT (source_id, record_id, title) DO UPDATE SET seen_pull = excluded.seen_pull`,
  )
  const dropUnseen = db.prepare<[string, string, number]>(
    'DELETE FROM source_list_member WHERE source_id = ? AND title = ? AND seen_pull <> ?',
  )
  const count = db.prepare<[string, string, number]>(
    'UPDATE source_list_member SET counted = 1 WHERE source_id = ? AND title = ? AND seen_pull = ? AND counted = 0',
  )
  const whole = db.prepare<[number, string, string]>(
    'UPDATE source_list SET whole_pull = ? WHERE source_id = ? AND title = ?',
  )
  const known = db.prepare<[], SourceList>(
    'SELECT source_id AS source, title FROM source_list WHERE whole_pull IS NOT NULL ORDER BY source_id, title',
  )
  const ofPhone = db.prepare<[string], SourceList>(
    `SELECT DISTINCT m.source_id AS source, m.title FROM ${RECORD_PHONE} p
     JOIN source_record s USING (source_id, record_id) JOIN source_list_member m USING (source_id, record_id)
     WHERE p.phone = ? AND m.counted = 1 AND ${CLAIMS} ORDER BY m.title, m.source_id`,
  )
  const ofRecord = db
    .prepare<[string, string], string>(
      'SELECT title FROM source_list_member WHERE source_id = ? AND record_id = ? AND counted = 1 ORDER BY title',
    )
    .pluck()
  const forget = db.prepare<[string, string]>(
    'DELETE FROM source_list_member WHERE source_id = ? AND record_id = ?',
  )
  return {
    save: (sourceId, part, pull, leaveOut) => {
      meet.run(sourceId, part.title)
      for (const recordId of part.members)
        if (!leaveOut(recordId)) see.run(sourceId, recordId, part.title, pull)
      if (part.whole !== true) return
      dropUnseen.run(sourceId, part.title, pull)
      count.run(sourceId, part.title, pull)
      whole.run(pull, sourceId, part.title)
    },
    known: () => known.all(),
    ofPhone: (phone) => ofPhone.all(phone),
    ofRecord: (sourceId, recordId) => ofRecord.all(sourceId, recordId),
    forgetRecord: (sourceId, recordId) => forget.run(sourceId, recordId).changes,
  }
}
