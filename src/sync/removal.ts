// Owns what leaving comes to: the ways in which a record leaves its source, and which rung of `onRemoved` each of them has. Pure.
import { REMOVAL_RUNGS, type RemovalRung, type SourceConfig } from '../config/schema.ts'

/**
 * `deleted`, `archived`, `merged`: the source says so. `outOfScope`: it is still there, and not among what the options and the
 * filter ask for. `absent`: a full pull did not show it. `numberChanged`: the record stays, under another number.
 */
export type LeftWay = keyof Exclude<SourceConfig['onRemoved'], string>

/** What becomes of people who leave one source. */
export interface Removal {
  readonly rungs: Readonly<Record<LeftWay, RemovalRung>>
  /** The tag of the rung `tag`. */
  readonly tag: string | undefined
}

/** To be put after "record 7 is". */
export const WAY_TEXT: Readonly<Record<LeftWay, string>> = {
  deleted: 'deleted in the source',
  archived: 'archived in the source',
  merged: 'merged into another record',
  outOfScope: 'left out by the filter or the options',
  absent: 'not in the source any more',
  numberChanged: 'under another number now',
}

/** Nothing happens to the contacts of a source that is not configured any more. */
export function removalOf(source: SourceConfig | undefined): Removal {
  const onRemoved = source?.onRemoved ?? 'keep'
  const rungs = typeof onRemoved === 'string' ? everyWay(onRemoved) : onRemoved
  return { rungs, tag: source?.removedTag }
}

function everyWay(rung: RemovalRung): Removal['rungs'] {
  return { deleted: rung, archived: rung, merged: rung, outOfScope: rung, absent: rung, numberChanged: rung }
}

/** The rung for somebody who left so. Of several ways, and where the way is not known, the most harmless. */
export function rungFor({ rungs }: Removal, ways: readonly LeftWay[]): RemovalRung {
  const possible = ways.length > 0 ? ways.map((way) => rungs[way]) : Object.values(rungs)
  return REMOVAL_RUNGS.find((rung) => possible.includes(rung)) ?? 'keep'
}

/** True when `after` goes further down the ladder. */
export function isHarsher(after: RemovalRung, before: RemovalRung): boolean {
  return REMOVAL_RUNGS.indexOf(after) > REMOVAL_RUNGS.indexOf(before)
}

/** As contact.left_ways keeps them. */
export function readWays(text: string): LeftWay[] {
  return text.split(',').filter((way): way is LeftWay => Object.hasOwn(WAY_TEXT, way))
}

export function waysText(ways: readonly LeftWay[]): string {
  return [...new Set(ways)].sort().join(',')
}

/** As link.rung keeps what the config said when a contact was linked: one rung, or one for each way. */
export function linkRung({ rungs }: Removal): string {
  const [first, ...others] = new Set(Object.values(rungs))
  return others.length === 0 ? (first ?? 'keep') : JSON.stringify(rungs)
}

/** True when the config said `delete` for all of these ways when the contact was linked (I4). */
export function linkedUnderDelete(kept: string, ways: readonly LeftWay[]): boolean {
  if (!kept.startsWith('{')) return kept === 'delete'
  const rungs = JSON.parse(kept) as Partial<Removal['rungs']>
  return ways.length > 0 && ways.every((way) => rungs[way] === 'delete')
}
