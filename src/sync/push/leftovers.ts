// Owns what a killed or interrupted process left behind: operations with a request under way.
import { asHeysyncError } from '../../lib/errors.ts'
import type { Change } from '../diff/change.ts'
import type { Failure, Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { contactOf, lookUpMany, type Shown } from './look-up-many.ts'
import { earlierFailure, failureOf, SECOND_LOOK_MS } from './outcome.ts'
import { readBack, takeIn } from './read-back.ts'
import { nextLook } from './settle-many.ts'

const NOTHING: Shown = new Map()

const INTERRUPTED: Failure = {
  code: 'ERR_HEYMARKET_NO_ANSWER',
  message: 'heysync was stopped before the answer came.',
  requestId: undefined,
}

/**
 * Reads back what became of each (I2), so that the diff after this sees the truth. A create that is nowhere to be seen
 * may still be on its way, so it stays unsettled and is looked for once more before it is sent again.
 */
export async function settleLeftovers(deps: PushDeps): Promise<void> {
  const { outbox, clock } = deps
  const operations = [...outbox.inState('in_flight'), ...outbox.inState('unsettled')]
  const together = await allShown(deps, operations)
  for (const operation of operations) {
    const planned = JSON.parse(operation.change) as Change
    const seen = contactOf(planned, together)
    if (seen !== null) deps.mirror.transaction(() => takeIn(deps, planned, seen, 'settled'))
    let shown = seen
    try {
      shown ??= await readBack(deps, planned, 'settled')
    } catch (thrown) {
      cannotBeSettled(deps, operation, thrown)
      continue
    }
    const wait = operation.state === 'unsettled' ? nextLook(operation, clock.now()) : null
    const lookedTwice = operation.state === 'unsettled' && operation.not_before <= clock.now()
    if (shown !== null || planned.kind !== 'create') {
      outbox.drop(operation.id)
    } else if (wait !== null) {
      outbox.lookAgain(operation, operation.look_until, clock.now() + wait, earlierFailure(operation))
    } else if (lookedTwice) {
      outbox.requeue(operation.id)
    } else {
      outbox.retry(operation, 'unsettled', clock.now() + SECOND_LOOK_MS, INTERRUPTED, clock.now())
    }
  }
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
