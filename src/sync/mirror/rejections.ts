// Owns rejection: why a record, one version of it, or a row without an id is no contact.
import type { Db } from '../../db/open.ts'
import type { Rejection, RejectionCode } from '../normalize/rejection.ts'
import { inStretch, type Stretch } from './stretch.ts'

export interface RejectionRow {
  readonly source_id: string
  readonly record_id: string
  readonly slot: string
  readonly code: RejectionCode
  readonly field: string
  readonly value: string
  readonly message: string
  readonly place: string | null
  readonly first_cycle: string
  readonly seen_pull: number
  readonly at: number
}

export interface RejectionStore {
  reject(row: {
    sourceId: string
    recordId: string
    slot: string
    rejection: Rejection
    place: string | null
    cycleId: string
    pull: number
    at: number
  }): void
  findRejection(sourceId: string, recordId: string, slot: string): RejectionRow | undefined
  clearRejection(sourceId: string, recordId: string, slot: string): void
  /** Whatever was wrong with the last version of a record, and with its numbers beside those that count. */
  clearRejections(sourceId: string, recordId: string): void
  /** True when a known record of the source could not be read where it was last met. */
  anyBad(sourceId: string): boolean
  /** A rejected record was met again, perhaps in another place. False when its reason is not known any more. */
  touchRejection(sourceId: string, recordId: string, pull: number, place: string | null): boolean
  /** Rows without a readable id that turned up since the last proof of absence stand in the way of this one. */
  stampUnreadable(sourceId: string, sincePull: number, cycleId: string): void
  /** Rejections of sources that are configured no more. */
  dropRejectionsExcept(sourceIds: readonly string[]): void
  dropUnseenUnreadable(sourceId: string, pull: number): void
  /** Rejections that a complete full pull did not meet again. */
  dropUnseenRejections(sourceId: string, pull: number): void
  rejections(sourceId?: string): RejectionRow[]
  rejectionsOf(sourceId: string, recordId: string): RejectionRow[]
  /** Those of records with these ids in any source, and those of this raw value. */
  rejectionsAbout(recordIds: readonly string[], value: string): RejectionRow[]
  /** Cycles in which rows without a readable id first appeared, of those still there. */
  unreadableSince(sourceId: string): { first_cycle: string; place: string | null }[]
  countRejections(): number
  /** The id so many rejections behind this one; null when there are fewer. */
  rejectedBehind(sourceId: string, after: string, many: number): string | null
  /** Rows of a stretch of ids that this pull has shown and that are no record that is known. */
  countUnreadable(sourceId: string, pull: number, stretch: Stretch): number
  /** Rows without a readable id that this pull has shown. */
  countNameless(sourceId: string, pull: number): number
}

/** Slots of numbers that are refused beside those of their record that count. */
export const NUMBER_SLOT = 'number '

