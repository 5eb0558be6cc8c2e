// Owns how a plan looks: opt-outs first, then what comes, changes and goes, then what is held. A large plan fits one screen:
// groups with counts, and a few examples of each.

import stringWidth from 'string-width'
import { type Change, type FieldChange, optsOut } from '../sync/diff/change.ts'
import type { Cost } from '../sync/plan/estimate.ts'
import { minutesFor } from '../sync/plan/minutes.ts'
import { type LeftWay, WAY_TEXT } from '../sync/removal.ts'
import type { Colors } from './io.ts'
import { isChanged, type ListToShow, listLines, type Phones } from './render-lists.ts'
import { clip, columns, many, number, wrap } from './table-text.ts'

export interface PlanToShow {
  readonly released: readonly Change[]
  readonly held: readonly { readonly change: Change; readonly reason: string }[]
  readonly lists: readonly ListToShow[]
  readonly cost: Cost
}

export interface PlanView {
  readonly columns: number
  readonly color: Colors
  /** How many requests the budget allows per minute. */
  readonly requestsPerMinute: number
  readonly all: boolean
  /** What a contact is called; "" when nobody knows. */
  readonly nameOf: (phone: string) => string
}

/** A plan of more changes than this shows fewer examples of each kind, and each in one line; of many kinds still fewer. */
const SMALL = 50
const EXAMPLES = { small: 5, large: 3, crowded: 1 } as const
const MANY_PARTS = 5
const GROUPS = { crowded: 1, large: 3 } as const
const REASONS = 3
const LISTS = { small: 5, large: 3 } as const
/** In one line: how wide a name may be, and how much room what changes needs to be worth showing, in columns. */
const NAME_IN_ONE_LINE = 30
const LEAST_OF_VALUES = 12

/** How much of each part is shown. */
interface Room extends PlanView {
  readonly examples: number
  readonly oneLine: boolean
  readonly crowded: boolean
}

export function renderPlan(plan: PlanToShow, view: PlanView): string {
  const members = plan.lists.reduce(
    (sum, { add, remove, held }) => sum + add.length + remove.length + held.length,
    0,
  )
  const total = plan.released.length + plan.held.length
  if (total === 0 && !plan.lists.some(isChanged))
    return view.color.green('Nothing to change: Heymarket is equal to the sources.')
  const oneLine = !view.all && total + members > SMALL
  const { color } = view
  const of = (kind: Change['kind']) =>
    plan.released.filter((change) => change.kind === kind && !optsOut(change))
  const groups = [
    plan.released.filter(optsOut),
    of('create'),
    of('update'),
    of('remove'),
    plan.lists,
    plan.held,
  ]
  const crowded = groups.filter(({ length }) => length > 0).length >= MANY_PARTS
  const few = oneLine ? EXAMPLES[crowded ? 'crowded' : 'large'] : EXAMPLES.small
  const room = { ...view, examples: view.all ? total + members : few, oneLine, crowded: oneLine && crowded }
  const lists = view.all ? plan.lists.length : LISTS[oneLine ? 'large' : 'small']
  const parts = [
    part(color.magenta, '! opt out', plan.released.filter(optsOut), room),
    part(color.green, '+ create', of('create'), room),
    part(color.yellow, '~ update', of('update'), room),
    part(color.red, '- remove', of('remove'), room),
    listLines(plan.lists, { ...room, lists, examples: oneLine ? 0 : room.examples }),
    heldPart(plan.held, room),
  ].filter((lines) => lines.length > 0)
  return [...parts.flatMap((lines) => [...lines, '']), summaryLine(plan, view)].join('\n')
}

function part(
  paint: (text: string) => string,
  title: string,
  changes: readonly Change[],
  room: Room,
): string[] {
  if (changes.length === 0) return []
  const { color } = room
  const rest = changes.length - room.examples
  return [
    paint(color.bold(`${title} ${number(changes.length)}`)),
    ...(rest > 0 ? groupLines(changes, room) : []),
    ...changes.slice(0, room.examples).flatMap((change) => changeLines(change, room)),
    // The count is in the title, and the end says how to see all.
    ...(rest > 0 && !room.oneLine ? [color.dim(`  … and ${number(rest)} more (--all shows them)`)] : []),
  ]
}

/** By source: how many, and which fields how often. */
function groupLines(changes: readonly Change[], { color, columns: width, crowded }: Room): string[] {
  const most = crowded ? GROUPS.crowded : GROUPS.large
  const groups = [...grouped(changes, (change) => change.sourceId)]
  const lines = groups.slice(0, most).map(([source, ofSource]) => {
    const words = ofSource.flatMap((change) =>
      change.kind === 'remove' ? [change.rung] : change.fields.map(({ field }) => field),
    )
    const tally = [...grouped(words, (word) => word)].map(([word, { length }]) =>
      length === ofSource.length ? word : `${word} ${number(length)}`,
    )
    return clip(`${source} ${number(ofSource.length)}: ${tally.join(', ')}`, Math.max(20, width - 25))
  })
  const more = groups.length - most
  if (more > 0) lines.push(`${lines.pop()}; and ${many(more, 'more source')}`)
  return lines.map((line) => `    ${color.dim(line)}`)
}

