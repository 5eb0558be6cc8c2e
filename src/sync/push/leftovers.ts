// Owns what a killed or interrupted process left behind: operations with a request under way.
import { asHeysyncError } from '../../lib/errors.ts'
import { othersTurn } from '../../lib/turns.ts'
import type { Change } from '../diff/change.ts'
import { PIECE } from '../mirror/pieces.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { Failure, Operation } from '../outbox/outbox.ts'
import { linkRung } from '../removal.ts'
import { looksSent } from './compare-many.ts'
import type { PushDeps } from './deps.ts'
import { contactOf, lookUpMany, type Shown } from './look-up-many.ts'
import { earlierFailure, failureOf, SECOND_LOOK_MS } from './outcome.ts'
import { readBack, takeIn } from './read-back.ts'
import { nextLook } from './settle-many.ts'

/** Nobody was looked for together. */
const NOTHING: Shown = new Map()

const INTERRUPTED: Failure = {
  code: 'ERR_HEYMARKET_NO_ANSWER',
  message: 'heysync was stopped before the answer came.',
  requestId: undefined,
}

/**
 * Reads back what became of each (I2), so that the diff after this sees the truth. A create that is nowhere to be seen
 * may still be on its way, so it stays unsettled and is looked for once more before it is sent again. Being stopped is no
 * failure of the operation: what went with others goes with others again.
 */
export async function settleLeftovers(deps: PushDeps): Promise<void> {
  const { outbox, clock } = deps
  const all = [...outbox.inState('in_flight'), ...outbox.inState('unsettled')]
  const operations: Operation[] = []
  for (const [at, operation] of all.entries()) {
    if (at % PIECE === PIECE - 1) await othersTurn()
    if (!isThere(deps, operation)) operations.push(operation)
  }
  const together = await allShown(deps, operations)
  const lookedAt = clock.now()
  for (const [at, operation] of operations.entries()) {
    if (at % PIECE === PIECE - 1) await othersTurn()
    const planned = JSON.parse(operation.change) as Change
    const seen = contactOf(planned, together)
    if (seen !== null) deps.mirror.transaction(() => takeIn(deps, planned, seen, 'settled'))
    // One look at all of them has told about creates; only a look at the contact itself says that an update has lost it.
    const looked = together !== NOTHING && planned.kind === 'create'
    let shown = seen
    try {
      if (!looked) shown ??= await readBack(deps, planned, 'settled')
    } catch (thrown) {
      cannotBeSettled(deps, operation, thrown)
      continue
    }
    // One time for all that were looked for together, so that they come due together.
    const now = looked ? lookedAt : clock.now()
    const wait = operation.state === 'unsettled' ? nextLook(operation, now) : null
    const lookedTwice = operation.state === 'unsettled' && operation.not_before <= now
    if (shown !== null || planned.kind !== 'create') {
      outbox.drop(operation.id)
    } else if (wait !== null) {
      outbox.lookAgain(operation, operation.look_until, now + wait, earlierFailure(operation))
    } else if (lookedTwice) {
      outbox.requeue(operation.id)
    } else {
      outbox.lookAgain(operation, now, now + SECOND_LOOK_MS, INTERRUPTED)
    }
  }
}

/**
 * True for a create whose contact the news of Heymarket have shown since: nobody had the number when it was sent. The first
 * revision with what was sent in it is ours, as when it is looked for (I4).
 */
function isThere(deps: PushDeps, operation: Operation): boolean {
  const { mirror, outbox, settings } = deps
  const change = JSON.parse(operation.change) as Change
  const [row, ...others] = change.kind === 'create' ? mirror.remote.byPhone(change.phone) : []
  if (row === undefined) return false
  const contact = parseRemote(row)
  const ours = others.length === 0 && contact.rev === 1 && looksSent(deps, change, contact)
  const rung = linkRung(settings.removal(change.sourceId))
  mirror.transaction(() => {
    mirror.contacts.putLink(change.phone, row.id, ours ? 'created' : 'adopted', rung)
    outbox.drop(operation.id)
  })
  return true
}

/** What could be found together; the others are asked for by themselves. */
async function allShown(deps: PushDeps, operations: readonly Operation[]): Promise<Shown> {
  if (deps.writes === 'single') return NOTHING
  try {
    return await lookUpMany(deps, operations.map(phoneOf))
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.verdict !== 'retry' || error.code === 'ERR_HEYMARKET_UNREACHABLE') throw thrown
    return NOTHING
  }
}

/** One contact that cannot be read holds up no others: it is looked for again. */
function cannotBeSettled({ outbox, clock, signal }: PushDeps, operation: Operation, thrown: unknown): void {
  signal.throwIfAborted()
  const error = asHeysyncError(thrown)
  if (error.verdict !== 'retry' || error.code === 'ERR_HEYMARKET_UNREACHABLE') throw thrown
  const later = clock.now() + SECOND_LOOK_MS
  outbox.retry(operation, 'unsettled', later, failureOf(error), clock.now())
}

function phoneOf({ phone }: Operation) {
  return phone
}
