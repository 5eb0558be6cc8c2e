// Owns how due operations are put together: which go into one request with others, and which by themselves.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactFields } from '../contact.ts'
import { type Change, fieldsOf } from '../diff/change.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { Way, WayName } from '../mirror/ways.ts'
import type { Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { isSettled, keeps, sizeOf } from './learning.ts'

export type BulkWay = Exclude<WayName, 'search' | 'list.delta'>

export type Job =
  | { readonly kind: 'one'; readonly operation: Operation }
  | { readonly kind: 'many'; readonly way: BulkWay; readonly operations: readonly Operation[] }
  /** Sent before, and what became of them is to be found out. */
  | { readonly kind: 'settle'; readonly operations: readonly Operation[] }

/** What the choice goes by. */
type Basis = Pick<PushDeps, 'mirror' | 'clock' | 'settings'>

/** Two requests, the write and reading it back, pay from here on. */
export const FEWEST = { auto: 5, bulk: 2 } as const
/** Operations that are looked at in one step. */
const STEP = 100
/** Requests for many that are under way at the same time. */
const GROUPS_AT_ONCE = 4

/** How many operations are worth asking the outbox for, when nothing else limits them. */
export function dueLimit({ mirror, clock, writes }: PushDeps, least: number): number {
  if (writes === 'single') return least
  const sizes = mirror.ways.learnt().map((way) => sizeOf(way, clock.now()))
  return Math.max(least, GROUPS_AT_ONCE * Math.max(0, ...sizes))
}

/**
 * The jobs of one round, in the order of the operations. What does not fit into a round is left to the next: while the
 * size of a request is still being found out, one is sent at a time.
 */
export function* arrangeSteps(deps: PushDeps, due: readonly Operation[]): Generator<void, Job[]> {
  const { writes } = deps
  const one = (operation: Operation): Job => ({ kind: 'one', operation })
  if (writes === 'single') return due.map(one)
  const unsettled = due.filter(({ state }) => state === 'unsettled')
  // What went with many is looked for longer than what went by itself.
  const settleTogether =
    unsettled.length >= FEWEST[writes] || unsettled.some(({ look_until }) => look_until > 0)
  const byWay = new Map<BulkWay, Operation[]>()
  const wayOf = new Map<number, BulkWay>()
  for (const [at, operation] of due.entries()) {
    if (at % STEP === STEP - 1) yield
    const alone = operation.state === 'unsettled' || operation.alone === 1
    const way = alone ? null : chooseWay(deps, JSON.parse(operation.change) as Change)
    if (way === null) continue
    wayOf.set(operation.id, way)
    const others = byWay.get(way)
    if (others) others.push(operation)
    else byWay.set(way, [operation])
  }
  for (const [way, operations] of byWay) if (operations.length < FEWEST[writes]) byWay.delete(way)
  const jobs: Job[] = []
  const begun = new Set<string>()
  for (const operation of due) {
    if (operation.state === 'unsettled') {
      if (!settleTogether) jobs.push(one(operation))
      else if (!begun.has('settle')) jobs.push({ kind: 'settle', operations: unsettled })
      begun.add('settle')
      continue
    }
    const way = wayOf.get(operation.id)
    const together = way === undefined ? undefined : byWay.get(way)
    if (way === undefined || together === undefined) {
      jobs.push(one(operation))
    } else if (!begun.has(way)) {
      begun.add(way)
      jobs.push(...groupsOf(deps, way, together))
    }
  }
  return jobs
}

function groupsOf({ mirror, clock }: PushDeps, way: BulkWay, operations: readonly Operation[]): Job[] {
  const learnt = mirror.ways.get(way)
  const size = sizeOf(learnt, clock.now())
  const groups = isSettled(learnt, clock.now()) ? GROUPS_AT_ONCE : 1
  return Array.from({ length: Math.min(groups, Math.ceil(operations.length / size)) }, (_, index) => ({
    kind: 'many',
    way,
    operations: operations.slice(index * size, (index + 1) * size),
  }))
}

/** The request for many that can do all of this change, or null where only one of its own can. */
export function chooseWay(deps: Basis, change: Change): BulkWay | null {
  const { mirror, clock } = deps
  if (change.kind === 'remove') return null
  const usable = (name: BulkWay): boolean => {
    const way: Way = mirror.ways.get(name)
    return sizeOf(way, clock.now()) > 1 && keeps(way, fieldsOf(change), clock.now())
  }
  if (change.kind === 'create')
    return usable('create.batch') ? 'create.batch' : usable('create.bulk') ? 'create.bulk' : null
  return change.kind === 'update' && mayOverwrite(deps, change) && usable('update.batch')
    ? 'update.batch'
    : null
}

/**
 * A batch finds its contacts by phone and lays the whole contact over them. That is safe only where the phone names one
 * contact, where no value has to go (what a batch does to values that it does not name is not documented), where opt-outs
 * are shown, so that none is lifted by not being named (I3), and where nothing could be lost that heysync cannot write again.
 */
function mayOverwrite(deps: Basis, change: Extract<Change, { kind: 'update' }>): boolean {
  const { mirror } = deps
  if (change.partial === true || change.fields.some(({ field }) => field === 'optedOut')) return false
  if (change.fields.some(({ field, after }) => field.startsWith('custom.') && after === '')) return false
  const [contact, ...others] = mirror.remote.byPhone(change.phone)
  if (contact?.id !== change.contactId || others.length > 0 || !mirror.remote.showsOptOut()) return false
  const remote = parseRemote(contact)
  return change.exact === true ? holdsNothing(remote) : holdsNothingForeign(deps, change, remote)
}

/** What a plan file or an undo writes is compared with its own values: nothing else would be missed if an account lost it. */
function holdsNothing({ avatar, custom, tagIds, assigneeId }: RemoteContact): boolean {
  return avatar === '' && assigneeId === null && tagIds.length === 0 && Object.keys(custom).length === 0
}

/** True when every value that an account might lose is one that the sources say, so that it can be written again. */
function holdsNothingForeign(
  { mirror, settings }: Basis,
  change: Change,
  { avatar, custom, tagIds, assigneeId }: RemoteContact,
): boolean {
  const { lookups } = settings
  const wanted = mirror.contacts.find(change.phone)
  const {
    custom: values = {},
    tags = [],
    assignee = '',
  } = JSON.parse(wanted?.fields ?? '{}') as ContactFields
  const changed = new Set(change.fields.map(({ field }) => field))
  const known = Object.entries(custom).every(([id, value]) => {
    const name = lookups.fieldName(id)
    return values[name] === value || (values[name] !== undefined && changed.has(`custom.${name}`))
  })
  const ours = assigneeId === null || changed.has('assignee') || lookups.memberId(assignee) === assigneeId
  return known && ours && avatar === '' && tagIds.every((id) => tags.includes(lookups.tagName(id)))
}