/** The largest group first. */
function grouped<T>(all: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return new Map([...groups].sort(([, a], [, b]) => b.length - a.length))
}

function changeLines(change: Change, room: Room): string[] {
  const { color, columns: width } = room
  if (change.kind === 'create') {
    const values = change.fields.map((field) => `${field.field} ${quote(field.after)}`).join(', ')
    return [`  ${color.green('+')} ${change.phone}  ${clip(values, Math.max(20, width - 22))}`]
  }
  const name = clip(room.nameOf(change.phone), room.oneLine ? NAME_IN_ONE_LINE : width)
  const who = `${change.phone}  ${name === '' ? '' : `${name}  `}${color.dim(`${change.sourceId}/${change.recordId}`)}`
  const head =
    change.kind === 'remove'
      ? `${color.red('-')} ${who}  ${change.rung}${color.dim(wayWords(change.ways ?? []))}`
      : `${color.yellow('~')} ${who}`
  const fields = [...change.fields].sort(optOutFirst)
  if (room.oneLine) {
    const values = fields.map(({ field, before, after }) => `${field} ${quote(before)} → ${quote(after)}`)
    const left = width - stringWidth(head) - 4
    if (left < LEAST_OF_VALUES) return [`  ${head}`]
    return [`  ${head}  ${color.dim(clip(values.join(', '), left))}`.trimEnd()]
  }
  const rows = fields.map(({ field, before, after }) => [
    color.dim(field),
    clip(quote(before), 30),
    color.dim('→'),
    quote(after),
  ])
  return [`  ${head}`, ...(rows.length > 0 ? [columns(rows, '      ', width)] : [])]
}

/** E.g. `: archived in the source`. */
function wayWords(ways: readonly LeftWay[]): string {
  return ways.length === 0 ? '' : `: ${[...new Set(ways)].map((way) => WAY_TEXT[way]).join(', ')}`
}

function optOutFirst(a: FieldChange, b: FieldChange): number {
  return Number(b.field === 'optedOut') - Number(a.field === 'optedOut')
}

function quote(value: string): string {
  return value === '' ? '(blank)' : `"${value}"`
}

/** Of a large plan each dial by itself: a change that trips two is counted under both. */
function heldPart(held: PlanToShow['held'], room: Room): string[] {
  if (held.length === 0) return []
  const { color, oneLine, crowded } = room
  const of = oneLine
    ? held.flatMap(({ change, reason }) => reason.split('; ').map((dial) => ({ change, reason: dial })))
    : held
  const consent = ([reason]: readonly [string, unknown]) => Number(reason.startsWith('optOuts'))
  const reasons = [...grouped(of, ({ reason }) => reason)].sort((a, b) => consent(b) - consent(a))
  const shown = room.all ? reasons : reasons.slice(0, REASONS)
  const examples = room.all ? held.length : crowded ? 0 : oneLine ? 1 : 3
  const more = reasons.length - shown.length
  return [
    color.magenta(color.bold(`held ${number(held.length)}`)),
    ...shown.flatMap(([reason, changes]) => [
      ...(oneLine ? [clip(reason, room.columns - 2)] : wrap(reason, room.columns - 2).split('\n')).map(
        (line) => `  ${line}`,
      ),
      ...changes.slice(0, examples).flatMap(({ change }) => changeLines(change, room)),
      ...(changes.length > examples && !oneLine
        ? [color.dim(`  … and ${number(changes.length - examples)} more`)]
        : []),
    ]),
    ...(more > 0 ? [color.dim(`  … for ${many(more, 'more reason')}`)] : []),
  ]
}

function summaryLine(plan: PlanToShow, view: PlanView): string {
  const { color } = view
  const count = (kind: Change['kind']) => plan.released.filter((change) => change.kind === kind).length
  const sum = (of: (list: ListToShow) => Phones) =>
    plan.lists.reduce((total, list) => total + of(list).length, 0)
  const heldAll = plan.held.length + sum((list) => list.held)
  const held = heldAll > 0 ? `, ${color.magenta(`${number(heldAll)} held for you`)}` : ''
  const moves = sum((list) => list.add) + sum((list) => list.remove)
  const lists = moves > 0 ? `, ${many(moves, 'list membership')} to change` : ''
  const summary = `${color.bold('Plan:')} ${number(count('create'))} to create, ${number(count('update'))} to update, ${number(count('remove'))} to remove${lists}${held}. ${costText(plan.cost, view)}`
  return wrap(summary, view.columns)
}

function costText({ requests, requestsAtMost }: Cost, { requestsPerMinute }: PlanView): string {
  const time = (n: number) =>
    n < requestsPerMinute ? 'under a minute' : `about ${many(minutesFor(n, requestsPerMinute), 'minute')}`
  const budget = `at ${number(requestsPerMinute)} per minute`
  if (requests === requestsAtMost) return `${many(requests, 'request')}, ${time(requests)} ${budget}.`
  return `${many(requests, 'request')}, ${time(requests)} ${budget}, if the account takes many contacts in one; if not, ${number(requestsAtMost)}, ${time(requestsAtMost)}.`
}
