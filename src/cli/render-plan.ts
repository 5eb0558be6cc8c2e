// Owns how a plan looks: opt-outs first, then what comes, changes and goes, then what is held. A large plan fits one screen:
// groups with counts, and a few examples of each.

import stringWidth from 'string-width'
import type { Change, FieldChange } from '../sync/diff/change.ts'
import type { Cost } from '../sync/plan/estimate.ts'
import { minutesFor } from '../sync/plan/minutes.ts'
import { type LeftWay, WAY_TEXT } from '../sync/removal.ts'
import type { Colors } from './io.ts'
import { type Held, heldParts, largestFirst, type Part, partsOf, type Released } from './plan-parts.ts'
import { isChanged, type ListToShow, listLines, type Phones } from './render-lists.ts'
import { clip, columns, many, number, wrap } from './table-text.ts'

export interface PlanToShow {
  readonly released: Iterable<Change>
  readonly held: Iterable<{ readonly change: Change; readonly reason: string }>
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
  const keep = view.all ? Number.POSITIVE_INFINITY : EXAMPLES.small
  const released = partsOf(plan.released, keep)
  const held = heldParts(plan.held, keep)
  const { optOut, create, update, remove } = released
  const total = optOut.count + create.count + update.count + remove.count + held.count
  if (total === 0 && !plan.lists.some(isChanged))
    return view.color.green('Nothing to change: Heymarket is equal to the sources.')
  const oneLine = !view.all && total + members > SMALL
  const { color } = view
  const shown = [optOut, create, update, remove, { count: plan.lists.length }, held]
  const crowded = shown.filter(({ count }) => count > 0).length >= MANY_PARTS
  const few = oneLine ? EXAMPLES[crowded ? 'crowded' : 'large'] : EXAMPLES.small
  const room = { ...view, examples: view.all ? total + members : few, oneLine, crowded: oneLine && crowded }
  const lists = view.all ? plan.lists.length : LISTS[oneLine ? 'large' : 'small']
  const parts = [
    part(color.magenta, '! opt out', optOut, room),
    part(color.green, '+ create', create, room),
    part(color.yellow, '~ update', update, room),
    part(color.red, '- remove', remove, room),
    listLines(plan.lists, { ...room, lists, examples: oneLine ? 0 : room.examples }),
    heldPart(held, room),
  ].filter((lines) => lines.length > 0)
  return [...parts.flatMap((lines) => [...lines, '']), summaryLine(plan, { released, held }, view)].join('\n')
}

function part(
  paint: (text: string) => string,
  title: string,
  { count, examples, groups }: Part,
  room: Room,
): string[] {
  if (count === 0) return []
  const { color } = room
  const rest = count - room.examples
  return [
    paint(color.bold(`${title} ${number(count)}`)),
    ...(rest > 0 ? groupLines(groups, room) : []),
    ...examples.slice(0, room.examples).flatMap((change) => changeLines(change, room)),
    // The count is in the title, and the end says how to see all.
    ...(rest > 0 && !room.oneLine ? [color.dim(`  … and ${number(rest)} more (--all shows them)`)] : []),
  ]
}

/** By source: how many, and which fields how often. */
function groupLines(groups: Part['groups'], { color, columns: width, crowded }: Room): string[] {
  const most = crowded ? GROUPS.crowded : GROUPS.large
  const lines = largestFirst(groups)
    .slice(0, most)
    .map(([source, { count, words }]) => {
      const tally = [...words]
        .sort(([, a], [, b]) => b - a)
        .map(([word, n]) => (n === count ? word : `${word} ${number(n)}`))
      return clip(`${source} ${number(count)}: ${tally.join(', ')}`, Math.max(20, width - 25))
    })
  const more = groups.size - most
  if (more > 0) lines.push(`${lines.pop()}; and ${many(more, 'more source')}`)
  return lines.map((line) => `    ${color.dim(line)}`)
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
function heldPart({ count, byReason, byDial }: Held, room: Room): string[] {
  if (count === 0) return []
  const { color, oneLine, crowded } = room
  const consent = ([reason]: readonly [string, unknown]) => Number(reason.startsWith('optOuts'))
  const reasons = largestFirst(oneLine ? byDial : byReason).sort((a, b) => consent(b) - consent(a))
  const shown = room.all ? reasons : reasons.slice(0, REASONS)
  const examples = room.all ? count : crowded ? 0 : oneLine ? 1 : 3
  const more = reasons.length - shown.length
  return [
    color.magenta(color.bold(`held ${number(count)}`)),
    ...shown.flatMap(([reason, of]) => [
      ...(oneLine ? [clip(reason, room.columns - 2)] : wrap(reason, room.columns - 2).split('\n')).map(
        (line) => `  ${line}`,
      ),
      ...of.examples.slice(0, examples).flatMap((change) => changeLines(change, room)),
      ...(of.count > examples && !oneLine ? [color.dim(`  … and ${number(of.count - examples)} more`)] : []),
    ]),
    ...(more > 0 ? [color.dim(`  … for ${many(more, 'more reason')}`)] : []),
  ]
}

function summaryLine(
  plan: PlanToShow,
  { released: { kinds }, held: contacts }: { readonly released: Released; readonly held: Held },
  view: PlanView,
): string {
  const { color } = view
  const sum = (of: (list: ListToShow) => Phones) =>
    plan.lists.reduce((total, list) => total + of(list).length, 0)
  const heldAll = contacts.count + sum((list) => list.held)
  const held = heldAll > 0 ? `, ${color.magenta(`${number(heldAll)} held for you`)}` : ''
  const moves = sum((list) => list.add) + sum((list) => list.remove)
  const lists = moves > 0 ? `, ${many(moves, 'list membership')} to change` : ''
  const summary = `${color.bold('Plan:')} ${number(kinds.create)} to create, ${number(kinds.update)} to update, ${number(kinds.remove)} to remove${lists}${held}. ${costText(plan.cost, view)}`
  return wrap(summary, view.columns)
}

function costText({ requests, requestsAtMost }: Cost, { requestsPerMinute }: PlanView): string {
  const time = (n: number) =>
    n < requestsPerMinute ? 'under a minute' : `about ${many(minutesFor(n, requestsPerMinute), 'minute')}`
  const budget = `at ${number(requestsPerMinute)} per minute`
  if (requests === requestsAtMost) return `${many(requests, 'request')}, ${time(requests)} ${budget}.`
  return `${many(requests, 'request')}, ${time(requests)} ${budget}, if the account takes many contacts in one; if not, ${number(requestsAtMost)}, ${time(requestsAtMost)}.`
}
