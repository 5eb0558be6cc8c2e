// Owns how much a plan costs: the requests of its push when nothing goes wrong, by what was learnt of the account. Reads
// the mirror only.
import { type Change, fieldsOf } from '../diff/change.ts'
import type { ByKind } from '../guard/draft.ts'
import { FIRST_MEMBERS } from '../lists/push-lists.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { WayName } from '../mirror/ways.ts'
import type { PushDeps } from '../push/deps.ts'
import { type BulkWay, chooseWay, FEWEST } from '../push/jobs.ts'
import { isProven, sizeOf, worked } from '../push/learning.ts'

export interface Cost {
  /** Where it is not known yet whether the account takes many contacts in one request: if it does. */
  readonly requests: number
  /** If it does not; the same as `requests` where that is known. */
  readonly requestsAtMost: number
}

/** What goes on one list and off it; `made`: the list is not there yet. */
export interface MembersToMove {
  readonly made: boolean
  readonly moves: number
}

/** Rows of a page of contacts, while no page was seen that another one follows. */
const UNKNOWN_PAGE = 100

type Basis = Pick<PushDeps, 'mirror' | 'clock' | 'settings' | 'writes'>

/** Changes that are looked at in one step. */
const PART = 500

/** Works it out step by step. */
export function* costSteps(
  basis: Basis,
  { creates, others }: ByKind,
  lists: readonly MembersToMove[],
): Generator<void, Cost> {
  const { mirror, clock, writes } = basis
  const learnt = new Learnt(mirror, clock.now())
  const together = new Map<BulkWay, { changes: number; alone: number; fields: Set<string> }>()
  let requests = 0
  let written = 0
  /** `n` changes that are written in the same way as this one. */
  const add = (change: Change, n: number): void => {
    const alone = n * requestsAlone(mirror, change)
    if (alone === 0) return
    written += n
    const way = writes === 'single' ? null : chooseWay(basis, change)
    if (way === null) {
      requests += alone
    } else {
      const group = together.get(way) ?? { changes: 0, alone: 0, fields: new Set() }
      for (const field of fieldsOf(change)) group.fields.add(field)
      together.set(way, { ...group, changes: group.changes + n, alone: group.alone + alone })
    }
  }
  for (const { example, n } of creates.all()) add(example, n)
  let looked = 0
  for (const change of others) {
    looked += 1
    if (looked % PART === 0) yield
    add(change, 1)
  }
  // Members of lists always go together. What was written is read once more, in pages.
  requests += lists.reduce((sum, list) => sum + membersCost(learnt, list), 0)
  const rows = Number(mirror.meta.get('page_rows') ?? UNKNOWN_PAGE)
  // The last page reaches what was there before.
  const pages = written === 0 ? 0 : Math.floor(written / rows) + 1
  let atMost = requests
  for (const [way, group] of together) {
    const few = writes !== 'single' && group.changes < FEWEST[writes]
    const untried = mirror.ways.get(way).state === 'untried'
    const cost = few ? group.alone : learnt.many(way, group.changes, group.fields)
    requests += cost
    atMost += untried ? Math.max(cost, group.alone) : cost
  }
  return { requests: requests + pages, requestsAtMost: atMost + pages }
}

/** Requests for one change by itself. A removal that leaves the contact as it is costs none. */
function requestsAlone(mirror: Mirror, change: Change): number {
  if (change.kind === 'create') return 1
  if (change.kind === 'remove' && change.rung === 'delete') return 1
  if (change.fields.length === 0) return 0
  // Where opt-outs are not shown, each update asks first, so that it lifts none.
  return mirror.remote.showsOptOut() ? 1 : 2
}

/** The request that makes the list, the deltas, and reading it back. */
function membersCost(learnt: Learnt, { made, moves }: MembersToMove): number {
  if (moves === 0) return 0
  return (made ? 1 : 0) + learnt.requests('list.delta', made ? moves - FIRST_MEMBERS : moves) + 1
}

/** What the account takes in one request, as it goes on being found out while the plan is pushed. */
class Learnt {
  readonly #mirror: Mirror
  readonly #now: number
  readonly #fits = new Map<WayName, ReturnType<Mirror['ways']['get']>>()

  constructor(mirror: Mirror, now: number) {
    this.#mirror = mirror
    this.#now = now
  }

  /**
   * Each request for many. The first is read back by itself where nobody knows yet what the account keeps; the others are
   * read with all that was written. On one way everybody is looked for before.
   */
  many(name: BulkWay, changes: number, fields: ReadonlySet<string>): number {
    const proven = isProven(this.#mirror.ways.get(name), fields, this.#now)
    let sum = 0
    for (const [index, size] of this.#sizes(name, changes).entries()) {
      if (name === 'create.bulk') sum += this.requests('search', size)
      if (index === 0 && !proven) sum += this.requests('search', size)
      sum += 1
    }
    return sum
  }

  requests(way: WayName, entries: number): number {
    return this.#sizes(way, entries).length
  }

  #sizes(name: WayName, entries: number): number[] {
    const sizes: number[] = []
    for (let left = entries; left > 0; ) {
      const way = this.#fits.get(name) ?? this.#mirror.ways.get(name)
      // One by one where the account has no such request.
      const size = Math.min(left, Math.max(1, sizeOf(way, this.#now)))
      sizes.push(size)
      left -= size
      if (way.state !== 'missing') this.#fits.set(name, worked(way, size, this.#now))
    }
    return sizes
  }
}
