// Owns what is counted of a plan that is to be shown: gone through once, so that it need not fit into memory. Of each part how
// many there are, by source which fields how often, and the first ones as examples.
import { type Change, optsOut } from '../sync/diff/change.ts'

/** One way of changing contacts, or one reason for holding changes. */
export interface Part {
  count: number
  /** The first ones. */
  readonly examples: Change[]
  /** By source. */
  readonly groups: Map<string, Group>
}

interface Group {
  count: number
  /** Fields, or of a removal its rung, and how often each comes up. */
  readonly words: Map<string, number>
}

export interface Released {
  readonly optOut: Part
  readonly create: Part
  readonly update: Part
  readonly remove: Part
  /** With those that opt out. */
  readonly kinds: Readonly<Record<Change['kind'], number>>
}

/** What is held, by its whole reason, and by each dial: a change that trips two is counted under both. */
export interface Held {
  readonly count: number
  readonly byReason: ReadonlyMap<string, Part>
  readonly byDial: ReadonlyMap<string, Part>
}

/** `keep`: how many examples of each part are kept. */
export function partsOf(changes: Iterable<Change>, keep: number): Released {
  const parts = { optOut: noPart(), create: noPart(), update: noPart(), remove: noPart() }
  const kinds = { create: 0, update: 0, remove: 0 }
  for (const change of changes) {
    kinds[change.kind] += 1
    addTo(parts[optsOut(change) ? 'optOut' : change.kind], change, keep)
  }
  return { ...parts, kinds }
}

export function heldParts(
  held: Iterable<{ readonly change: Change; readonly reason: string }>,
  keep: number,
): Held {
  const byReason = new Map<string, Part>()
  const byDial = new Map<string, Part>()
  const partOf = (parts: Map<string, Part>, reason: string) => {
    const part = parts.get(reason) ?? noPart()
    parts.set(reason, part)
    return part
  }
  let count = 0
  for (const { change, reason } of held) {
    count += 1
    addTo(partOf(byReason, reason), change, keep)
    for (const dial of reason.split('; ')) addTo(partOf(byDial, dial), change, keep)
  }
  return { count, byReason, byDial }
}

/** The largest first. */
export function largestFirst<T extends { readonly count: number }>(
  parts: ReadonlyMap<string, T>,
): [string, T][] {
  return [...parts].sort(([, a], [, b]) => b.count - a.count)
}

function noPart(): Part {
  return { count: 0, examples: [], groups: new Map() }
}

function addTo(part: Part, change: Change, keep: number): void {
  part.count += 1
  if (part.examples.length < keep) part.examples.push(change)
  const group = part.groups.get(change.sourceId) ?? { count: 0, words: new Map<string, number>() }
  part.groups.set(change.sourceId, group)
  group.count += 1
  const words = change.kind === 'remove' ? [change.rung] : change.fields.map(({ field }) => field)
  for (const word of words) group.words.set(word, (group.words.get(word) ?? 0) + 1)
}