export function rejectionStore(db: Db): RejectionStore {
  const reject = db.prepare(
    `INSERT INTO rejection (source_id, record_id, slot, code, field, value, message, place, first_cycle, first_pull, seen_pull, at)
     VALUES (@sourceId, @recordId, @slot, @code, @field, @value, @message, @place, @cycleId, @pull, @pull, @at)
     ON CONFLICT (source_id, record_id, slot) DO UPDATE SET
       code = excluded.code, field = excluded.field, value = excluded.value, message = excluded.message,
       place = excluded.place, seen_pull = excluded.seen_pull, at = excluded.at`,
  )
  const findRejection = db.prepare<[string, string, string], RejectionRow>(
    'SELECT * FROM rejection WHERE source_id = ? AND record_id = ? AND slot = ?',
  )
  const clearRejection = db.prepare<[string, string, string]>(
    'DELETE FROM rejection WHERE source_id = ? AND record_id = ? AND slot = ?',
  )
  const anyBad = db
    .prepare<[string], number>("SELECT EXISTS (SELECT 1 FROM rejection WHERE source_id = ? AND slot = 'bad')")
    .pluck()
  const clearRejections = db.prepare<[string, string]>(
    `DELETE FROM rejection WHERE source_id = ? AND record_id = ? AND (slot IN ('', 'bad') OR slot LIKE '${NUMBER_SLOT}%')`,
  )
  const touchRejection = db.prepare<[number, string | null, string, string]>(
    "UPDATE rejection SET seen_pull = ?, place = ? WHERE source_id = ? AND record_id = ? AND slot = ''",
  )
  const stampUnreadable = db.prepare<[string, string, number]>(
    "UPDATE rejection SET first_cycle = ? WHERE source_id = ? AND record_id = '' AND first_pull > ?",
  )
  const dropRejectionsExcept = db.prepare<[string]>(
    'DELETE FROM rejection WHERE source_id NOT IN (SELECT value FROM json_each(?))',
  )
  const dropUnseenUnreadable = db.prepare<[string, number]>(
    "DELETE FROM rejection WHERE source_id = ? AND record_id = '' AND seen_pull <> ?",
  )
  const rejectedBehind = db
    .prepare<[string, string, number], string>(
      'SELECT record_id FROM rejection WHERE source_id = ? AND record_id > ? ORDER BY record_id LIMIT 1 OFFSET ?',
    )
    .pluck()
  const countUnreadable = db
    .prepare<[Stretch & { sourceId: string; pull: number }], number>(
      `SELECT count(*) FROM rejection j WHERE source_id = @sourceId AND ${inStretch('record_id')} AND seen_pull = @pull
         AND NOT EXISTS (SELECT 1 FROM source_record r WHERE r.source_id = j.source_id AND r.record_id = j.record_id)`,
    )
    .pluck()
  const countNameless = db
    .prepare<[string, number], number>(
      "SELECT count(*) FROM rejection WHERE source_id = ? AND record_id = '' AND seen_pull = ?",
    )
    .pluck()
  const dropUnseenRejections = db.prepare<[{ sourceId: string; pull: number }]>(
    // A number stays refused for as long as its record is shown unchanged.
    `DELETE FROM rejection WHERE source_id = @sourceId AND seen_pull <> @pull
       AND NOT (slot LIKE '${NUMBER_SLOT}%' AND EXISTS (SELECT 1 FROM source_record r
         WHERE r.source_id = rejection.source_id AND r.record_id = rejection.record_id AND r.seen_pull = @pull))`,
  )
  const rejections = db.prepare<[], RejectionRow>(
    'SELECT * FROM rejection ORDER BY source_id, length(place), place, record_id, slot',
  )
  const rejectionsOf = db.prepare<[string, string], RejectionRow>(
    'SELECT * FROM rejection WHERE source_id = ? AND record_id = ?',
  )
  const rejectionsAbout = db.prepare<[string, string], RejectionRow>(
    `SELECT * FROM rejection WHERE record_id IN (SELECT value FROM json_each(?)) OR value = ?
     ORDER BY source_id, length(place), place, record_id, slot`,
  )
  const unreadableSince = db.prepare<[string], { first_cycle: string; place: string | null }>(
    "SELECT first_cycle, min(place) AS place FROM rejection WHERE source_id = ? AND record_id = '' GROUP BY first_cycle",
  )
  const countRejections = db.prepare<[], number>('SELECT count(*) FROM rejection').pluck()
  return {
    reject: ({ rejection, ...row }) =>
      void reject.run({ ...row, ...rejection, value: rejection.value.slice(0, 200) }),
    findRejection: (sourceId, recordId, slot) => findRejection.get(sourceId, recordId, slot),
    clearRejection: (sourceId, recordId, slot) => void clearRejection.run(sourceId, recordId, slot),
    anyBad: (sourceId) => anyBad.get(sourceId) === 1,
    clearRejections: (sourceId, recordId) => void clearRejections.run(sourceId, recordId),
    touchRejection: (sourceId, recordId, pull, place) =>
      touchRejection.run(pull, place, sourceId, recordId).changes === 1,
    stampUnreadable: (sourceId, sincePull, cycleId) => void stampUnreadable.run(cycleId, sourceId, sincePull),
    dropRejectionsExcept: (sourceIds) => void dropRejectionsExcept.run(JSON.stringify(sourceIds)),
    dropUnseenUnreadable: (sourceId, pull) => void dropUnseenUnreadable.run(sourceId, pull),
    rejectedBehind: (sourceId, after, many) => rejectedBehind.get(sourceId, after, many - 1) ?? null,
    countUnreadable: (sourceId, pull, stretch) => countUnreadable.get({ sourceId, pull, ...stretch }) ?? 0,
    countNameless: (sourceId, pull) => countNameless.get(sourceId, pull) ?? 0,
    dropUnseenRejections: (sourceId, pull) => void dropUnseenRejections.run({ sourceId, pull }),
    rejections: (sourceId) =>
      rejections.all().filter((row) => sourceId === undefined || row.source_id === sourceId),
    rejectionsOf: (sourceId, recordId) => rejectionsOf.all(sourceId, recordId),
    rejectionsAbout: (recordIds, value) => rejectionsAbout.all(JSON.stringify(recordIds), value),
    unreadableSince: (sourceId) => unreadableSince.all(sourceId),
    countRejections: () => countRejections.get() ?? 0,
  }
}
