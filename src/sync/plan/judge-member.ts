// Owns the verdict on one member row of a plan: it goes ahead, is so already, stays held, or is refused with what moved.
import type { Moved } from '../diff/exact.ts'
import type { Member } from '../mirror/lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Verdict } from './judge.ts'
import { liveId } from './member-rows.ts'
import type { PlannedList, PlannedMember } from './plan-file.ts'

interface Context {
  readonly lists: readonly PlannedList[]
  /** What became of the plan's creates, by phone. */
  readonly createOf: (phone: string) => Verdict['kind'] | undefined
  readonly includeHeld: boolean
}

/** Holds a planned member against what the mirror has just read from Heymarket. */
export function judgeMember(mirror: Mirror, planned: PlannedMember, context: Context): Verdict {
  const { list: key, shard, phone, what, held } = planned
  const member = mirror.lists.member(key, phone)
  const on = member !== undefined && isOn(member) && member.shard === shard
  if ((what === 'add') === on) return { kind: 'already' }
  if (held !== null && !context.includeHeld) return { kind: 'held' }
  if (what === 'remove') return { kind: 'go' }
  const create = planned.contactId === null ? context.createOf(phone) : undefined
  if (create === 'held') return { kind: 'held' }
  const moved = [
    ...listMoved(mirror, planned, context.lists),
    ...contactMoved(mirror, planned, create),
    // Whoever opted out is not put on a list (I3).
    ...(mirror.consent.isOptedOut(phone) ? [{ field: 'optedOut', planned: '', now: 'true' }] : []),
  ]
  return moved.length > 0 ? { kind: 'refused', moved } : { kind: 'go' }
}

/** Whether the list shows somebody, or showed them last. */
export function isOn({ state, wants }: Member): boolean {
  return state === 'on' || wants === 'off'
}

/** A list that the plan makes may have been made meanwhile; one that was there and is gone is not made again. */
function listMoved(mirror: Mirror, { list, shard }: PlannedMember, lists: readonly PlannedList[]): Moved[] {
  const planned = lists.find((one) => one.list === list && one.shard === shard)
  if (planned === undefined || planned.id === null || liveId(mirror, list, shard) === planned.id) return []
  return [{ field: 'list', planned: 'there', now: 'gone' }]
}

function contactMoved(
  mirror: Mirror,
  { phone, contactId }: PlannedMember,
  create: Verdict['kind'] | undefined,
): Moved[] {
  if (contactId === null)
    return create === 'refused' ? [{ field: 'contact', planned: 'created', now: 'refused' }] : []
  if (mirror.remote.find(contactId)?.phone === phone) return []
  return [{ field: 'contact', planned: 'there', now: 'gone' }]
}
