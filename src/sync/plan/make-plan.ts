// Owns the making of a plan file out of changes: what Heymarket holds of each, what it costs, opt-outs first.
import { toIso } from '../../lib/clock.ts'
import { contentHash } from '../../lib/hash.ts'
import { byTurns } from '../../lib/turns.ts'
import { NewContacts } from '../diff/alike.ts'
import { type Change, optsOut } from '../diff/change.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { Engine } from '../engine.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Pin } from '../mirror/pins.ts'
import { costSteps } from './estimate.ts'
import { type MemberRows, membersToMove, moveKey } from './member-rows.ts'
import { minutesFor } from './minutes.ts'
import { type Plan, type PlannedChange, sealed, VERSION } from './plan-file.ts'
import type { RowStore } from './row-store.ts'

export interface Planned {
  readonly change: Change
  /** The guard's reason, or null. */
  readonly held: string | null
  readonly pins: readonly Pin[]
}

export interface HeadOfPlan {
  readonly cycle: string
  readonly undoes: string | null
  readonly account: { readonly id: number; readonly name: string }
  readonly requestsPerMinute: number
}

/** Changes that are looked at in one step. */
const PART = 500

/**
 * `engine` is the one that the changes were found with: its mirror says what Heymarket holds. They are gone through twice.
 * What is made lies in `store`, until the next plan does.
 */
export async function makePlan(
  engine: Engine,
  store: RowStore,
  settings: DiffSettings,
  planned: Iterable<Planned>,
  onLists: MemberRows,
  head: HeadOfPlan,
): Promise<Plan> {
  const { counts, creates, moves } = await byTurns(storeSteps(engine.mirror, store, planned, onLists))
  const ahead = { creates, others: othersAhead(planned) }
  const lists = membersToMove(onLists.lists, moves)
  const cost = await byTurns(costSteps({ ...engine, settings }, ahead, lists))
  const { requests, requestsAtMost } = cost
  return sealed({
    format: 'heysync-plan',
    version: VERSION,
    madeAt: toIso(engine.clock.now()),
    account: head.account,
    config: configFingerprint(engine),
    cycle: head.cycle,
    undoes: head.undoes,
    counts,
    requests,
    requestsAtMost,
    requestsPerMinute: head.requestsPerMinute,
    minutes: minutesFor(requests, head.requestsPerMinute),
    minutesAtMost: minutesFor(requestsAtMost, head.requestsPerMinute),
    lists: onLists.lists,
    changes: store.changes,
    members: store.members,
  })
}

interface Stored {
  readonly counts: Plan['counts']
  /** New contacts are never held. */
  readonly creates: NewContacts
  /** By list, of what is not held. */
  readonly moves: ReadonlyMap<string, number>
}

/** Stores each row as it is now, and counts. */
function* storeSteps(
  mirror: Mirror,
  store: RowStore,
  planned: Iterable<Planned>,
  { members }: MemberRows,
): Generator<void, Stored> {
  const counts = { create: 0, update: 0, remove: 0, listAdd: 0, listRemove: 0, held: 0, optOut: 0 }
  const creates = new NewContacts()
  const moves = new Map<string, number>()
  let looked = 0
  store.begin()
  for (const one of planned) {
    counts[one.change.kind] += 1
    if (one.held !== null) counts.held += 1
    if (optsOut(one.change)) counts.optOut += 1
    if (one.change.kind === 'create') creates.add(one.change)
    store.addChange(onRecord(mirror, one))
    if (++looked % PART === 0) yield
  }
  for (const member of members) {
    counts[member.what === 'add' ? 'listAdd' : 'listRemove'] += 1
    if (member.held !== null) counts.held += 1
    else moves.set(moveKey(member), (moves.get(moveKey(member)) ?? 0) + 1)
    store.addMember(member)
    if (++looked % PART === 0) yield
  }
  return { counts, creates, moves }
}

function* othersAhead(planned: Iterable<Planned>): Generator<Change> {
  for (const { change, held } of planned)
    if (held === null && change.kind !== 'create') yield { ...change, exact: true as const }
}

/** Of everything in the config that decides what a plan says; options of sources, which may hold secrets, are not part of it. */
export function configFingerprint({ sources, lists, tagPolicy, resolvePolicy, guard }: Engine): string {
  const rules = sources.map(({ config: { options: _options, ...rules } }) => rules)
  const onLists = lists.map(({ key, title, where, owned }) => [key, title, where, owned])
  return contentHash(JSON.stringify([rules, onLists, tagPolicy, resolvePolicy, guard])).toString('hex')
}

function onRecord(mirror: Mirror, { change, held, pins }: Planned): PlannedChange {
  const remote = change.kind === 'create' ? undefined : mirror.remote.find(change.contactId)
  return {
    kind: change.kind,
    phone: change.phone,
    contactId: change.kind === 'create' ? null : change.contactId,
    source: change.sourceId,
    record: change.recordId,
    rung: change.kind === 'remove' ? change.rung : null,
    ...(change.kind === 'remove' && change.ways?.length ? { ways: [...change.ways] } : {}),
    fields: change.fields.map((field) =>
      'add' in field ? { ...field, add: [...field.add], remove: [...field.remove] } : { ...field },
    ),
    held,
    base: {
      hash: remote ? remote.hash.toString('hex') : null,
      rev: remote?.rev ?? null,
      optedOut: mirror.consent.isOptedOut(change.phone),
    },
    pins: pins.map(({ field, value }) => ({ field, value })),
  }
}
