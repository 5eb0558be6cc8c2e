// Owns how a plan looks: what would change, field by field, a few of each kind, and what is held and why.

import type { CyclePlan } from '../sync/cycle.ts'
import type { Change } from '../sync/diff/change.ts'
import type { HeldChange } from '../sync/guard/guard.ts'
import type { Colors } from './io.ts'
import { clip, columns, many, number, wrap } from './table-text.ts'

const SHOWN_PER_KIND = 5

export interface PlanView {
  readonly columns: number
  readonly color: Colors
  /** Requests that the plan costs at least, and how many the budget allows per minute. */
  readonly requestsPerMinute: number
  readonly all: boolean
  /** What a contact is called; "" when nobody knows. */
  readonly nameOf: (phone: string) => string
}

export function renderPlan(plan: CyclePlan, view: PlanView): string {
  const { color } = view
  const held = plan.held.map((one) => one.change)
  const total = plan.released.length + held.length
  if (total === 0) return color.green('Nothing to change: Heymarket is equal to the sources.')
  const lines: string[] = []
  for (const kind of ['create', 'update', 'remove'] as const) {
    const changes = plan.released.filter((change) => change.kind === kind)
    if (changes.length > 0) lines.push(...section(kind, changes, view), '')
  }
  if (plan.held.length > 0) lines.push(...heldSection(plan.held, view), '')
  lines.push(summaryLine(plan, view))
  return lines.join('\n')
}

function section(kind: Change['kind'], changes: readonly Change[], view: PlanView): string[] {
  const { color } = view
  const title = { create: color.green, update: color.yellow, remove: color.red }[kind]
  const shown = view.all ? changes : changes.slice(0, SHOWN_PER_KIND)
  const rest = changes.length - shown.length
  return [
    title(color.bold(`${kind} ${number(changes.length)}`)),
    ...shown.flatMap((change) => changeLines(change, view)),
    ...(rest > 0 ? [color.dim(`  … and ${number(rest)} more (--all shows them)`)] : []),
  ]
}

function changeLines(change: Change, view: PlanView): string[] {
  const { color } = view
  if (change.kind === 'create') {
    const values = change.fields.map((field) => `${field.field} ${quote(field.after)}`).join(', ')
    return [`  ${color.green('+')} ${change.phone}  ${clip(values, Math.max(20, view.columns - 22))}`]
  }
  const name = view.nameOf(change.phone)
  const who = `${change.phone}  ${name === '' ? '' : `${name}  `}${color.dim(`${change.sourceId}/${change.recordId}`)}`
  const head =
    change.kind === 'remove' ? `${color.red('-')} ${who}  ${change.rung}` : `${color.yellow('~')} ${who}`
  const fields = change.fields.map((field) => [
    color.dim(field.field),
    clip(quote(field.before), 30),
    color.dim('→'),
    quote(field.after),
  ])
  return [`  ${head}`, ...(fields.length > 0 ? [columns(fields, '      ', view.columns)] : [])]
}

function quote(value: string): string {
  return value === '' ? '(blank)' : `"${value}"`
}

function heldSection(held: readonly HeldChange[], view: PlanView): string[] {
  const { color } = view
  const byReason = new Map<string, HeldChange[]>()
  for (const one of held) byReason.set(one.reason, [...(byReason.get(one.reason) ?? []), one])
  return [
    color.magenta(color.bold(`held ${number(held.length)}`)),
    ...[...byReason].flatMap(([reason, changes]) => [
      `  ${reason}`,
      ...changes.slice(0, view.all ? undefined : 3).flatMap(({ change }) => changeLines(change, view)),
      ...(!view.all && changes.length > 3 ? [color.dim(`  … and ${number(changes.length - 3)} more`)] : []),
    ]),
  ]
}

function summaryLine(plan: CyclePlan, view: PlanView): string {
  const count = (kind: Change['kind']) => plan.released.filter((change) => change.kind === kind).length
  const requests = plan.released.filter(
    (change) => change.kind !== 'remove' || change.rung === 'delete' || change.fields.length > 0,
  ).length
  const minutes = requests / view.requestsPerMinute
  const time = minutes < 1 ? 'under a minute' : `about ${many(Math.ceil(minutes), 'minute')}`
  const held =
    plan.held.length > 0 ? `, ${view.color.magenta(`${number(plan.held.length)} held for you`)}` : ''
  const summary = `${view.color.bold('Plan:')} ${number(count('create'))} to create, ${number(count('update'))} to update, ${number(count('remove'))} to remove${held}. ${many(requests, 'request')}, ${time} at ${number(view.requestsPerMinute)} per minute.`
  return wrap(summary, view.columns)
}
