// Owns source_list and source_list_member: who is on which list of a source, as the last whole reading of it showed.
//
// What a reading shows counts once it has shown the whole list. Half of one would be wrong in both directions: whoever was
// left out is not off the list, and a rule that keeps away from a list must not take those on the other half for strangers.
// A list that had people and shows hardly anybody is not believed for the same reason, until a person says that it is so.
import type { ListMembers } from '../../connector/contract.ts'
import type { Db } from '../../db/open.ts'
import { isHardlyThere } from './far-fewer.ts'
import { CLAIMS, RECORD_PHONE } from './records.ts'

/** A list of a source that has been seen whole. */
export interface SourceList {
  readonly source: string
  readonly title: string
}

/** A list whose last reading showed hardly anybody. */
export interface DoubtedList extends SourceList {
  /** How many the reading before showed, which still counts. */
  readonly members: number
  /** How many the last one showed. */
  readonly shown: number
  /** How many it showed when somebody was told of it; null when nobody was yet. */
  readonly said: number | null
}

export interface SourceListStore {
  /** Saves a part of a list. To be called in the transaction of its page; all parts of one reading have the same `pull`. */
  save(sourceId: string, part: ListMembers, pull: number, leaveOut: (recordId: string) => boolean): void
  doubted(): DoubtedList[]
  /** Somebody is told of this doubt. */
  doubtSaid(list: DoubtedList): void
  /** A person says that what the last reading showed is true. */
  believe(list: DoubtedList): void
  /** Lists that were known, and of which this pull showed nothing, are not known any more; returns their titles. */
  forgetUnseen(sourceId: string, pull: number): string[]
  /** Lists that were known and are not any more, though they had people. */
  forgotten(): SourceList[]
  /** A person says that such lists of this source are gone for good. */
  dropForgotten(sourceId: string): void
  /** The second record is on each list that the first is on. */
  inherit(sourceId: string, from: string, to: string): void
  /** Every list that was seen whole, and is still shown. */
  known(): SourceList[]
  /** Known lists that a record which claims this number is on. */
  ofPhone(phone: string): SourceList[]
  /** Titles of known lists. */
  ofRecord(sourceId: string, recordId: string): string[]
  /** Returns how many lists the record was on. */
  forgetRecord(sourceId: string, recordId: string): number
}

