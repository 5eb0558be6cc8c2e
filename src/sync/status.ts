// Owns the status: what a person has to know at one look, read from the database alone.

import { type Config, type ListConfig, titleOfList } from '../config/schema.ts'
import type { Db } from '../db/open.ts'
import { toIso } from '../lib/clock.ts'
import { type CycleRow, cycleStore } from './cycles.ts'
import type { Change } from './diff/change.ts'
import { heldMemberStore } from './guard/held-members.ts'
import { heldStore } from './guard/held-store.ts'
import { memberFailure } from './lists/failed-members.ts'
import { type Mirror, openMirror } from './mirror/mirror.ts'
import { nameOf } from './mirror/names.ts'
import { groupByCause } from './outbox/causes.ts'
import { failureOf } from './outbox/failure.ts'
import { openOutbox } from './outbox/outbox.ts'
import { wayOutText } from './outbox/way-out.ts'
import { type Phase, secondsLeft } from './progress.ts'
import { overlapSeconds } from './pull/overlap.ts'
import type { FullReason } from './pull/why-full.ts'
import { WAY_TEXT } from './removal.ts'
import { type Alarm, alarmOf } from './report.ts'

export interface StatusReport {
  readonly sources: readonly {
    id: string
    lastPull: string | null
    lastFullPull: string | null
    watermark: string | null
    /** How far behind its watermark it is read again: more than the config says where rows turned up late. */
    overlapSeconds: number
    /** True where it is more than that. */
    overlapLearned: boolean
    records: Readonly<Record<string, number>>
  }[]
  readonly contacts: { wanted: number; inHeymarket: number; optedOut: number; collisions: number }
  readonly rejections: number
  readonly outbox: {
    waiting: number
    deadLetters: number
    /** Of the dead letters, the most frequent first. */
    causes: readonly { code: string | null; cause: string | null; changes: number; wayOut: string }[]
  }
  readonly held: readonly {
    cycle: string
    source: string
    changes: number
    reason: string
    examples: readonly string[]
  }[]
  /** Lists kept by rule. */
  readonly lists: readonly {
    title: string
    /** Heymarket's id; null until it is made. */
    id: number | null
    members: number
    waiting: number
    refused: number
  }[]
  readonly alarms: readonly Alarm[]
  readonly lastCycle: {
    cycle: string
    status: string
    mode: string
    trigger: string
    at: string
    /** Why everything was read; null for an incremental cycle. */
    reason: FullReason | null
    error: string | null
    hint: string | null
    report: unknown
  } | null
  /** Cycles that failed since the last good one, also while the next one runs. */
  readonly failing: { cycles: number; since: string | null; error: string | null; hint: string | null }
  /** Contacts in which an undo holds back what the sources still say. */
  readonly undone: number
  /** What the process that works on this database is at; null when none runs a cycle. */
  readonly underWay: {
    cycle: string
    mode: string
    trigger: string
    reason: FullReason | null
    since: string
    phase: Phase | null
    source: string | null
    done: number
    total: number | null
    secondsLeft: number | null
  } | null
  readonly remote: { duplicatePhones: number; lastFullReconcile: string | null }
}

