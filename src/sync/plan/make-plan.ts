// Owns the making of a plan file out of changes: what Heymarket holds of each, what it costs, opt-outs first.
import { toIso } from '../../lib/clock.ts'
import { contentHash } from '../../lib/hash.ts'
import { type Change, optsOut } from '../diff/change.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { Engine } from '../engine.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Pin } from '../mirror/pins.ts'
import { costOf } from './estimate.ts'
import { type MemberRows, membersToMove } from './member-rows.ts'
import { minutesFor } from './minutes.ts'
import { type PlanFile, type PlannedChange, sealed } from './plan-file.ts'

interface Planned {
  readonly change: Change
  /** The guard's reason, or null. */
  readonly held: string | null
  readonly pins: readonly Pin[]
}

export interface PlanHead {
  readonly cycle: string
  readonly undoes: string | null
  readonly account: { readonly id: number; readonly name: string }
  readonly requestsPerMinute: number
}

/** `engine` is the one that the changes were found with: its mirror says what Heymarket holds. */
export function makePlan(
  engine: Engine,
  settings: DiffSettings,
  planned: readonly Planned[],
  onLists: MemberRows,
  head: PlanHead,
): PlanFile {
  const ahead = planned.filter(({ held }) => held === null)
  const exact = ahead.map(({ change }) => ({ ...change, exact: true as const }))
  const { requests, requestsAtMost } = costOf({ ...engine, settings }, exact, membersToMove(onLists))
  const heldMembers = onLists.members.filter(({ held }) => held !== null).length
  const members = (what: 'add' | 'remove') => onLists.members.filter((one) => one.what === what).length
  const count = (kind: Change['kind']) => planned.filter(({ change }) => change.kind === kind).length
  return sealed({
    format: 'heysync-plan',
    version: 1,
    madeAt: toIso(engine.clock.now()),
    account: head.account,
    config: configFingerprint(engine),
    cycle: head.cycle,
    undoes: head.undoes,
    counts: {
      create: count('create'),
      update: count('update'),
      remove: count('remove'),
      listAdd: members('add'),
      listRemove: members('remove'),
      held: planned.length - ahead.length + heldMembers,
      optOut: planned.filter(({ change }) => optsOut(change)).length,
    },
    requests,
    requestsAtMost,
    requestsPerMinute: head.requestsPerMinute,
    minutes: minutesFor(requests, head.requestsPerMinute),
    minutesAtMost: minutesFor(requestsAtMost, head.requestsPerMinute),
    lists: [...onLists.lists],
    changes: [...planned].sort(consentFirst).map((one) => onRecord(engine.mirror, one)),
    members: [...onLists.members],
  })
}

/** Of everything in the config that decides what a plan says; options of sources, which may hold secrets, are not part of it. */
export function configFingerprint({ sources, lists, tagPolicy, resolvePolicy, guard }: Engine): string {
  const rules = sources.map(({ config: { options: _options, ...rules } }) => rules)
  const onLists = lists.map(({ key, title, where, owned }) => [key, title, where, owned])
  return contentHash(JSON.stringify([rules, onLists, tagPolicy, resolvePolicy, guard])).toString('hex')
}

function consentFirst(a: Planned, b: Planned): number {
  return Number(optsOut(b.change)) - Number(optsOut(a.change)) || (a.change.phone < b.change.phone ? -1 : 1)
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
