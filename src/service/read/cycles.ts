// Owns the cycles as the admin API shows them: the rows of the cycle table, and those that were accepted and wait.
import { decodeTime } from 'ulid'
import type { z } from 'zod'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { type CycleRow, cycleStore } from '../../sync/cycles.ts'
import { type CycleReport, emptyReport } from '../../sync/report.ts'
import type { cycle, cycleRow, cycles, heldPart } from '../api/contract.ts'

export type Row = z.infer<typeof cycleRow>

export interface CyclesReader {
  /** Newest first. */
  page(ask: { limit: number; before: string | undefined }): z.infer<typeof cycles>
  /** Errors: ERR_CYCLE_UNKNOWN. */
  one(id: string): z.infer<typeof cycle>
}

export interface CyclesDeps {
  readonly db: Db
  /** Ids of cycles that were accepted and have not begun. */
  waiting(): readonly string[]
  /** True while some heysync process works on the database, and so on its newest cycle, which this is. */
  working(cycle: string): boolean
  held(): readonly z.infer<typeof heldPart>[]
}

export function cyclesReader({ db, waiting, working, held }: CyclesDeps): CyclesReader {
  const { find } = cycleStore(db)
  const before = db.prepare<[string, number], CycleRow>(
    'SELECT * FROM cycle WHERE id < ? ORDER BY id DESC LIMIT ?',
  )
  const newest = db.prepare<[], string | null>('SELECT max(id) FROM cycle').pluck()
  const shown = (row: CycleRow): Row =>
    rowOf(row, row.status === 'running' && row.id === newest.get() && working(row.id))
  return {
    page: (ask) => {
      const from = ask.before ?? '~'
      const ahead = waiting()
        .filter((id) => id < from && find(id) === undefined)
        .sort()
        .reverse()
        .map(waitingRow)
      const rows = before.all(from, ask.limit + 1).map(shown)
      const all = [...ahead, ...rows].slice(0, ask.limit)
      const more = ahead.length + rows.length > ask.limit
      return { cycles: all, before: more ? (all.at(-1)?.id ?? null) : null }
    },
    one: (id) => {
      const row = find(id)
      if (row === undefined) {
        if (!waiting().includes(id)) throw unknownCycle(id)
        return { ...waitingRow(id), perSource: [], failures: [], warnings: [], held: [] }
      }
      const report = reportOf(row)
      return {
        ...shown(row),
        perSource: report.sources.map(({ id, mode, ...rest }) => ({ id, mode, ...countsOf(rest) })),
        failures: report.failures.map(({ source, code, message, hint }) => ({ source, code, message, hint })),
        warnings: [...report.warnings],
        held: held().filter((part) => part.cycle === id),
      }
    },
  }
}

function unknownCycle(id: string): HeysyncError {
  return new HeysyncError('ERR_CYCLE_UNKNOWN', {
    message: `There is no cycle "${id}".`,
    hint: 'GET /api/cycles lists them.',
  })
}

/** `runs`: the row says that it is running, and it is. A killed process cannot say that it was interrupted. */
function rowOf(row: CycleRow, runs: boolean): Row {
  const report = reportOf(row)
  const { plan, push } = report
  return {
    id: row.id,
    mode: row.mode,
    trigger: row.trigger,
    status: row.status === 'running' && !runs ? 'interrupted' : row.status,
    startedAt: toIso(row.started_at),
    finishedAt: row.finished_at === null ? null : toIso(row.finished_at),
    reason: row.reason,
    sources: row.sources === null ? [] : (JSON.parse(row.sources) as string[]),
    read: report.sources.reduce((sum, { read }) => sum + read, 0),
    plan: { ...plan },
    push: { ...push },
    problem: problemOf(row),
  }
}

export function problemOf({ error, finished_at }: CycleRow): Row['problem'] {
  if (error === null) return null
  const { code = 'ERR_INTERNAL', message = '', hint = null } = JSON.parse(error) as Record<string, string>
  return { code, message, hint, since: finished_at === null ? null : toIso(finished_at) }
}

export function reportOf({ id, mode, report }: CycleRow): CycleReport {
  const empty = emptyReport(id, mode === 'full' ? 'full' : 'incremental')
  if (report === null) return empty
  const saved = JSON.parse(report) as CycleReport
  // A report of an older heysync may lack what came later.
  return {
    ...empty,
    ...saved,
    plan: { ...empty.plan, ...saved.plan },
    push: { ...empty.push, ...saved.push },
  }
}

export function countsOf(one: Omit<CycleReport['sources'][number], 'id' | 'mode' | 'reason'>) {
  const { read, unchanged, accepted, rejected, filtered, deleted, gone } = one
  return { read, unchanged, accepted, rejected, filtered, deleted, gone }
}

/** What is known of a cycle before it begins: its id, which tells when it was asked for. */
function waitingRow(id: string): Row {
  const { plan, push } = emptyReport(id, 'incremental')
  return {
    id,
    mode: '',
    trigger: '',
    status: 'waiting',
    startedAt: toIso(askedAt(id)),
    finishedAt: null,
    reason: null,
    sources: [],
    read: 0,
    plan,
    push,
    problem: null,
  }
}

function askedAt(id: string): number {
  try {
    return decodeTime(id)
  } catch {
    return 0
  }
}
