// Owns the status: what a person has to know at one look, read from the database alone.

import type { Config } from '../config/schema.ts'
import type { Db } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { type CycleRow, cycleStore } from './cycles.ts'
import type { Change } from './diff/change.ts'
import { heldStore } from './guard/held-store.ts'
import { openMirror } from './mirror/mirror.ts'
import { openOutbox } from './outbox/outbox.ts'

export interface StatusReport {
  readonly sources: readonly {
    id: string
    lastPull: string | null
    lastFullPull: string | null
    watermark: string | null
    records: Readonly<Record<string, number>>
  }[]
  readonly contacts: { wanted: number; inHeymarket: number; optedOut: number; collisions: number }
  readonly rejections: number
  readonly outbox: { waiting: number; deadLetters: number }
  readonly held: readonly {
    cycle: string
    source: string
    changes: number
    reason: string
    examples: readonly string[]
  }[]
  readonly lastCycle: {
    cycle: string
    status: string
    mode: string
    trigger: string
    at: string
    error: string | null
    hint: string | null
    report: unknown
  } | null
  /** Cycles that failed since the last good one, also while the next one runs. */
  readonly failing: { cycles: number; since: string | null; error: string | null; hint: string | null }
  readonly remote: { duplicatePhones: number; lastFullReconcile: string | null }
}

/** `working`: a heysync process works on this database at the moment. */
export function readStatus(db: Db, config: Config, working: boolean): StatusReport {
  const mirror = openMirror(db)
  const counts = openOutbox(db).counts()
  const states = db.prepare<[], { source_id: string; state: string; n: number }>(
    'SELECT source_id, state, count(*) AS n FROM source_record GROUP BY source_id, state',
  )
  const recordCounts = states.all()
  const fullAt = mirror.meta.get('full_walk_at')
  const cycles = cycleStore(db)
  const [last] = cycles.latest(1)
  return {
    sources: config.sources.map(({ id }) => {
      const row = mirror.sources.find(id)
      return {
        id,
        lastPull: row?.completed_at ? toIso(row.completed_at) : null,
        lastFullPull: row?.full_at ? toIso(row.full_at) : null,
        watermark: row?.watermark ?? null,
        records: Object.fromEntries(
          recordCounts.filter((count) => count.source_id === id).map((count) => [count.state, count.n]),
        ),
      }
    }),
    contacts: {
      wanted: mirror.contacts.countWanted(),
      inHeymarket: mirror.remote.count(),
      optedOut: mirror.consent.countOptedOut(),
      collisions: mirror.contacts.collisions(),
    },
    rejections: mirror.records.countRejections(),
    outbox: { waiting: counts.pending + counts.in_flight + counts.unsettled, deadLetters: counts.dead },
    held: heldGroups(db),
    lastCycle: last ? lastCycle(last, working) : null,
    failing: failingOf(cycles.failing()),
    remote: {
      duplicatePhones: mirror.remote.duplicatePhones(),
      lastFullReconcile: fullAt === undefined ? null : toIso(Number(fullAt)),
    },
  }
}

function failingOf(rows: readonly CycleRow[]): StatusReport['failing'] {
  const since = rows.at(-1)?.started_at
  return {
    cycles: rows.length,
    since: since === undefined ? null : toIso(since),
    ...whyOf(rows[0]?.error ?? null),
  }
}

function whyOf(error: string | null): { error: string | null; hint: string | null } {
  const { message = null, hint = null } =
    error === null ? {} : (JSON.parse(error) as { message?: string; hint?: string })
  return { error: message, hint }
}

function lastCycle(row: CycleRow, working: boolean) {
  return {
    cycle: row.id,
    // A killed process cannot say that it was interrupted.
    status: row.status === 'running' && !working ? 'interrupted' : row.status,
    mode: row.mode,
    trigger: row.trigger,
    at: toIso(row.started_at),
    ...whyOf(row.error),
    report: row.report === null ? null : (JSON.parse(row.report) as unknown),
  }
}

/** What waits for a person, by reason, with a few examples. */
function heldGroups(db: Db): StatusReport['held'] {
  const groups = new Map<
    string,
    { cycle: string; source: string; changes: number; reason: string; examples: string[] }
  >()
  for (const row of heldStore(db).all()) {
    const key = `${row.source_id} ${row.reason}`
    const group = groups.get(key) ?? {
      cycle: row.cycle_id,
      source: row.source_id,
      changes: 0,
      reason: row.reason,
      examples: [],
    }
    group.changes += 1
    if (group.examples.length < 3)
      group.examples.push(`${(JSON.parse(row.change) as Change).kind} ${row.phone}`)
    groups.set(key, group)
  }
  return [...groups.values()]
}
