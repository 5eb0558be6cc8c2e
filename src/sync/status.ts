// Owns the status: what a person has to know at one look, read from the database alone.

import type { Config } from '../config/schema.ts'
import type { Db } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { type CycleRow, cycleStore } from './cycles.ts'
import type { Change } from './diff/change.ts'
import { heldStore } from './guard/held-store.ts'
import { type Mirror, openMirror } from './mirror/mirror.ts'
import { nameOf } from './mirror/names.ts'
import { openOutbox } from './outbox/outbox.ts'
import { type Alarm, alarmOf } from './report.ts'

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
  readonly alarms: readonly Alarm[]
  readonly lastCycle: {
    cycle: string
    status: string
    mode: string
    trigger: string
    at: string
    error: string | null
    report: unknown
  } | null
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
  const [last] = cycleStore(db).latest(1)
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
    alarms: mirror.alarms.all().map(alarmOf),
    lastCycle: last ? lastCycle(last, working) : null,
    remote: {
      duplicatePhones: mirror.remote.duplicatePhones(),
      lastFullReconcile: fullAt === undefined ? null : toIso(Number(fullAt)),
    },
  }
}

function lastCycle(row: CycleRow, working: boolean) {
  return {
    cycle: row.id,
    // A killed process cannot say that it was interrupted.
    status: row.status === 'running' && !working ? 'interrupted' : row.status,
    mode: row.mode,
    trigger: row.trigger,
    at: toIso(row.started_at),
    error: row.error === null ? null : ((JSON.parse(row.error) as { message: string }).message ?? null),
    report: row.report === null ? null : (JSON.parse(row.report) as unknown),
  }
}

const HELD_EXAMPLES = 3
const FIELDS_SHOWN = 2

/** E.g. `update 14155552671 Ann Lee: first "Ann" → "Anna"`. */
function heldExample(mirror: Mirror, change: Change): string {
  const quote = (value: string) => (value === '' ? '(blank)' : `"${value}"`)
  const fields = change.fields
    .slice(0, FIELDS_SHOWN)
    .map(({ field, before, after }) => `${field} ${quote(before)} → ${quote(after)}`)
  if (change.fields.length > FIELDS_SHOWN) fields.push('…')
  const who = [change.kind, change.phone, nameOf(mirror, change.phone)].filter(Boolean).join(' ')
  return fields.length === 0 ? who : `${who}: ${fields.join(', ')}`
}

/** What waits for a person, by reason, with a few examples. */
function heldGroups(db: Db): StatusReport['held'] {
  const groups = new Map<
    string,
    { cycle: string; source: string; changes: number; reason: string; examples: string[] }
  >()
  const mirror = openMirror(db)
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
    if (group.examples.length < HELD_EXAMPLES)
      group.examples.push(heldExample(mirror, JSON.parse(row.change) as Change))
    groups.set(key, group)
  }
  return [...groups.values()]
}