/** `working`: a heysync process works on this database at the moment. `now`: milliseconds since 1970. */
export function readStatus(db: Db, config: Config, working: boolean, now: number): StatusReport {
  const mirror = openMirror(db)
  const outbox = openOutbox(db)
  const counts = outbox.counts()
  const states = db.prepare<[], { source_id: string; state: string; n: number }>(
    'SELECT source_id, state, sum(n) AS n FROM record_count GROUP BY source_id, state HAVING sum(n) > 0',
  )
  const recordCounts = states.all()
  const fullAt = mirror.meta.get('full_walk_at')
  const cycles = cycleStore(db)
  const [last] = cycles.latest(1)
  const refused = mirror.lists.refused()
  return {
    sources: config.sources.map((source) => {
      const { id } = source
      const overlap = overlapSeconds(mirror, source, now)
      const row = mirror.sources.find(id)
      return {
        id,
        lastPull: row?.completed_at ? toIso(row.completed_at) : null,
        lastFullPull: row?.full_at ? toIso(row.full_at) : null,
        watermark: row?.watermark ?? null,
        overlapSeconds: overlap,
        overlapLearned: overlap > source.overlapSeconds,
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
    outbox: {
      waiting: counts.pending + counts.in_flight + counts.unsettled,
      deadLetters: counts.dead + refused.length,
      causes: groupByCause([...outbox.inState('dead').map(failureOf), ...refused.map(memberFailure)]).map(
        (cause) => ({
          code: cause.code,
          cause: cause.cause,
          changes: cause.failures.length,
          wayOut: wayOutText(cause),
        }),
      ),
    },
    held: heldParts(heldStores(db), config),
    lists: listsOf(mirror, config),
    alarms: mirror.alarms.all().map(alarmOf),
    lastCycle: last ? lastCycle(last, working) : null,
    undone: mirror.pins.countPhones(),
    failing: failingOf(cycles.failing()),
    underWay: last?.status === 'running' && working ? cycleUnderWay(last, config, now) : null,
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
    reason: row.reason,
    ...whyOf(row.error),
    report: row.report === null ? null : (JSON.parse(row.report) as unknown),
  }
}

/** How far a cycle that runs has come. */
export function cycleUnderWay(
  row: CycleRow,
  config: Config,
  now: number,
): NonNullable<StatusReport['underWay']> {
  const { phase, total } = row
  const done = row.done ?? 0
  const startedAt = row.phase_at ?? row.started_at
  const at = { phase, source: row.phase_source, done, total }
  const progress = phase === null ? null : { ...at, phase, startedAt, startedWith: row.phase_from ?? 0 }
  return {
    cycle: row.id,
    mode: row.mode,
    trigger: row.trigger,
    reason: row.reason,
    since: toIso(row.started_at),
    ...at,
    secondsLeft: progress === null ? null : secondsLeft(progress, now, config.heymarket.requestsPerMinute),
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
  const ways = change.kind === 'remove' ? (change.ways ?? []) : []
  const how = ways.map((way) => WAY_TEXT[way]).join(', ')
  const name = nameOf(mirror, change.phone)
  const who = [change.kind, change.phone, name, how && `(${how})`].filter(Boolean).join(' ')
  return fields.length === 0 ? who : `${who}: ${fields.join(', ')}`
}

/** What is held is looked up here; who answers often opens it once. */
export function heldStores(db: Db) {
  return { mirror: openMirror(db), changes: heldStore(db), members: heldMemberStore(db) }
}

type HeldStores = ReturnType<typeof heldStores>

/** What waits for a person: changes by reason, and members of lists, each with a few examples. */
export function heldParts(stores: HeldStores, config: Config): StatusReport['held'] {
  return [...heldGroups(stores), ...heldLists(stores, config)]
}

function heldGroups({ mirror, changes }: HeldStores): StatusReport['held'] {
  const groups = new Map<
    string,
    { cycle: string; source: string; changes: number; reason: string; examples: string[] }
  >()
  for (const row of changes.all()) {
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

function heldLists({ members }: HeldStores, config: Config): StatusReport['held'] {
  return members.all().map(({ key, cycle_id, changes, reason, examples }) => ({
    cycle: cycle_id,
    source: config.lists.map(titled).find((list) => list.key === key)?.title ?? key,
    changes,
    reason,
    examples: examples.map((phone) => `take ${phone} off`),
  }))
}

function titled(list: ListConfig): { key: string; title: string } {
  const title = titleOfList(list)
  return { key: list.key ?? title, title }
}

function listsOf(mirror: ReturnType<typeof openMirror>, config: Config): StatusReport['lists'] {
  const counts = mirror.lists.counts()
  return config.lists.map(titled).map(({ key, title }) => {
    const count = (...states: string[]) =>
      counts.filter((one) => one.key === key && states.includes(one.state)).reduce((sum, { n }) => sum + n, 0)
    return {
      title,
      id: mirror.lists.ofKey(key)[0]?.list_id ?? null,
      members: count('on', 'removing'),
      waiting: count('adding', 'removing'),
      refused: count('refused'),
    }
  })
}
