// Owns the plan of the lists: who has to get on each, who off, and whom the guard keeps on. It looks at whoever is due, or at
// everybody, person by person, and holds nobody in memory.
import { inOneGo } from '../../lib/turns.ts'
import type { Drafted, Move } from '../mirror/list-draft.ts'
import type { DuePhone, LookedAt } from '../mirror/list-due.ts'
import type { Candidate } from '../mirror/lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { SourceList } from '../mirror/source-lists.ts'
import type { ListChanges } from './changes.ts'
import { ListDraft, type ListPlanSettings, type Met } from './draft.ts'
import { rulePerson } from './person.ts'
import { type ListsShown, unknownLists } from './source-lists.ts'

/** People looked at in one step, so that fifty rules hold up nothing else for long. */
const PAGE = 250
const MOVES = 2000

/** Works out every list anew from what is saved. */
export function planLists(mirror: Mirror, settings: ListPlanSettings): ListChanges[] {
  return inOneGo(planListSteps(mirror, settings, 'everybody'))
}

/**
 * The same step by step, of everybody or of those in whose case anything changed. The plan holds until the next one is begun.
 * Of the database it changes only which rules fail on whom.
 */
export function* planListSteps(
  mirror: Mirror,
  settings: ListPlanSettings,
  who: 'everybody' | 'due',
): Generator<void, ListChanges[]> {
  const { rules, sources, creates, leaves } = settings
  if (rules.length === 0) return []
  const { listDraft, listDue } = mirror
  listDraft.begin()
  yield* move(mirror, creates, 'create')
  yield* move(mirror, leaves, 'leave')
  const shown = listsShown(mirror, sources)
  const out: Drafted[] = []
  const drafts = rules.map(
    (rule, at) => new ListDraft(mirror, settings, at, unknownLists(rule.reads, shown), out),
  )
  for (let after = '', left = true; left; ) {
    const page =
      who === 'everybody'
        ? listDue.everybody(after, PAGE)
        : firstOf(listDue.due(after, PAGE), listDraft.moving(after, PAGE))
    lookAt(mirror, settings, drafts, page, out)
    left = page.length === PAGE
    after = page.at(-1)?.phone ?? ''
    if (left) yield
  }
  const failing = listDue.countFailing()
  const changes: ListChanges[] = []
  for (const draft of drafts) changes.push(yield* draft.end(failing.get(draft.rule.key) ?? 0))
  return changes
}

function* move(mirror: Mirror, phones: Iterable<string>, what: Move['what']): Generator<void, void> {
  let some: string[] = []
  for (const phone of phones) {
    some.push(phone)
    if (some.length < MOVES) continue
    mirror.listDraft.move(some, what)
    some = []
    yield
  }
  mirror.listDraft.move(some, what)
}

/** Two pages as one. */
function firstOf(due: readonly DuePhone[], moving: readonly DuePhone[]): DuePhone[] {
  if (moving.length === 0) return [...due]
  const byPhone = new Map([...moving, ...due].map((one) => [one.phone, one]))
  return [...byPhone.values()].sort((a, b) => (a.phone < b.phone ? -1 : 1)).slice(0, PAGE)
}

function lookAt(
  mirror: Mirror,
  { sources }: ListPlanSettings,
  drafts: readonly ListDraft[],
  page: readonly DuePhone[],
  out: Drafted[],
): void {
  const { lists, listDraft, listDue, memberPins } = mirror
  const phones = page.map(({ phone }) => phone)
  const people = new Map(lists.candidatesOf(phones).map((one) => [one.phone, one]))
  const members = byPhoneAndKey(lists.membersOf(phones))
  const pins = byPhoneAndKey(memberPins.ofPhones(phones))
  const failed = byPhoneAndKey(listDue.failing(phones))
  const moves = new Set(listDraft.movesOf(phones).map(({ phone, what }) => `${what} ${phone}`))
  const looked: LookedAt[] = []
  const news: { phone: string; key: string; fails: boolean }[] = []
  for (const due of page) {
    const { phone } = due
    const person = people.get(phone)
    const met: Met = {
      phone,
      person,
      view: person === undefined ? null : viewOf(mirror, sources, person),
      creates: moves.has(`create ${phone}`),
      leaves: moves.has(`leave ${phone}`),
      failing: new Set(),
      again: false,
    }
    const [theirs, pinned, before] = [members.get(phone), pins.get(phone), failed.get(phone)]
    for (const draft of drafts) {
      const { key } = draft.rule
      draft.meet(met, theirs?.get(key), pinned?.get(key)?.what)
    }
    for (const key of met.failing) if (!before?.has(key)) news.push({ phone, key, fails: true })
    for (const key of before?.keys() ?? []) if (!met.failing.has(key)) news.push({ phone, key, fails: false })
    if (met.again || due.times !== null) looked.push({ ...due, again: met.again })
  }
  listDraft.add(out, looked)
  out.length = 0
  if (news.length > 0)
    mirror.transaction(() => {
      for (const { phone, key, fails } of news) listDue.setFailing(phone, key, fails)
    })
}

function viewOf(mirror: Mirror, sources: ReadonlySet<string>, person: Candidate) {
  return rulePerson(mirror, sources, person, person.opted_out === 1)
}

function byPhoneAndKey<T extends { readonly phone: string; readonly key: string }>(
  rows: readonly T[],
): Map<string, Map<string, T>> {
  const all = new Map<string, Map<string, T>>()
  for (const row of rows) {
    const ofPhone = all.get(row.phone)
    if (ofPhone) ofPhone.set(row.key, row)
    else all.set(row.phone, new Map([[row.key, row]]))
  }
  return all
}

/** Lists that the configured sources have shown. */
export function listsShown({ sourceLists }: Mirror, sources: ReadonlySet<string>): ListsShown {
  const ofThese = (lists: readonly SourceList[]) => lists.filter(({ source }) => sources.has(source))
  return { known: ofThese(sourceLists.known()), forgotten: ofThese(sourceLists.forgotten()) }
}
