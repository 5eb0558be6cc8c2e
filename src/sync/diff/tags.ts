// Owns the comparison of tags: those that people set, those that the sources want, and the five that fit. Pure.
import type { TagChange } from './change.ts'
import type { FieldPolicy } from './policy.ts'

/** Heymarket takes at most this many tags per contact. */
const MAX_TAGS = 5

export interface TagPolicy {
  readonly policy: 'add' | 'replace'
  /** Tags that the mapping names or ever named. */
  readonly owned: ReadonlySet<string>
  /** Where there are too many, these are taken first, in this order. */
  readonly priority?: readonly string[]
  /** The tag that leaving gave: it goes again when somebody comes back, whatever the policies say. */
  readonly ofLeaving?: string | undefined
}

export interface TagSides {
  readonly wanted: readonly string[]
  readonly held: readonly string[]
  /** What both sides last agreed on; undefined when that is not known. */
  readonly base: readonly string[] | undefined
  readonly ownWrite: boolean
}

export interface TagComparison {
  readonly change: TagChange | null
  /** Somebody gave or took tags of the mapping in Heymarket. */
  readonly edited: 'kept' | 'restored' | null
  /** The sources have no say in what is there. */
  readonly left: boolean
  /** Wanted, and without room. */
  readonly cut: readonly string[]
}

/** Each tag on its own: what one side changed since the base is news of that side. */
export function compareTags(sides: TagSides, tags: TagPolicy, policy: FieldPolicy): TagComparison {
  const { wanted, held, base, ownWrite } = sides
  const rest = held.filter((tag) => tag !== tags.ofLeaving)
  const left =
    (policy.write === 'ifEmpty' && rest.length > 0) || (policy.write === 'neverClear' && wanted.length === 0)
  if (left) return { change: tagChange(held, rest), edited: null, left: true, cut: [] }
  const surplus = rest.filter((tag) => isOurs(tag, tags) && !wanted.includes(tag))
  const given = base === undefined ? [] : surplus.filter((tag) => !base.includes(tag))
  const taken = wanted.filter((tag) => base?.includes(tag) && !held.includes(tag))
  const keeps = policy.onHeymarketEdit === 'heymarket'
  // Without a memory, what is there may be somebody's edit; what is not there is not.
  const kept = !keeps ? [] : base === undefined && !ownWrite ? surplus : given
  const { target, cut } = choose(
    [...foreignTags(rest, wanted, tags), ...kept],
    keeps ? wanted.filter((tag) => !taken.includes(tag)) : wanted,
    tags,
  )
  const edits = given.length + taken.length + kept.length > 0
  const outcome = keeps ? 'kept' : ownWrite ? null : 'restored'
  return {
    change: tagChange(held, target),
    edited: edits ? outcome : null,
    left: false,
    cut,
  }
}

/** Tags that people set stay; of the mapping's own, those that fit into the five are taken by priority, then in its order. */
export function targetTags(held: readonly string[], wanted: readonly string[], tags: TagPolicy): string[] {
  return choose(foreignTags(held, wanted, tags), wanted, tags).target
}

function foreignTags(held: readonly string[], wanted: readonly string[], tags: TagPolicy): string[] {
  return held.filter((tag) => !isOurs(tag, tags) && !wanted.includes(tag))
}

function isOurs(tag: string, { policy, owned }: TagPolicy): boolean {
  return policy === 'replace' || owned.has(tag)
}

function choose(stay: readonly string[], wanted: readonly string[], { priority = [] }: TagPolicy) {
  const first = priority.filter((tag) => wanted.includes(tag))
  const all = [...stay, ...first, ...wanted.filter((tag) => !first.includes(tag))]
  return { target: all.slice(0, MAX_TAGS), cut: all.slice(MAX_TAGS) }
}

function tagChange(held: readonly string[], target: readonly string[]): TagChange | null {
  const add = target.filter((tag) => !held.includes(tag))
  const remove = held.filter((tag) => !target.includes(tag))
  if (add.length === 0 && remove.length === 0) return null
  return { field: 'tags', before: held.join(', '), after: target.join(', '), add, remove }
}
