// Owns how a plan looks: opt-outs first, then what comes, changes and goes, then what is held. A large plan fits one screen:
// groups with counts, and a few examples of each.

import stringWidth from 'string-width'
import { type Change, type FieldChange, optsOut } from '../sync/diff/change.ts'
import type { ListChanges } from '../sync/lists/plan-lists.ts'
import { minutesFor, requestsFor } from '../sync/plan/estimate.ts'
import type { Colors } from './io.ts'
import { clip, columns, many, number, wrap } from './table-text.ts'

export interface PlanToShow {
  readonly released: readonly Change[]
  readonly held: readonly { readonly change: Change; readonly reason: string }[]
  /** What the lists kept by rule need; none for a plan that leaves them alone. */
  readonly lists?: readonly ListChanges[]
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

/** A plan of more changes than this shows fewer examples of each kind, and each in one line. */
const SMALL = 50
const EXAMPLES = { small: 5, large: 2 } as const
const GROUPS = 3
const LISTS = 5

/** How much of each part is shown. */
interface Room extends PlanView {
  readonly examples: number
  readonly oneLine: boolean
}

export function renderPlan(plan: PlanToShow, view: PlanView): string {
  const lists = (plan.lists ?? []).filter(
    ({ add, remove, held, rename }) => add.length + remove.length + held.length + rename.length > 0,
  )
  const total = plan.released.length + plan.held.length
  if (total === 0 && lists.length === 0)
    return view.color.green('Nothing to change: Heymarket is equal to the sources.')
  const oneLine = !view.all && total > SMALL
  const examples = view.all ? total : oneLine ? EXAMPLES.large : EXAMPLES.small
  const room = { ...view, examples, oneLine }
  const { color } = view
  const of = (kind: Change['kind']) =>
    plan.released.filter((change) => change.kind === kind && !optsOut(change))
  const parts = [
    part(color.magenta, '! opt out', plan.released.filter(optsOut), room),
    part(color.green, '+ create', of('create'), room),
    part(color.yellow, '~ update', of('update'), room),
    part(color.red, '- remove', of('remove'), room),
    listPart(lists, room),
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
    ...(rest > 0 ? [color.dim(`  … and ${number(rest)} more (--all shows them)`)] : []),
  ]
}

/** By source: how many, and which fields how often. */
function groupLines(changes: readonly Change[], { color, columns: width }: Room): string[] {
  const groups = [...grouped(changes, (change) => change.sourceId)]
  const lines = groups.slice(0, GROUPS).map(([source, ofSource]) => {
    const words = ofSource.flatMap((change) =>
      change.kind === 'remove' ? [change.rung] : change.fields.map(({ field }) => field),
    )
    const tally = [...grouped(words, (word) => word)].map(([word, { length }]) =>
      length === ofSource.length ? word : `${word} ${number(length)}`,
    )
    return clip(`${source} ${number(ofSource.length)}: ${tally.join(', ')}`, Math.max(20, width - 4))
  })
  const more = groups.length - GROUPS
  if (more > 0) lines.push(`and ${many(more, 'more source')}`)
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
  const name = room.nameOf(change.phone)
  const who = `${change.phone}  ${name === '' ? '' : `${name}  `}${color.dim(`${change.sourceId}/${change.recordId}`)}`
  const head =
    change.kind === 'remove' ? `${color.red('-')} ${who}  ${change.rung}` : `${color.yellow('~')} ${who}`
  const fields = [...change.fields].sort(optOutFirst)
  if (room.oneLine) {
    const values = fields.map(({ field, before, after }) => `${field} ${quote(before)} → ${quote(after)}`)
    const left = width - stringWidth(head) - 4
    return [`  ${head}  ${color.dim(clip(values.join(', '), Math.max(20, left)))}`.trimEnd()]
  }
  const rows = fields.map(({ field, before, after }) => [
    color.dim(field),
    clip(quote(before), 30),
    color.dim('→'),
    quote(after),
  ])
  return [`  ${head}`, ...(rows.length > 0 ? [columns(rows, '      ', width)] : [])]
}

function optOutFirst(a: FieldChange, b: FieldChange): number {
  return Number(b.field === 'optedOut') - Number(a.field === 'optedOut')
}

function quote(value: string): string {
  return value === '' ? '(blank)' : `"${value}"`
}

function heldPart(held: PlanToShow['held'], room: Room): string[] {
  if (held.length === 0) return []
  const { color } = room
  const reasons = [...grouped(held, ({ reason }) => reason)]
  const shown = room.all ? reasons : reasons.slice(0, GROUPS)
  const examples = room.all ? held.length : room.oneLine ? 1 : 3
  const more = reasons.length - shown.length
  return [
    color.magenta(color.bold(`held ${number(held.length)}`)),
    ...shown.flatMap(([reason, changes]) => [
      ...wrap(reason, room.columns - 2)
        .split('\n')
        .map((line) => `  ${line}`),
      ...changes.slice(0, examples).flatMap(({ change }) => changeLines(change, room)),
      ...(changes.length > examples ? [color.dim(`  … and ${number(changes.length - examples)} more`)] : []),
    ]),
    ...(more > 0 ? [color.dim(`  … for ${many(more, 'more reason')}`)] : []),
  ]
}

function listPart(lists: readonly ListChanges[], { color, columns: width, all }: Room): string[] {
  if (lists.length === 0) return []
  const shown = all ? lists : lists.slice(0, LISTS)
  const lines = shown.flatMap(({ rule, create, add, remove, held, rename, reason }) => {
    const words = [
      create.length > 0 ? 'made' : '',
      rename[0] === undefined ? '' : `renamed from "${rename[0].title}"`,
      add.length > 0 ? color.green(`+${number(add.length)}`) : '',
      remove.length > 0 ? color.red(`-${number(remove.length)}`) : '',
      held.length > 0 ? color.magenta(`${number(held.length)} held`) : '',
    ]
    return [
      `  ${rule.title}  ${words.filter(Boolean).join('  ')}`,
      ...(reason === '' ? [] : [`    ${color.dim(clip(reason, width - 4))}`]),
    ]
  })
  const more = lists.length - shown.length
  return [color.bold('lists'), ...lines, ...(more > 0 ? [color.dim(`  … and ${number(more)} more`)] : [])]
}

function summaryLine(plan: PlanToShow, view: PlanView): string {
  const count = (kind: Change['kind']) => plan.released.filter((change) => change.kind === kind).length
  const requests = requestsFor(plan.released)
  const time =
    requests < view.requestsPerMinute
      ? 'under a minute'
      : `about ${many(minutesFor(requests, view.requestsPerMinute), 'minute')}`
  const held =
    plan.held.length > 0 ? `, ${view.color.magenta(`${number(plan.held.length)} held for you`)}` : ''
  const members = (plan.lists ?? []).reduce((sum, { add, remove }) => sum + add.length + remove.length, 0)
  const lists = members > 0 ? `, ${many(members, 'list membership')} to change` : ''
  const summary = `${view.color.bold('Plan:')} ${number(count('create'))} to create, ${number(count('update'))} to update, ${number(count('remove'))} to remove${held}${lists}. ${many(requests, 'request')}, ${time} at ${number(view.requestsPerMinute)} per minute.`
  return wrap(summary, view.columns)
}