export function sourceListStore(db: Db): SourceListStore {
  const meet = db.prepare<[string, string, number]>(
    `INSERT INTO source_list (source_id, title, seen_pull) VALUES (?, ?, ?)
     ON CONFLICT (source_id, title) DO UPDATE SET seen_pull = excluded.seen_pull`,
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
    'UPDATE source_list SET whole_pull = ?, doubted_pull = NULL, doubt_said = NULL WHERE source_id = ? AND title = ?',
  )
  const countMembers = db
    .prepare<[string, string], number>(
      'SELECT count(*) FROM source_list_member WHERE source_id = ? AND title = ? AND counted = 1',
    )
    .pluck()
  const countShown = db
    .prepare<[string, string, number], number>(
      'SELECT count(*) FROM source_list_member WHERE source_id = ? AND title = ? AND seen_pull = ?',
    )
    .pluck()
  const doubt = db.prepare<[number, string, string]>(
    'UPDATE source_list SET doubted_pull = ? WHERE source_id = ? AND title = ?',
  )
  const doubtSaid = db.prepare<[number, string, string]>(
    'UPDATE source_list SET doubt_said = ? WHERE source_id = ? AND title = ?',
  )
  const doubted = db.prepare<[], DoubtedList>(
    `SELECT l.source_id AS source, l.title, count(m.record_id) FILTER (WHERE m.counted = 1) AS members,
       count(m.record_id) FILTER (WHERE m.seen_pull >= l.doubted_pull) AS shown, l.doubt_said AS said FROM source_list l
     LEFT JOIN source_list_member m ON m.source_id = l.source_id AND m.title = l.title
     WHERE l.doubted_pull IS NOT NULL GROUP BY l.source_id, l.title ORDER BY l.source_id, l.title`,
  )
  const doubtedPull = db
    .prepare<[string, string], number | null>(
      'SELECT doubted_pull FROM source_list WHERE source_id = ? AND title = ?',
    )
    .pluck()
  const dropSeenBefore = db.prepare<[string, string, number]>(
    'DELETE FROM source_list_member WHERE source_id = ? AND title = ? AND seen_pull < ?',
  )
  const forgetUnseen = db
    .prepare<[string, number], string>(
      `UPDATE source_list SET whole_pull = NULL, doubted_pull = NULL, doubt_said = NULL
       WHERE source_id = ? AND seen_pull <> ? AND whole_pull IS NOT NULL RETURNING title`,
    )
    .pluck()
  const forgotten = db.prepare<[], SourceList>(
    `SELECT source_id AS source, title FROM source_list l WHERE whole_pull IS NULL AND EXISTS (
       SELECT 1 FROM source_list_member m WHERE m.source_id = l.source_id AND m.title = l.title AND m.counted = 1)
     ORDER BY source_id, title`,
  )
  const dropForgotten = db.prepare<[string]>(
    `DELETE FROM source_list_member WHERE source_id = ? AND title IN (
       SELECT l.title FROM source_list l WHERE l.source_id = source_list_member.source_id AND l.whole_pull IS NULL)`,
  )
  const inherit = db.prepare<[string, string, string]>(
    `INSERT INTO source_list_member (source_id, record_id, title, seen_pull, counted)
     SELECT source_id, ?, title, seen_pull, counted FROM source_list_member WHERE source_id = ? AND record_id = ? AND counted = 1
     ON CONFLICT (source_id, record_id, title) DO UPDATE SET counted = 1`,
  )
  const known = db.prepare<[], SourceList>(
    'SELECT source_id AS source, title FROM source_list WHERE whole_pull IS NOT NULL ORDER BY source_id, title',
  )
  const ofPhone = db.prepare<[string], SourceList>(
    `SELECT DISTINCT m.source_id AS source, m.title FROM ${RECORD_PHONE} p
     JOIN source_record s USING (source_id, record_id) JOIN source_list_member m USING (source_id, record_id)
     JOIN source_list l ON l.source_id = m.source_id AND l.title = m.title
     WHERE p.phone = ? AND m.counted = 1 AND l.whole_pull IS NOT NULL AND ${CLAIMS} ORDER BY m.title, m.source_id`,
  )
  const ofRecord = db
    .prepare<[string, string], string>(
      `SELECT title FROM source_list_member m JOIN source_list l USING (source_id, title)
       WHERE source_id = ? AND m.record_id = ? AND m.counted = 1 AND l.whole_pull IS NOT NULL ORDER BY title`,
    )
    .pluck()
  const forget = db.prepare<[string, string]>(
    'DELETE FROM source_list_member WHERE source_id = ? AND record_id = ?',
  )
  /** What this pull showed of the list counts. */
  const take = (sourceId: string, title: string, pull: number) => {
    count.run(sourceId, title, pull)
    whole.run(pull, sourceId, title)
  }
  return {
    save: (sourceId, part, pull, leaveOut) => {
      const { title } = part
      meet.run(sourceId, title, pull)
      for (const recordId of part.members) if (!leaveOut(recordId)) see.run(sourceId, recordId, title, pull)
      if (part.whole !== true) return
      const shown = countShown.get(sourceId, title, pull) ?? 0
      if (isHardlyThere(shown, countMembers.get(sourceId, title) ?? 0)) {
        doubt.run(pull, sourceId, title)
        return
      }
      dropUnseen.run(sourceId, title, pull)
      take(sourceId, title, pull)
    },
    doubted: () => doubted.all(),
    doubtSaid: ({ source, title, shown }) => void doubtSaid.run(shown, source, title),
    believe: ({ source, title }) => {
      const pull = doubtedPull.get(source, title) ?? null
      if (pull === null) return
      // What a later pull showed in part stays as it is.
      dropSeenBefore.run(source, title, pull)
      take(source, title, pull)
    },
    forgotten: () => forgotten.all(),
    dropForgotten: (sourceId) => void dropForgotten.run(sourceId),
    forgetUnseen: (sourceId, pull) => forgetUnseen.all(sourceId, pull).sort(),
    inherit: (sourceId, from, to) => void inherit.run(to, sourceId, from),
    known: () => known.all(),
    ofPhone: (phone) => ofPhone.all(phone),
    ofRecord: (sourceId, recordId) => ofRecord.all(sourceId, recordId),
    forgetRecord: (sourceId, recordId) => forget.run(sourceId, recordId).changes,
  }
}
