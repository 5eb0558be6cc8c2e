// Owns reading back what requests for many wrote, by asking for the contacts: each operation is brought on by what is shown.
import { asHeysyncError } from '../../lib/errors.ts'
import { inPieces } from '../mirror/pieces.ts'
import type { Failure } from '../outbox/outbox.ts'
import { compareOne, type Item, Tally } from './compare-many.ts'
import type { PushDeps } from './deps.ts'
import type { BulkWay } from './jobs.ts'
import { showsLate } from './learning.ts'
import { contactOf, lookUpMany, type Shown } from './look-up-many.ts'
import { failureOf, SECOND_LOOK_MS } from './outcome.ts'
import { ACCEPTED_MS, UNSEEN } from './settle-many.ts'

/** What one request wrote, or what of it was not seen yet. */
export interface Accepted {
  readonly way: BulkWay
  readonly items: readonly Item[]
  /** Phones that the answer gave back as refused. */
  readonly saidRefused: ReadonlySet<string>
  /** True when others of the same request were seen already. */
  readonly othersShow: boolean
}

/** Returns how many turned out to be done. Errors: only those that stop the whole push. */
export async function readBackMany(deps: PushDeps, accepted: readonly Accepted[]): Promise<number> {
  let shown: Shown
  try {
    const phones = accepted.flatMap(({ items }) => items.map(({ change }) => change.phone))
    shown = await lookUpMany(deps, phones)
  } catch (thrown) {
    deps.signal.throwIfAborted()
    const error = asHeysyncError(thrown)
    for (const { items } of accepted) lookLater(deps, items, ACCEPTED_MS, failureOf(error))
    if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
    return 0
  }
  let acks = 0
  for (const one of accepted) acks += await compareAll(deps, one, shown)
  return acks
}

async function compareAll(
  deps: PushDeps,
  { way, items, saidRefused, othersShow }: Accepted,
  shown: Shown,
): Promise<number> {
  const unseen: Item[] = []
  const tally = new Tally()
  let acks = 0
  const { mirror, clock, outbox } = deps
  const compare = (item: Item) => {
    const { operation, change } = item
    const contact = contactOf(change, shown)
    // A batch finds its contacts by number: where the one that was meant is gone, it made another.
    if (contact === null)
      for (const other of shown.get(change.phone) ?? []) mirror.remote.read(other, 0, clock.now())
    const result = contact === null ? 'unseen' : compareOne(deps, item, contact, tally)
    if (result === 'acked') acks += 1
    if (result === 'unseen' && saidRefused.has(change.phone)) outbox.sendAlone(operation.id, change)
    else if (result === 'unseen') unseen.push(item)
  }
  await inPieces(mirror, items, compare)
  const anyShows = othersShow || tally.any()
  if (acks === 0 && unseen.length > 0 && !anyShows)
    mirror.ways.put(showsLate(mirror.ways.get(way), clock.now()))
  tally.teach(deps, way)
  // Where others that this request wrote show, what does not was most likely refused; where none does, all may be on their way.
  lookLater(deps, unseen, anyShows ? SECOND_LOOK_MS : ACCEPTED_MS, { ...UNSEEN, requestId: undefined })
  return acks
}

/** They are looked for again until then before they are sent once more; `forMs` in milliseconds. */
export function lookLater(
  { mirror, outbox, clock }: PushDeps,
  items: readonly Item[],
  forMs: number,
  failure: Failure,
): void {
  // One time for all, so that they come due together.
  const now = clock.now()
  mirror.transaction(() => {
    for (const { operation } of items) outbox.lookAgain(operation, now + forMs, now + SECOND_LOOK_MS, failure)
  })
}
