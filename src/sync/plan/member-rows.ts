// Owns the rows of a plan file that are about lists: made of what the rules want, and turned back into what is pushed. Pure
// but for the mirror that it reads.
import type { Engine } from '../engine.ts'
import { type ListChanges, type Members, membersOf } from '../lists/changes.ts'
import type { ListRule } from '../lists/rule.ts'
import { unknownLists } from '../lists/source-lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { MembersToMove } from './estimate.ts'
import type { PlanFile, PlannedList, PlannedMember } from './plan-file.ts'

export interface MemberRows {
  readonly lists: readonly PlannedList[]
  readonly members: readonly PlannedMember[]
}

/** What the rules want, list by list; who gets on before who gets off, in phone order. */
export function memberRows(mirror: Mirror, changes: readonly ListChanges[]): MemberRows {
  const lists: PlannedList[] = []
  const members: PlannedMember[] = []
  for (const { rule, add, remove, held, reason } of changes) {
    const rows = [
      ...rowsOf(mirror, rule, 'add', add, null),
      ...rowsOf(mirror, rule, 'remove', remove, null),
      ...rowsOf(mirror, rule, 'remove', held, reason),
    ]
    for (const row of rows) members.push(row)
    for (const shard of new Set(rows.map((row) => row.shard)))
      lists.push({ list: rule.key, shard, title: rule.title, id: liveId(mirror, rule.key, shard) })
  }
  return { lists, members }
}

function rowsOf(
  mirror: Mirror,
  { key }: ListRule,
  what: PlannedMember['what'],
  members: Members,
  held: string | null,
): PlannedMember[] {
  return Array.from(members, ({ phone, shard }) => ({
    list: key,
    shard,
    what,
    phone,
    contactId: mirror.lists.contactId(phone),
    held,
  }))
}

/** Heymarket's id of a list that is there; null otherwise. */
export function liveId(mirror: Mirror, key: string, shard: number): number | null {
  const list = mirror.lists.ofKey(key).find((one) => one.shard === shard)
  return list?.state === 'live' ? list.list_id : null
}

/** For the cost: what is held costs nothing. */
export function membersToMove({ lists, members }: MemberRows): MembersToMove[] {
  const moves = new Map<string, number>()
  for (const { list, shard, held } of members)
    if (held === null) moves.set(`${shard} ${list}`, (moves.get(`${shard} ${list}`) ?? 0) + 1)
  return lists.map(({ list, shard, id }) => ({
    made: id === null,
    moves: moves.get(`${shard} ${list}`) ?? 0,
  }))
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
export function rulesOf(engine: Engine, { lists }: Pick<PlanFile, 'lists'>): ListRule[] {
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
  going: readonly PlannedMember[],
): ListChanges[] {
  const { sourceLists } = mirror
  const shown = { known: sourceLists.known(), forgotten: sourceLists.forgotten() }
  return rules.flatMap((rule) => {
    const rows = going.filter(({ list }) => list === rule.key)
    if (rows.length === 0) return []
    const of = (wanted: PlannedMember['what']) =>
      membersOf(rows.flatMap(({ what, phone, shard }) => (what === wanted ? [{ phone, shard }] : [])))
    const add = of('add')
    const create = [...add.shards.keys()].filter((shard) => liveId(mirror, rule.key, shard) === null)
    return [
      {
        rule,
        create,
        add,
        remove: of('remove'),
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
