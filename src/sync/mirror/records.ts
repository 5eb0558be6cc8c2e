// Owns source_record, further_phone and dirty_phone: what each source said, record by record. Why a record is no contact is in
// rejections.ts.
import type { Db } from '../../db/open.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { LeftWay } from '../removal.ts'
import { type RejectionStore, rejectionStore } from './rejections.ts'
import { inStretch, type Stretch } from './stretch.ts'

export type RecordState = 'accepted' | 'rejected' | 'filtered' | 'deleted' | 'gone'

export interface StoredRecord {
  readonly source_id: string
  readonly record_id: string
  readonly state: RecordState
  readonly raw_hash: Buffer
  readonly updated_at: string | null
  readonly place: string | null
  /** The first of its numbers; `phonesOf` gives all of them. */
  readonly phone: BareE164 | null
  /** JSON ContactFields. */
  readonly contact: string | null
  /** JSON Note[]. */
  readonly notes: string | null
  readonly seen_pull: number
  readonly gone_cycle: string | null
  readonly changed_at: number
  /** The record that this one was merged into. */
  readonly merged_into: string | null
  /** How it left; null while it is there. */
  readonly way: LeftWay | null
  /** Small and of this record alone; null until a pull needed it. */
  readonly num: number | null
}

/** What a record says that claims a number. */
export type StoredClaim = Pick<StoredRecord, 'source_id' | 'record_id' | 'updated_at' | 'place' | 'contact'>

export interface Census {
  /** Records that are not gone. */
  readonly known: number
  /** Different records that this pull has shown, readable or not. */
  readonly seen: number
  /** Those of them that are there: not deleted, archived, merged or out of scope. */
  readonly live: number
  /** Known ones that it has not shown. */
  readonly unseen: number
  /** The sum of their numbers. */
  readonly unseenSum: number
}

export interface RecordStore extends RejectionStore {
  find(sourceId: string, recordId: string): StoredRecord | undefined
  /** `further`: its numbers beside the first; left out, they stay as they are. */
  put(
    record: Omit<StoredRecord, 'gone_cycle' | 'merged_into' | 'way' | 'num'> & {
      merged_into?: string | null
      way?: LeftWay | null
      /** For a record that has none yet. */
      num?: number | null
    },
    further?: readonly BareE164[],
  ): void
  /** The number of a record that is there and known by this hash and place, 0 while it has none; null when it is not so known, undefined when no record has this id. */
  numOfSame(
    sourceId: string,
    recordId: string,
    rawHash: Buffer,
    place: string | null,
  ): number | null | undefined
  /** Marks a record as seen in this pull if it is known by this hash, and neither gone nor rejected; returns its row if it was. `num`: for one that has none yet. */
  touchSame(same: {
    sourceId: string
    recordId: string
    rawHash: Buffer
    pull: number
    place: string | null
    num: number | null
  }): Pick<StoredRecord, 'num'> | undefined
  /** The highest number given so far. */
  lastNum(): number
  saveLastNum(num: number): void
  /** Marks a record as seen in this pull. */
  touch(sourceId: string, recordId: string, pull: number, place: string | null): void
  /** As if it had never been read. */
  drop(sourceId: string, recordId: string): void
  /** Every number that the record claims or once did, the first one first. */
  phonesOf(sourceId: string, recordId: string): BareE164[]
  claimants(phone: string): StoredClaim[]
  /** Every record that claims the phone or once did. */
  withPhone(phone: string): StoredRecord[]
  withId(recordId: string): StoredRecord[]
  /** Records of the source that are not gone. */
  countKnown(sourceId: string): number
  /** True when an accepted record of the source has a value in this contact field (`email`, `tags`, `custom.Plan` …). */
  hasValue(sourceId: string, field: string): boolean
  /** The id of the record that many behind, in the order of ids; null when there are fewer. */
  idBehind(sourceId: string, after: string, many: number): string | null
  /** Counts the records of a source, by whether they bear the mark of this pull. */
  census(sourceId: string, pull: number): Census
  /** Forgets which pulls showed records that others have shown since. */
  tidyCounts(): void
  /** Of a stretch of the records of a source, known records that do not bear the mark of this pull. */
  unseen(sourceId: string, pull: number, stretch: Stretch): Pick<StoredRecord, 'record_id' | 'num'>[]
  markGone(sourceId: string, recordId: string, cycleId: string, at: number): void
  /** True while a record is gone that this cycle missed. */
  anyGoneSince(sourceId: string, cycleId: string): boolean
  /**
   * Ends the claims of merged records whose survivor was shown since, or of all of them; returns their ids. A
   * survivor that waits itself has to go first, so it is to be called until it returns none.
   */
  handOver(sourceId: string, all: boolean): string[]
  markDirty(phone: string): void
  /** All numbers of a record. */
  markDirtyOf(sourceId: string, recordId: string): void
  /** The number of a record that many records behind, in the order of numbers; null when there are fewer. */
  phoneBehind(after: string, many: number): string | null
  /** All numbers of a stretch. */
  markStretchDirty(stretch: Stretch): void
  takeDirty(limit: number): BareE164[]
}

