// Owns the source table: cursors, windows and checkpoints. Only the engine moves them.
import type { Db } from '../../db/open.ts'

export interface SourceRow {
  readonly id: string
  readonly pull_seq: number
  readonly pull_mode: 'full' | 'incremental' | null
  readonly pull_from: string | null
  readonly pull_to: string | null
  readonly pull_position: string | null
  readonly pull_newest: string | null
  readonly pull_mapping: string | null
  /** How often in a row the pull failed at this position. */
  readonly pull_failures: number
  readonly watermark: string | null
  readonly token: string | null
  readonly mapping: string | null
  /** Fingerprint of map, filter and country alone. */
  readonly normalizer: string | null
  readonly completed_seq: number
  readonly completed_at: number | null
  readonly full_at: number | null
  /** 1 when the last full pull was read in parts. */
  readonly in_parts: 0 | 1
  /** RFC 3339 end of the window of the last completed pull. */
  readonly shown_to: string | null
  /** Who read it in the last pull that told, and proved what is absent; null where none did. */
  readonly scope: string | null
  /** 1 while who reads it does not say who it is. */
  readonly scope_silent: 0 | 1
}

/** Who reads a source. */
export interface ScopeKept {
  /** The last that had a name; null when none ever had. */
  readonly named: string | null
  /** Since then one reads that does not say who it is, and somebody was absent. */
  readonly silent: boolean
}

export interface SourceStore {
  find(id: string): SourceRow | undefined
  /** Starts a pull under a new number and returns that number. */
  begin(
    id: string,
    pull: { mode: 'full' | 'incremental'; from: string | null; to: string; mapping: string },
  ): number
  /** `newest` is the highest updatedAt of the page, as an instant key. */
  /** A row came so late; the latest of each day is kept, of no days before `since`. */
  late(id: string, day: number, ms: number, since: number): void
  /** By how much the latest row since this day was late, in milliseconds; 0 when none was. */
  latest(id: string, since: number): number
  /** The pull under way proved nothing: the next one starts over. */
  abandon(id: string): void
  /** The pull under way is gone on with, though it failed where it stood. */
  failedThere(id: string): void
  /** The source no longer takes what it gave, and may refuse a window from there: the next pull reads everything. */
  dropCursor(id: string): void
  checkpoint(id: string, position: string, newest: string | null): void
  /** A completed pull: the checkpoint is dropped, and the cursor goes where `watermark` says. */
  complete(
    id: string,
    done: {
      startedAt: string
      token: string | null
      mapping: string | null
      normalizer: string | null
      at: number
      shownTo: string | null
      /** Null keeps what is known. */
      scope: ScopeKept | null
      full: boolean
      /** The pull proved what is absent. */
      proved: boolean
      /** It went on where an earlier part had ended. */
      inParts: boolean
      /** `moves` to the newest record seen, but not past the pull's start; `stays`; or it is `dropped`, so that the next pull's window is open. */
      watermark: 'moves' | 'stays' | 'dropped'
    },
  ): void
}

export function sourceStore(db: Db): SourceStore {
  const find = db.prepare<[string], SourceRow>('SELECT * FROM source WHERE id = ?')
  const begin = db
    .prepare<unknown[], number>(
      `INSERT INTO source (id, pull_seq, pull_mode, pull_from, pull_to, pull_mapping)
       VALUES (@id, 1, @mode, @from, @to, @mapping)
       ON CONFLICT (id) DO UPDATE SET pull_seq = pull_seq + 1, pull_mode = excluded.pull_mode, pull_from = excluded.pull_from,
         pull_to = excluded.pull_to, pull_mapping = excluded.pull_mapping, pull_position = NULL, pull_newest = NULL, pull_failures = 0
       RETURNING pull_seq`,
    )
    .pluck()
  const checkpoint = db.prepare(
    `UPDATE source SET pull_failures = CASE WHEN pull_position = @position THEN pull_failures ELSE 0 END, pull_position = @position,
       pull_newest = nullif(max(coalesce(pull_newest, ''), coalesce(@newest, '')), '') WHERE id = @id`,
  )
  const abandon = db.prepare<[string]>(
    'UPDATE source SET pull_mode = NULL, pull_position = NULL WHERE id = ?',
  )
  const failedThere = db.prepare<[string]>('UPDATE source SET pull_failures = pull_failures + 1 WHERE id = ?')
  const dropCursor = db.prepare<[string]>(
    'UPDATE source SET token = NULL, mapping = NULL, watermark = NULL, pull_mode = NULL, pull_position = NULL WHERE id = ?',
  )
  const late = db.prepare<[string, number, number]>(
    `INSERT INTO source_late (source_id, day, late_ms) VALUES (?, ?, ?)
     ON CONFLICT (source_id, day) DO UPDATE SET late_ms = max(late_ms, excluded.late_ms)`,
  )
  const dropLate = db.prepare<[string, number]>('DELETE FROM source_late WHERE source_id = ? AND day < ?')
  const latest = db
    .prepare<[string, number], number | null>(
      'SELECT max(late_ms) FROM source_late WHERE source_id = ? AND day >= ?',
    )
    .pluck()
  const complete = db.prepare(
    `UPDATE source SET pull_mode = NULL, pull_from = NULL, pull_to = NULL, pull_position = NULL, pull_mapping = NULL,
       watermark = CASE @watermark WHEN 'stays' THEN watermark
         WHEN 'moves' THEN nullif(max(coalesce(watermark, ''), min(coalesce(pull_newest, ''), @startedAt)), '') END,
       token = coalesce(@token, token), mapping = coalesce(@mapping, mapping),
       normalizer = coalesce(@normalizer, normalizer),
       pull_newest = NULL, completed_at = @at, shown_to = @shownTo, scope = coalesce(@scope, scope),
       scope_silent = coalesce(@silent, scope_silent),
       completed_seq = CASE WHEN @proved THEN pull_seq ELSE completed_seq END, full_at = CASE WHEN @full THEN @at ELSE full_at END,
       in_parts = CASE WHEN @full THEN @inParts ELSE in_parts END
     WHERE id = @id`,
  )
  return {
    find: (id) => find.get(id),
    begin: (id, pull) => Number(begin.get({ id, ...pull })),
    late: (id, day, ms, since) => {
      dropLate.run(id, since)
      late.run(id, day, ms)
    },
    latest: (id, since) => latest.get(id, since) ?? 0,
    abandon: (id) => void abandon.run(id),
    failedThere: (id) => void failedThere.run(id),
    dropCursor: (id) => void dropCursor.run(id),
    checkpoint: (id, position, newest) => void checkpoint.run({ id, position, newest }),
    complete: (id, { scope, ...done }) =>
      void complete.run({
        id,
        ...done,
        scope: scope?.named ?? null,
        silent: scope === null ? null : scope.silent ? 1 : 0,
        full: done.full ? 1 : 0,
        proved: done.proved ? 1 : 0,
        inParts: done.inParts ? 1 : 0,
      }),
  }
}
