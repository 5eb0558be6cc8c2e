// Owns the status of the service: what a person has to know at one look, from the database and from what the daemon told.
import type { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { openBudget } from '../../heymarket/budget.ts'
import { toIso } from '../../lib/clock.ts'
import { type CycleRow, cycleStore } from '../../sync/cycles.ts'
import { alarmStore } from '../../sync/mirror/alarms.ts'
import { type SourceRow, sourceStore } from '../../sync/mirror/sources.ts'
import { firstDay, overlapOf } from '../../sync/pull/overlap.ts'
import { alarmOf } from '../../sync/report.ts'
import { cycleUnderWay } from '../../sync/status.ts'
import type { heldPart, problem, sourceState, status, underWay } from '../api/contract.ts'
import type { DaemonState } from '../control.ts'
import type { Counts, Lane } from './counts.ts'
import { countsOf, problemOf, reportOf } from './cycles.ts'
import type { Memo } from './memo.ts'
import { throughputReader } from './throughput.ts'

type Status = z.infer<typeof status>
type Problem = z.infer<typeof problem>
type Held = z.infer<typeof heldPart>

export interface StatusDeps {
  readonly db: Db
  readonly config: Config
  readonly version: string
  readonly counts: Counts
  readonly memo: Memo
  rejections(): number
  now(): number
  daemon(): DaemonState
  /** True while some heysync process works on the database, and so on its newest cycle, which this is. */
  working(cycle: string): boolean
  held(): readonly Held[]
}

/** So many of the newest cycles are looked at for the last one of each source. */
const LOOK_BACK = 50

export function statusReader(deps: StatusDeps): () => Status {
  const { db, config, counts } = deps
  const cycles = cycleStore(db)
  const alarms = alarmStore(db)
  const sources = sourceStore(db)
  const throughput = throughputReader(db, deps.memo)
  const perMinute = config.heymarket.requestsPerMinute
  const budget = openBudget(db, perMinute, { now: deps.now, sleep: () => Promise.reject() })
  return () => {
    const now = deps.now()
    const daemon = deps.daemon()
    const latest = cycles.latest(LOOK_BACK)
    const newest = latest[0]
    const running = newest?.status === 'running' && deps.working(newest.id) ? newest : null
    const atWork = running === null ? null : underWayOf(running, config, now)
    const held = [...deps.held()]
    const problems = problemsOf(daemon, cycles.failing()[0], held)
    const lanes = counts.lanes()
    const standing = alarms.all().map(alarmOf)
    const states = config.sources.map((source): z.infer<typeof sourceState> => {
      const { id, connector, schedule = null, fullSchedule = null } = source
      const row = sources.find(id)
      const late = sources.latest(id, firstDay(now))
      const overlapSeconds = overlapOf(source.overlapSeconds, late)
      const next = daemon.next[id]
      const of = lastOf(latest, id)
      return {
        id,
        connector,
        state: stateOf(id, row, of.problem, daemon, running, atWork),
        schedule,
        fullSchedule,
        nextAt: isoOrNull(next?.incremental),
        nextFullAt: isoOrNull(next?.full),
        lastPullAt: isoOrNull(row?.completed_at),
        lastFullPullAt: isoOrNull(row?.full_at),
        freshnessSeconds: row?.completed_at ? Math.max(0, Math.round((now - row.completed_at) / 1000)) : null,
        last: of.counts,
        records: { ...counts.records()[id] },
        overlapSeconds,
        overlapLearned: overlapSeconds > source.overlapSeconds,
        problem: of.problem,
      }
    })
    const deadLetters = counts.deadLetters()
    const attention = problems.length + held.length + standing.length + deadLetters > 0
    const paused = states.every(({ state }) => state === 'paused')
    return {
      version: deps.version,
      startedAt: toIso(daemon.startedAt),
      now: toIso(now),
      state: attention ? 'attention' : paused ? 'paused' : atWork === null ? 'ok' : 'working',
      problems,
      sources: states,
      underWay: atWork,
      budget: { perMinute, used: budget.used() },
      outbox: {
        lanes: (Object.entries(lanes) as [Lane, number][]).map(([lane, waiting]) => ({ lane, waiting })),
        waiting: Object.values(lanes).reduce((sum, n) => sum + n, 0),
        deadLetters,
      },
      throughput: throughput(now),
      contacts: {
        wanted: counts.wanted(),
        inHeymarket: counts.inHeymarket(),
        optedOut: counts.optedOut(),
        collisions: counts.collisions(),
      },
      rejections: deps.rejections(),
      held,
      alarms: standing,
    }
  }
}

function underWayOf(row: CycleRow, config: Config, now: number): z.infer<typeof underWay> {
  const { reason: _, ...at } = cycleUnderWay(row, config, now)
  return at
}

function isoOrNull(ms: number | null | undefined): string | null {
  return ms === null || ms === undefined || !Number.isFinite(ms) || ms === 0 ? null : toIso(ms)
}

/** What the daemon says, why the newest cycle failed, and what waits for a person. */
function problemsOf(daemon: DaemonState, failed: CycleRow | undefined, held: readonly Held[]): Problem[] {
  // What is held is in the database, cycle by cycle, and newer there.
  const problems: Problem[] = daemon.problems.filter(({ code }) => code !== 'HELD')
  const failure = failed === undefined ? null : problemOf(failed)
  if (failure !== null && !problems.some(({ code }) => code === failure.code)) problems.push(failure)
  for (const cycle of new Set(held.map((part) => part.cycle))) {
    const changes = held.reduce((sum, part) => (part.cycle === cycle ? sum + part.changes : sum), 0)
    const message = `${changes} changes are held and wait for a person.`
    problems.push({ code: 'HELD', message, hint: `heysync approve ${cycle}`, since: null })
  }
  return problems
}

/** What the last cycle with this source made of it. */
function lastOf(
  rows: readonly CycleRow[],
  id: string,
): { counts: z.infer<typeof sourceState>['last']; problem: Problem | null } {
  let failed: Problem | null = null
  let settled = false
  for (const row of rows) {
    if (row.status === 'running') continue
    const report = reportOf(row)
    const failure = report.failures.find(({ source }) => source === id)
    const counts = report.sources.find((one) => one.id === id)
    if (failure !== undefined && !settled) {
      const { code, message, hint } = failure
      failed = { code, message, hint, since: isoOrNull(row.finished_at) }
    }
    settled ||= failure !== undefined || counts !== undefined
    if (counts !== undefined)
      return { counts: { ...countsOf(counts), cycle: row.id, mode: counts.mode }, problem: failed }
  }
  return { counts: null, problem: failed }
}

function stateOf(
  id: string,
  row: SourceRow | undefined,
  failed: Problem | null,
  daemon: DaemonState,
  running: CycleRow | null,
  atWork: z.infer<typeof underWay> | null,
): z.infer<typeof sourceState>['state'] {
  if (daemon.paused.includes(id)) return 'paused'
  const pulling = atWork?.phase === 'pull' && atWork.source !== null ? [atWork.source] : null
  if (running !== null && (pulling ?? (JSON.parse(running.sources ?? '[]') as string[])).includes(id))
    return 'syncing'
  if (failed !== null) return 'failing'
  return row?.completed_at ? 'ok' : 'never'
}
