// Owns the rows of a plan file that are about lists: made of what the rules want, and turned back into what is pushed. Pure
// but for the mirror that it reads.
import type { Engine } from '../engine.ts'
import { type ListChanges, type Members, membersOf } from '../lists/changes.ts'
import type { ListRule } from '../lists/rule.ts'
import { unknownLists } from '../lists/source-lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { MembersToMove } from './estimate.ts'
import type { Plan, PlannedList, PlannedMember } from './plan-file.ts'
import type { RowStore } from './row-store.ts'

export interface MemberRows {
  readonly lists: readonly PlannedList[]
  readonly members: Iterable<PlannedMember>
}

/** What the rules want, list by list; who gets on before who gets off, in phone order. Members are read as they are asked for. */
export function memberRows(mirror: Mirror, changes: readonly ListChanges[]): MemberRows {
  const lists = changes.flatMap(({ rule, add, remove, held }) => {
    const shards = new Set([add, remove, held].flatMap((members) => [...members.shards.keys()]))
    return [...shards].map((shard) => ({
      list: rule.key,
      shard,
      title: rule.title,
      id: liveId(mirror, rule.key, shard),
    }))
  })
  const members = {
    *[Symbol.iterator]() {
      for (const { rule, add, remove, held, reason } of changes) {
        yield* rowsOf(mirror, rule, 'add', add, null)
        yield* rowsOf(mirror, rule, 'remove', remove, null)
        yield* rowsOf(mirror, rule, 'remove', held, reason)
      }
    },
  }
  return { lists, members }
}

function* rowsOf(
  mirror: Mirror,
  { key }: ListRule,
  what: PlannedMember['what'],
  members: Members,
  held: string | null,
): Generator<PlannedMember> {
  for (const { phone, shard } of members)
    yield { list: key, shard, what, phone, contactId: mirror.lists.contactId(phone), held }
}

/** Heymarket's id of a list that is there; null otherwise. */
export function liveId(mirror: Mirror, key: string, shard: number): number | null {
  const list = mirror.lists.ofKey(key).find((one) => one.shard === shard)
  return list?.state === 'live' ? list.list_id : null
}

/** For the cost. `moves`: of each list, how many get on and off; what is held costs nothing. */
export function membersToMove(
  lists: readonly PlannedList[],
  moves: ReadonlyMap<string, number>,
): MembersToMove[] {
  return lists.map((list) => ({ made: list.id === null, moves: moves.get(moveKey(list)) ?? 0 }))
}

/** Names a list in `moves`. */
export function moveKey({ list, shard }: Pick<PlannedList, 'list' | 'shard'>): string {
  return `${shard} ${list}`
}

/** The same of a cycle's lists. */
export function movesOf(changes: readonly ListChanges[]): MembersToMove[] {
  return changes.flatMap(({ create, add, remove }) => {
    const shards = [...new Set([...add.shards.keys(), ...remove.shards.keys()])]
    return shards.map((shard) => ({
      made: create.includes(shard),
      moves: (add.shards.get(shard) ?? 0) + (remove.shards.get(shard) ?? 0),
    }))
  })
}

/** The lists of a plan as rules. They ask for nothing: a plan does what it shows, also where the config has another rule by now, or none. */
export function rulesOf(engine: Engine, { lists }: Pick<Plan, 'lists'>): ListRule[] {
  const titles = new Map(lists.map(({ list, title }) => [list, title]))
  return [...titles].map(([key, title]) => {
    const rule = engine.lists.find((one) => one.key === key)
    const known = engine.mirror.lists.ofKey(key).find(({ shard }) => shard === 1)
    return {
      key,
      // Renaming is up to the next sync.
      title: known?.title ?? title,
      where: rule?.where ?? '',
      owned: false,
      reads: rule?.reads ?? { any: false, named: [], others: false },
      matches: rule?.matches ?? (() => null),
    }
  })
}

/** What goes ahead, as the push of lists takes it. */
export function asListChanges(
  mirror: Mirror,
  rules: readonly ListRule[],
  rows: Pick<RowStore, 'going'>,
): ListChanges[] {
  const { sourceLists } = mirror
  const shown = { known: sourceLists.known(), forgotten: sourceLists.forgotten() }
  return rules.flatMap((rule) => {
    const add = rows.going(rule.key, 'add')
    const remove = rows.going(rule.key, 'remove')
    if (add.length + remove.length === 0) return []
    const create = [...add.shards.keys()].filter((shard) => liveId(mirror, rule.key, shard) === null)
    return [
      {
        rule,
        create,
        add,
        remove,
        held: membersOf([]),
        reason: '',
        rename: [],
        refused: [],
        failing: 0,
        unpinned: [],
        unknown: unknownLists(rule.reads, shown),
      },
    ]
  })
}