export const NOBODY: Census = { known: 0, seen: 0, live: 0, unseen: 0, unseenSum: 0 }

/** Which records claim a number, or once did. */
export const RECORD_PHONE =
  '(SELECT source_id, record_id, phone FROM source_record UNION ALL SELECT source_id, record_id, phone FROM further_phone)'

/** Of a row of source_record: whether it claims its numbers. */
export const CLAIMS = `contact IS NOT NULL AND (state IN ('accepted', 'rejected') OR (state = 'deleted' AND merged_into IS NOT NULL))`

export function recordStore(db: Db): RecordStore {
  const find = db.prepare<[string, string], StoredRecord>(
    'SELECT * FROM source_record WHERE source_id = ? AND record_id = ?',
  )
  const put = db.prepare(
    `INSERT INTO source_record (source_id, record_id, state, raw_hash, updated_at, place, phone, contact, notes, seen_pull, gone_cycle, changed_at, merged_into, way, num)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?, ?, ?)
     ON CONFLICT (source_id, record_id) DO UPDATE SET
       state = excluded.state, raw_hash = excluded.raw_hash, updated_at = excluded.updated_at, place = excluded.place,
       phone = excluded.phone, contact = excluded.contact, notes = excluded.notes, seen_pull = excluded.seen_pull,
       gone_cycle = NULL, changed_at = excluded.changed_at, merged_into = excluded.merged_into, way = excluded.way,
       num = coalesce(source_record.num, excluded.num)`,
  )
  const touch = db.prepare<[number, string | null, string, string]>(
    'UPDATE source_record SET seen_pull = ?, place = ? WHERE source_id = ? AND record_id = ?',
  )
  const numOfSame = db
    .prepare<[Buffer, string | null, string, string], number | null>(
      `SELECT iif(raw_hash = ? AND place IS ? AND state IN ('accepted', 'filtered'), coalesce(num, 0), NULL) FROM source_record
       WHERE source_id = ? AND record_id = ?`,
    )
    .pluck()
  const touchSame = db.prepare<[Parameters<RecordStore['touchSame']>[0]], Pick<StoredRecord, 'num'>>(
    `UPDATE source_record SET seen_pull = @pull, place = @place, num = coalesce(num, @num)
     WHERE source_id = @sourceId AND record_id = @recordId AND raw_hash = @rawHash AND state NOT IN ('gone', 'rejected')
     RETURNING num`,
  )
  const lastNum = db.prepare<[], number>("SELECT value FROM meta WHERE key = 'record_num'").pluck()
  const saveLastNum = db.prepare<[string]>(
    "INSERT INTO meta (key, value) VALUES ('record_num', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  )
  const dropFurther = db.prepare<[string, string]>(
    'DELETE FROM further_phone WHERE source_id = ? AND record_id = ?',
  )
  const addFurther = db.prepare<[string, string, string]>(
    'INSERT INTO further_phone (source_id, record_id, phone) VALUES (?, ?, ?)',
  )
  const drop = db.prepare<[string, string]>('DELETE FROM source_record WHERE source_id = ? AND record_id = ?')
  const allPhones = db
    .prepare<[string, string, string, string], BareE164>(
      `SELECT phone FROM source_record WHERE source_id = ? AND record_id = ? AND phone IS NOT NULL
       UNION ALL SELECT phone FROM further_phone WHERE source_id = ? AND record_id = ?`,
    )
    .pluck()
  const phonesOf = (sourceId: string, recordId: string) =>
    allPhones.all(sourceId, recordId, sourceId, recordId)
  const WITH_PHONE = `SELECT s.* FROM ${RECORD_PHONE} p JOIN source_record s USING (source_id, record_id) WHERE p.phone = ?`
  const CLAIM = 's.source_id, s.record_id, s.updated_at, s.place, s.contact'
  const claimants = db.prepare<[string, string], StoredClaim>(
    `SELECT ${CLAIM} FROM source_record s WHERE s.phone = ? AND ${CLAIMS}
     UNION ALL SELECT ${CLAIM} FROM further_phone f JOIN source_record s USING (source_id, record_id) WHERE f.phone = ? AND ${CLAIMS}`,
  )
  const withPhone = db.prepare<[string], StoredRecord>(WITH_PHONE)
  // Source by source, so that the key finds it.
  const withId = db.prepare<[string], StoredRecord>(
    'SELECT s.* FROM source o CROSS JOIN source_record s ON s.source_id = o.id WHERE s.record_id = ?',
  )
  const countKnown = db
    .prepare<[string], number>(
      "SELECT total(n) FROM record_count WHERE source_id = ? AND state NOT IN ('gone', 'deleted')",
    )
    .pluck()
  const hasValue = db
    .prepare<[string, string, string], number>(
      `SELECT EXISTS (SELECT 1 FROM source_record s, json_each(s.contact, ?) f
         WHERE s.source_id = ? AND s.state = 'accepted' AND f.key = ? AND f.value NOT IN ('', '[]'))`,
    )
    .pluck()
  const idBehind = db
    .prepare<[string, string, number], string>(
      'SELECT record_id FROM source_record WHERE source_id = ? AND record_id > ? ORDER BY record_id LIMIT 1 OFFSET ?',
    )
    .pluck()
  const IN_STRETCH = `source_id = @sourceId AND ${inStretch('record_id')}`
  type OfPull = Stretch & { readonly sourceId: string; readonly pull: number }
  const unseen = db.prepare<[OfPull], Pick<StoredRecord, 'record_id' | 'num'>>(
    `SELECT record_id, num FROM source_record
     WHERE ${IN_STRETCH} AND seen_pull <> @pull AND state NOT IN ('gone', 'deleted')`,
  )
  const markGone = db.prepare<[string, number, string, string]>(
    "UPDATE source_record SET state = 'gone', way = 'absent', gone_cycle = ?, changed_at = ? WHERE source_id = ? AND record_id = ?",
  )
  const anyGoneSince = db
    .prepare<[string, string], number>(
      "SELECT EXISTS (SELECT 1 FROM source_record WHERE source_id = ? AND state = 'gone' AND gone_cycle = ?)",
    )
    .pluck()
  const handOver = db
    .prepare<[{ sourceId: string; all: 0 | 1 }], string>(
      `UPDATE source_record AS loser INDEXED BY source_record_merging SET contact = NULL
       WHERE source_id = @sourceId AND merged_into IS NOT NULL AND contact IS NOT NULL AND (@all OR EXISTS (
         SELECT 1 FROM source_record s
         WHERE s.source_id = loser.source_id AND s.record_id = loser.merged_into AND s.seen_pull >= loser.seen_pull
           AND NOT (s.merged_into IS NOT NULL AND s.contact IS NOT NULL)))
       RETURNING record_id`,
    )
    .pluck()
  const census = db.prepare<[{ sourceId: string; pull: number }], Census>(
    `SELECT total(n) FILTER (WHERE state NOT IN ('gone', 'deleted')) AS known,
            total(n) FILTER (WHERE seen_pull = @pull) AS seen,
            total(n) FILTER (WHERE seen_pull = @pull AND state <> 'deleted') AS live,
            total(n) FILTER (WHERE seen_pull <> @pull AND state NOT IN ('gone', 'deleted')) AS unseen,
            total(nums) FILTER (WHERE seen_pull <> @pull AND state NOT IN ('gone', 'deleted')) AS unseenSum
     FROM record_count WHERE source_id = @sourceId`,
  )
  const tidyCounts = db.prepare('DELETE FROM record_count WHERE n = 0')
  const markDirty = db.prepare<[string]>('INSERT OR IGNORE INTO dirty_phone (phone) VALUES (?)')
  const phoneBehind = db
    .prepare<[string, number], string>(
      'SELECT phone FROM source_record WHERE phone > ? ORDER BY phone LIMIT 1 OFFSET ?',
    )
    .pluck()
  const markStretchDirty = db.prepare<[Stretch]>(
    `INSERT OR IGNORE INTO dirty_phone (phone)
     SELECT phone FROM contact WHERE ${inStretch('phone')}
     UNION ALL SELECT phone FROM source_record WHERE ${inStretch('phone')}
     UNION ALL SELECT phone FROM further_phone WHERE ${inStretch('phone')}`,
  )
  const takeDirty = db
    .prepare<[number], BareE164>(
      'DELETE FROM dirty_phone WHERE phone IN (SELECT phone FROM dirty_phone ORDER BY phone LIMIT ?) RETURNING phone',
    )
    .pluck()
  return {
    ...rejectionStore(db),
    find: (sourceId, recordId) => find.get(sourceId, recordId),
    put: (record, further) => {
      const { source_id, record_id, phone, contact, merged_into = null, way = null, num = null } = record
      const { state, raw_hash, updated_at, place, notes, seen_pull, changed_at } = record
      const said = [state, raw_hash, updated_at, place, phone, contact, notes] as const
      put.run(source_id, record_id, ...said, seen_pull, changed_at, merged_into, way, num)
      if (further === undefined) return
      dropFurther.run(source_id, record_id)
      for (const phone of further) addFurther.run(source_id, record_id, phone)
    },
    numOfSame: (sourceId, recordId, rawHash, place) => numOfSame.get(rawHash, place, sourceId, recordId),
    touchSame: (same) => touchSame.get(same),
    lastNum: () => Number(lastNum.get() ?? 0),
    saveLastNum: (num) => void saveLastNum.run(String(num)),
    touch: (sourceId, recordId, pull, place) => void touch.run(pull, place, sourceId, recordId),
    drop: (sourceId, recordId) => {
      drop.run(sourceId, recordId)
      dropFurther.run(sourceId, recordId)
    },
    phonesOf,
    claimants: (phone) => claimants.all(phone, phone),
    withPhone: (phone) => withPhone.all(phone),
    withId: (recordId) => withId.all(recordId),
    countKnown: (sourceId) => countKnown.get(sourceId) ?? 0,
    hasValue: (sourceId, field) => {
      const custom = field.startsWith('custom.')
      const [parent, key] = custom ? ['$.custom', field.slice('custom.'.length)] : ['$', field]
      return hasValue.get(parent, sourceId, key) === 1
    },
    idBehind: (sourceId, after, many) => idBehind.get(sourceId, after, many - 1) ?? null,
    unseen: (sourceId, pull, stretch) => unseen.all({ sourceId, pull, ...stretch }),
    markGone: (sourceId, recordId, cycleId, at) => void markGone.run(cycleId, at, sourceId, recordId),
    anyGoneSince: (sourceId, cycleId) => anyGoneSince.get(sourceId, cycleId) === 1,
    handOver: (sourceId, all) => handOver.all({ sourceId, all: all ? 1 : 0 }),
    census: (sourceId, pull) => census.get({ sourceId, pull }) ?? NOBODY,
    tidyCounts: () => void tidyCounts.run(),
    markDirty: (phone) => void markDirty.run(phone),
    markDirtyOf: (sourceId, recordId) => {
      for (const phone of phonesOf(sourceId, recordId)) markDirty.run(phone)
    },
    phoneBehind: (after, many) => phoneBehind.get(after, many - 1) ?? null,
    markStretchDirty: (stretch) => void markStretchDirty.run(stretch),
    takeDirty: (limit) => takeDirty.all(limit),
  }
}
