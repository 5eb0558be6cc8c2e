// Owns the cycle table: one row per pass of the flow, kept with its report.
import { decodeTime, ulid } from 'ulid'
import type { Db } from '../db/open.ts'

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
}

export interface CycleStore {
  /** An id for a cycle that begins `now`. Ids sort in the order of the cycles, also after the clock went back. */
  nextId(now: number): string
  begin(id: string, mode: string, trigger: string, at: number): void
  finish(
    id: string,
    end: { status: CycleRow['status']; report: string | null; error: string | null; at: number },
  ): void
  find(id: string): CycleRow | undefined
  latest(limit: number): CycleRow[]
  /** The cycles that failed since the last good one, the newest first. */
  failing(): CycleRow[]
}

export function cycleStore(db: Db): CycleStore {
  // Only one process runs cycles at a time, so whatever still says `running` was cut off.
  const markInterrupted = db.prepare("UPDATE cycle SET status = 'interrupted' WHERE status = 'running'")
  const begin = db.prepare(
    "INSERT INTO cycle (id, mode, trigger, status, started_at) VALUES (?, ?, ?, 'running', ?)",
  )
  const finish = db.prepare(
    'UPDATE cycle SET status = ?, report = ?, error = ?, finished_at = ? WHERE id = ?',
  )
  const find = db.prepare<[string], CycleRow>('SELECT * FROM cycle WHERE id = ?')
  const latest = db.prepare<[number], CycleRow>('SELECT * FROM cycle ORDER BY id DESC LIMIT ?')
  const lastId = db.prepare<[], string | null>('SELECT max(id) FROM cycle').pluck()
  const failing = db.prepare<[], CycleRow>(
    `SELECT * FROM cycle
     WHERE status = 'failed' AND id > coalesce((SELECT max(id) FROM cycle WHERE status IN ('ok', 'held')), '')
     ORDER BY id DESC`,
  )
  return {
    nextId: (now) => {
      const last = lastId.get()
      return ulid(last ? Math.max(now, decodeTime(last) + 1) : now)
    },
    begin: (id, mode, trigger, at) => {
      db.transaction(() => {
        markInterrupted.run()
        begin.run(id, mode, trigger, at)
      }).immediate()
    },
    finish: (id, end) => void finish.run(end.status, end.report, end.error, end.at, id),
    find: (id) => find.get(id),
    latest: (limit) => latest.all(limit),
    failing: () => failing.all(),
  }
}
