// Owns the alarm table: what a pull showed that a person should look at, kept until it is over or approved.
import type { Db } from '../../db/open.ts'

/**
 * EVERYTHING_CHANGED: nearly every record. SEES_LESS: far fewer records. FIELD_VANISHED: no record has a value any more.
 * SCOPE_CHANGED: another credential, or one that may see something else, and records are absent. NEVER_WHOLE: it is read in
 * parts each time, so that nobody is found who left.
 */
export type AlarmCode =
  | 'EVERYTHING_CHANGED'
  | 'SEES_LESS'
  | 'FIELD_VANISHED'
  | 'SCOPE_CHANGED'
  | 'NEVER_WHOLE'

export interface AlarmRow {
  readonly source_id: string
  readonly code: AlarmCode
  /** The contact field that it is about; '' when it is about whole records. */
  readonly field: string
  readonly message: string
  /** JSON, of the code's own shape: what tells that it is over. */
  readonly evidence: string
  /** The cycle that raised it first. */
  readonly cycle_id: string
  readonly at: number
}

export interface AlarmStore {
  all(): AlarmRow[]
  ofSource(sourceId: string): AlarmRow[]
  /** One that stands already keeps its evidence and the cycle that raised it. */
  raise(alarm: AlarmRow): void
  drop(alarm: Pick<AlarmRow, 'source_id' | 'code' | 'field'>): void
  /** A person saw the alarms of this cycle and says that all is as it should be; returns how many. */
  accept(cycleId: string): number
  /** Alarms of sources that are configured no more. */
  dropExcept(sourceIds: readonly string[]): void
}

export function alarmStore(db: Db): AlarmStore {
  const all = db.prepare<[], AlarmRow>('SELECT * FROM alarm ORDER BY source_id, code, field')
  const raise = db.prepare(
    `INSERT INTO alarm (source_id, code, field, message, evidence, cycle_id, at)
     VALUES (@source_id, @code, @field, @message, @evidence, @cycle_id, @at)
     ON CONFLICT (source_id, code, field) DO UPDATE SET message = excluded.message`,
  )
  const drop = db.prepare<[string, string, string]>(
    'DELETE FROM alarm WHERE source_id = ? AND code = ? AND field = ?',
  )
  // Cycle ids sort by time: a cycle shows what it raised and what stood before it.
  const accept = db.prepare<[string]>('DELETE FROM alarm WHERE cycle_id <= ?')
  const dropExcept = db.prepare<[string]>(
    'DELETE FROM alarm WHERE source_id NOT IN (SELECT value FROM json_each(?))',
  )
  return {
    all: () => all.all(),
    ofSource: (sourceId) => all.all().filter((alarm) => alarm.source_id === sourceId),
    raise: (alarm) => void raise.run(alarm),
    drop: ({ source_id, code, field }) => void drop.run(source_id, code, field),
    accept: (cycleId) => accept.run(cycleId).changes,
    dropExcept: (sourceIds) => void dropExcept.run(JSON.stringify(sourceIds)),
  }
}
