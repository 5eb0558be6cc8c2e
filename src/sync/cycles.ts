// Owns the cycle table: one row per pass of the flow, kept with its report.
import { decodeTime, ulid } from 'ulid'
import type { Db } from '../db/open.ts'
import type { Phase, Progress } from './progress.ts'
import type { FullReason } from './pull/why-full.ts'

export interface CycleRow {
  readonly id: string
  readonly mode: string
  readonly trigger: string
  readonly status: 'running' | 'ok' | 'held' | 'failed' | 'interrupted'
  readonly started_at: number
  readonly finished_at: number | null
  /** JSON CycleReport. */
  readonly report: string | null
  /** JSON {code, message, hint}. */
  readonly error: string | null
  /** Why everything is read, or everything of one source; null for an incremental cycle. */
  readonly reason: FullReason | null
  /** JSON list of ids: the sources that it was to pull. */
  readonly sources: string | null
  readonly phase: Phase | null
  readonly phase_source: string | null
  readonly phase_at: number | null
  readonly phase_from: number | null
  readonly done: number | null
  readonly total: number | null
}

export interface CycleStore {
  begin(cycle: {
    id: string
    mode: string
    trigger: string
    reason: FullReason | null
    sources: readonly string[]
    /** Cycles that gave way, and whose rest is this one's. */
    continues: readonly string[]
    /** A cycle of this process that goes on meanwhile. */
    beside: string | null
    at: number
  }): void
  /** A cycle that reads a source in full though nobody asked for it. The first reason stays. */
  because(id: string, reason: FullReason): void
  progress(id: string, at: Progress): void
  /** An id for a cycle that begins `now`, after `last` too. Ids sort in the order of the cycles, also after the clock went back. */
  nextId(now: number, last?: string): string
  finish(
    id: string,
    end: { status: CycleRow['status']; report: string | null; error: string | null; at: number },
  ): void
  find(id: string): CycleRow | undefined
  /** The cycle that goes on with what this one left. */
  after(id: string): CycleRow | undefined
  latest(limit: number): CycleRow[]
  /** The last full cycle that was begun so. */
  latestFull(trigger: string): CycleRow | undefined
  /** The cycles that failed since the last good one, the newest first. */
  failing(): CycleRow[]
}

export function cycleStore(db: Db): CycleStore {
  // Only one process runs cycles at a time, so whatever still says `running` was cut off, but the one that this runs beside.
  const markInterrupted = db.prepare<[string | null]>(
    "UPDATE cycle SET status = 'interrupted' WHERE status = 'running' AND id IS NOT ?",
  )
  const begin = db.prepare(
    `INSERT INTO cycle (id, mode, trigger, status, started_at, reason, sources, continues)
     VALUES (@id, @mode, @trigger, 'running', @at, @reason, @sources, @continues)`,
  )
  const because = db.prepare('UPDATE cycle SET reason = coalesce(reason, ?) WHERE id = ?')
  const progress = db.prepare(
    `UPDATE cycle SET phase = @phase, phase_source = @source, phase_at = @startedAt, phase_from = @startedWith,
       done = @done, total = @total WHERE id = @id`,
  )
  const finish = db.prepare(
    'UPDATE cycle SET status = ?, report = ?, error = ?, finished_at = ? WHERE id = ?',
  )
  const find = db.prepare<[string], CycleRow>('SELECT * FROM cycle WHERE id = ?')
  const after = db.prepare<[string, string], CycleRow>(
    `SELECT * FROM cycle WHERE id > ? AND EXISTS (SELECT 1 FROM json_each(continues) WHERE value = ?)
     ORDER BY id LIMIT 1`,
  )
  const latest = db.prepare<[number], CycleRow>('SELECT * FROM cycle ORDER BY id DESC LIMIT ?')
  const latestFull = db.prepare<[string], CycleRow>(
    "SELECT * FROM cycle WHERE mode = 'full' AND trigger = ? ORDER BY id DESC LIMIT 1",
  )
  const lastId = db.prepare<[], string | null>('SELECT max(id) FROM cycle').pluck()
  const failing = db.prepare<[], CycleRow>(
    `SELECT * FROM cycle
     WHERE status = 'failed' AND id > coalesce((SELECT max(id) FROM cycle WHERE status IN ('ok', 'held')), '')
     ORDER BY id DESC`,
  )
  return {
    nextId: (now, last = '') => {
      const saved = lastId.get() ?? ''
      const before = saved > last ? saved : last
      return ulid(before === '' ? now : Math.max(now, decodeTime(before) + 1))
    },
    begin: (cycle) => {
      db.transaction(() => {
        markInterrupted.run(cycle.beside)
        const lists = {
          sources: JSON.stringify(cycle.sources),
          continues: cycle.continues.length === 0 ? null : JSON.stringify(cycle.continues),
        }
        begin.run({ ...cycle, ...lists })
      }).immediate()
    },
    because: (id, reason) => void because.run(reason, id),
    progress: (id, at) => void progress.run({ id, ...at }),
    finish: (id, end) => void finish.run(end.status, end.report, end.error, end.at, id),
    find: (id) => find.get(id),
    after: (id) => after.get(id, id),
    latest: (limit) => latest.all(limit),
    latestFull: (trigger) => latestFull.get(trigger),
    failing: () => failing.all(),
  }
}
