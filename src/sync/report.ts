// Owns what a cycle reports: the counts of the outside contract, and the check that they add up (I1).
import { type ErrorCode, HeysyncError } from '../lib/errors.ts'
import type { Change } from './diff/change.ts'
import { type Kinds, kindsOf } from './guard/draft.ts'
import type { ListChanges } from './lists/changes.ts'
import type { AlarmCode, AlarmRow } from './mirror/alarms.ts'
import type { PullResult } from './pull/pull.ts'
import type { ReconcileResult } from './reconcile/reconcile.ts'

export type CycleStatus = 'ok' | 'held' | 'failed'

export interface PlanCounts {
  create: number
  update: number
  remove: number
  listAdd: number
  listRemove: number
  /** How many of all these wait for a person. */
  held: number
}

export interface PushCounts {
  /** Requests sent while pushing, reads included. */
  requests: number
  acked: number
  retrying: number
  /** Not sent in this cycle, because something more urgent had to begin: the next one goes on with them. */
  deferred: number
  deadLettered: number
  seconds: number
}

export interface SourceFailure {
  readonly source: string
  readonly code: ErrorCode
  readonly message: string
  /** What to do about it. */
  readonly hint: string | null
}

export interface Alarm {
  readonly code: AlarmCode
  readonly source: string
  readonly message: string
  /** The cycle that raised it. */
  readonly cycle: string
}

export function alarmOf({ code, source_id, message, cycle_id }: AlarmRow): Alarm {
  return { code, source: source_id, message, cycle: cycle_id }
}

/** What `sync --json` prints. */
export interface CycleReport {
  readonly cycle: string
  /** `full` also when no source had been pulled before, so that all of them were pulled in full. */
  mode: 'full' | 'incremental'
  status: CycleStatus
  readonly sources: PullResult[]
  readonly failures: SourceFailure[]
  /** What went through in another way than the records ask for, a sentence each. */
  readonly warnings: string[]
  /** What looks wrong about a source as a whole, until it is over or approved. */
  readonly alarms: Alarm[]
  reconcile: ReconcileResult | null
  readonly plan: PlanCounts
  readonly push: PushCounts
}

export function emptyReport(cycle: string, mode: 'full' | 'incremental'): CycleReport {
  return {
    cycle,
    mode,
    status: 'ok',
    sources: [],
    failures: [],
    warnings: [],
    alarms: [],
    reconcile: null,
    plan: { create: 0, update: 0, remove: 0, listAdd: 0, listRemove: 0, held: 0 },
    push: { requests: 0, acked: 0, retrying: 0, deferred: 0, deadLettered: 0, seconds: 0 },
  }
}

/**
 * One report of a cycle that gave way and of the one that went on with its rest: what was planned then, and what became of
 * it. What is neither left nor lost was written, be it by the process that came between.
 */
export function withRest(first: CycleReport, rest: CycleReport): CycleReport {
  const { plan } = first
  const push = {
    requests: first.push.requests + rest.push.requests,
    seconds: Math.round((first.push.seconds + rest.push.seconds) * 10) / 10,
    retrying: rest.push.retrying,
    deferred: rest.push.deferred,
    deadLettered: first.push.deadLettered + rest.push.deadLettered,
  }
  const planned = plan.create + plan.update + plan.remove + plan.listAdd + plan.listRemove
  const open = plan.held + push.retrying + push.deferred + push.deadLettered
  return {
    ...first,
    status: (['failed', 'held'] as const).find((one) => [first.status, rest.status].includes(one)) ?? 'ok',
    failures: [...first.failures, ...rest.failures],
    warnings: [...new Set([...first.warnings, ...rest.warnings])],
    push: { ...push, acked: Math.max(0, planned - open) },
  }
}

/** What a request that gave way while it read, and went on later, came to in all: the later report, with all that was read. */
export function withEarlier(earlier: CycleReport, later: CycleReport): CycleReport {
  const byId = new Map<string, PullResult>()
  for (const one of [...earlier.sources, ...later.sources]) {
    const before = byId.get(one.id)
    byId.set(one.id, before === undefined ? one : sumOf(before, one))
  }
  return {
    ...later,
    mode: earlier.mode,
    sources: [...byId.values()],
    failures: [...earlier.failures, ...later.failures],
    warnings: [...new Set([...earlier.warnings, ...later.warnings])],
    status: earlier.failures.length > 0 ? 'failed' : later.status,
  }
}

function sumOf(before: PullResult, one: PullResult): PullResult {
  const counts = ['read', 'unchanged', 'accepted', 'rejected', 'filtered', 'deleted', 'gone'] as const
  return { ...one, ...Object.fromEntries(counts.map((name) => [name, before[name] + one[name]])) }
}

/** Counts a plan: every change once, and how many of them are held. What Heymarket does not store is planned and a dead letter. */
export function countPlan(
  counts: PlanCounts,
  plan: {
    kinds: Kinds
    held: { readonly length: number }
    notStored: readonly Change[]
    lists: readonly ListChanges[]
  },
): void {
  const lost = kindsOf(plan.notStored)
  for (const kind of ['create', 'update', 'remove'] as const) counts[kind] += plan.kinds[kind] + lost[kind]
  counts.held += plan.held.length
  for (const list of plan.lists) {
    const refused = list.refused.filter(({ wants }) => wants === 'on').length
    counts.listAdd += list.add.length + refused
    counts.listRemove += list.remove.length + list.held.length + list.refused.length - refused
    counts.held += list.held.length
  }
}

/** Errors: ERR_COUNTS when a sum of I1 is off. The cycle then counts as failed, whatever else went well. */
export function checkCounts(report: CycleReport): void {
  for (const source of report.sources) {
    const sum = source.unchanged + source.accepted + source.rejected + source.filtered + source.deleted
    if (source.read !== sum)
      offBy(`source ${source.id} read ${source.read} records, and ${sum} are accounted for`)
  }
  const { plan, push } = report
  const planned = plan.create + plan.update + plan.remove + plan.listAdd + plan.listRemove
  const ended = push.acked + push.retrying + push.deferred + push.deadLettered + plan.held
  if (planned !== ended) offBy(`${planned} changes were planned, and ${ended} are accounted for`)
}

function offBy(what: string): never {
  throw new HeysyncError('ERR_COUNTS', {
    message: `The counts of this cycle do not add up: ${what}.`,
    hint: 'Please report this with the output of `heysync status --json`. The next cycle recomputes everything from what is stored.',
  })
}
