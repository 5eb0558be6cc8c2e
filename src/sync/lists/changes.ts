// Owns what a plan of lists comes to: of each rule who gets on, who gets off, and who stays because the guard says so.
import type { BareE164 } from '../../lib/phone.ts'
import type { Member, StoredList } from '../mirror/lists.ts'
import type { ListRule } from './rule.ts'
import type { NamedList } from './source-lists.ts'

export interface MemberChange {
  readonly phone: BareE164
  readonly shard: number
}

/** Members to whom the same is done, in phone order. They may be a million, so they are read as they are asked for. */
export interface Members extends Iterable<MemberChange> {
  readonly length: number
  /** How many there are of each shard. */
  readonly shards: ReadonlyMap<number, number>
  of(shard: number): Iterable<MemberChange>
  has(phone: string): boolean
}

/** What one rule needs. */
export interface ListChanges {
  readonly rule: ListRule
  /** Shards that are not in Heymarket yet and get their first members. */
  readonly create: readonly number[]
  readonly add: Members
  readonly remove: Members
  /** Members whom the guard keeps on the list. */
  readonly held: Members
  /** Lists that bear another title than the config gives them. */
  readonly rename: readonly StoredList[]
  /** Why, with the numbers; blank when nobody is held. */
  readonly reason: string
  /** Members whom Heymarket refused to add or to take off, and who are not tried again by themselves. */
  readonly refused: readonly Member[]
  /** Contacts on which the condition fails: they stay as they are. */
  readonly failing: number
  /** Lists of the sources that it names and nobody has seen yet: it then adds nobody and takes nobody off. Null when all are known. */
  readonly unknown: readonly NamedList[] | null
  /** Pins that fit nothing any more: the condition says something else of these people now. */
  readonly unpinned: readonly string[]
}

/** A few, kept as they are. */
export function membersOf(all: readonly MemberChange[]): Members {
  const shards = new Map<number, number>()
  for (const { shard } of all) shards.set(shard, (shards.get(shard) ?? 0) + 1)
  return {
    length: all.length,
    shards,
    of: (shard) => all.filter((one) => one.shard === shard),
    has: (phone) => all.some((one) => one.phone === phone),
    [Symbol.iterator]: () => all[Symbol.iterator](),
  }
}
