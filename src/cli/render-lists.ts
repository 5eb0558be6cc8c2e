// Owns how the lists of a plan look: of each what it gains and loses, and whom the guard keeps on it.
import type { ListChanges, Members } from '../sync/lists/changes.ts'
import type { Plan, PlannedMember } from '../sync/plan/plan-file.ts'
import type { Colors } from './io.ts'
import { clip, number, wrap } from './table-text.ts'

/** Read as far as they are shown. */
export interface Phones extends Iterable<string> {
  readonly length: number
}

export interface ListToShow {
  readonly title: string
  /** It is not in Heymarket yet. */
  readonly made: boolean
  /** The title that it bears so far, where that is another one; blank otherwise. */
  readonly renamedFrom: string
  readonly add: Phones
  readonly remove: Phones
  readonly held: Phones
  /** Why; blank when nobody is held. */
  readonly reason: string
}

interface ListView {
  readonly columns: number
  readonly color: Colors
  /** Lists shown, and members of each way on a list. */
  readonly lists: number
  readonly examples: number
  readonly nameOf: (phone: string) => string
}

export function listsOfCycle(changes: readonly ListChanges[]): ListToShow[] {
  return changes.map(({ rule, create, rename, add, remove, held, reason }) => ({
    title: rule.title,
    made: create.length > 0,
    renamedFrom: rename[0]?.title ?? '',
    add: phones(add),
    remove: phones(remove),
    held: phones(held),
    reason,
  }))
}

function phones(members: Members): Phones {
  return {
    length: members.length,
    *[Symbol.iterator]() {
      for (const { phone } of members) yield phone
    },
  }
}

/** Of a list in several shards as one. */
export function listsOfFile({ lists, members }: Plan): ListToShow[] {
  const counts = new Map<string, Record<ListWay, number>>()
  const reasons = new Map<string, string>()
  for (const member of members) {
    const { list, held } = member
    const count = counts.get(list) ?? { add: 0, remove: 0, held: 0 }
    counts.set(list, count)
    count[wayOf(member)] += 1
    if (held !== null) reasons.set(list, held)
  }
  const inWay = (list: string, way: ListWay): Phones => ({
    length: counts.get(list)?.[way] ?? 0,
    *[Symbol.iterator]() {
      let left = counts.get(list)?.[way] ?? 0
      for (const member of left === 0 ? [] : members) {
        if (member.list !== list || wayOf(member) !== way) continue
        yield member.phone
        left -= 1
        if (left === 0) return
      }
    },
  })
  return [...new Map(lists.map(({ list, title }) => [list, title]))].map(([list, title]) => ({
    title,
    made: lists.some((one) => one.list === list && one.id === null),
    renamedFrom: '',
    add: inWay(list, 'add'),
    remove: inWay(list, 'remove'),
    held: inWay(list, 'held'),
    reason: reasons.get(list) ?? '',
  }))
}

type ListWay = 'add' | 'remove' | 'held'

function wayOf({ what, held }: PlannedMember): ListWay {
  return held === null ? what : 'held'
}

/** True when anything has to be done to it, or is held. */
export function isChanged({ add, remove, held, renamedFrom }: ListToShow): boolean {
  return add.length + remove.length + held.length > 0 || renamedFrom !== ''
}

export function listLines(lists: readonly ListToShow[], view: ListView): string[] {
  const changed = lists.filter(isChanged)
  if (changed.length === 0) return []
  const { color } = view
  const lines = changed.slice(0, view.lists).flatMap((list) => linesOf(list, view))
  const more = changed.length - view.lists
  return [
    color.bold(`lists ${number(changed.length)}`),
    ...lines,
    ...(more > 0 ? [color.dim(`  … and ${number(more)} more`)] : []),
  ]
}

function linesOf(
  { title, made, renamedFrom, add, remove, held, reason }: ListToShow,
  view: ListView,
): string[] {
  const { color, columns: width, examples, nameOf } = view
  const words = [
    made ? color.green('new') : '',
    renamedFrom === '' ? '' : color.yellow(`renamed from "${clip(renamedFrom, 30)}"`),
    add.length > 0 ? color.green(`+${number(add.length)}`) : '',
    remove.length > 0 ? color.red(`-${number(remove.length)}`) : '',
    held.length > 0 ? color.magenta(`${number(held.length)} held`) : '',
  ].filter(Boolean)
  const people = (mark: string, phones: Phones) => [
    ...first(phones, examples).map((phone) => `    ${mark} ${phone}  ${nameOf(phone)}`.trimEnd()),
    ...(examples > 0 && phones.length > examples
      ? [color.dim(`      … and ${number(phones.length - examples)} more`)]
      : []),
  ]
  return [
    `  ${clip(title, Math.max(20, width - 40))}  ${words.join('  ')}`,
    ...people(color.green('+'), add),
    ...people(color.red('-'), remove),
    ...reasonLines(reason, view).map((line) => `    ${line}`),
    ...people(color.magenta('●'), held),
  ]
}

function first(phones: Phones, most: number): string[] {
  const some: string[] = []
  if (most > 0)
    for (const phone of phones) {
      some.push(phone)
      if (some.length >= most) break
    }
  return some
}

/** In one line where there is no room for examples either. */
function reasonLines(reason: string, { columns: width, examples }: ListView): string[] {
  if (reason === '') return []
  return examples === 0 ? [clip(reason, width - 4)] : wrap(reason, width - 4).split('\n')
}
