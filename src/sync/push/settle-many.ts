// Owns finding out together what became of operations that were sent and do not show: acked, looked for again, or sent
// once more. What one request began may still be going on in Heymarket when its answer is lost.
import { asHeysyncError } from '../../lib/errors.ts'
import type { Change } from '../diff/change.ts'
import type { Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { contactOf, lookUpMany, type Shown } from './look-up-many.ts'
import { earlierFailure, resend, retryLater } from './outcome.ts'
import { readBack, takeIn } from './read-back.ts'

/** How often contacts are looked for before they are sent again. */
export const LOOKS = 5
/** Between two looks after the first, in milliseconds: all in all about a minute. */
const NEXT_LOOK_MS = 12_000

/** Heymarket took the request and does not show the contact. */
export const UNSEEN = {
  code: 'ERR_NOT_STORED',
  message: 'Heymarket accepted a request for many contacts and does not show this one yet.',
} as const

/** Returns how many turned out to be done. Errors: only those that stop the whole push. */
export async function settleMany(deps: PushDeps, operations: readonly Operation[]): Promise<number> {
  let shown: Shown
  try {
    shown = await lookUpMany(
      deps,
      operations.map(({ phone }) => phone),
    )
  } catch (thrown) {
    deps.signal.throwIfAborted()
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
    for (const operation of operations) retryLater(deps, operation, 'unsettled', error)
    return 0
  }
  const planned = operations.map((operation) => ({
    operation,
    change: JSON.parse(operation.change) as Change,
  }))
  const seen: { operation: Operation; change: Change }[] = []
  const unseen: typeof seen = []
  for (const one of planned) {
    const contact = contactOf(one.change, shown)
    if (contact !== null) deps.mirror.transaction(() => takeIn(deps, one.change, contact, 'settled'))
    // A search may leave out what is there: only a look at the contact itself says that an update has lost it.
    else if (one.change.kind !== 'create') await readBack(deps, one.change, 'settled')
    const found = contact !== null || one.change.kind !== 'create'
    ;(found ? seen : unseen).push(one)
  }
  return deps.mirror.transaction(() => {
    let acks = 0
    for (const { operation, change } of seen)
      if (resend(deps, operation, change, earlierFailure(operation))) acks += 1
    // As long as some of them turn up, the others may.
    const atLeast = seen.length > 0 ? 1 : 0
    for (const { operation, change } of unseen) lookOrSend(deps, operation, change, atLeast)
    return acks
  })
}

function lookOrSend(deps: PushDeps, operation: Operation, change: Change, atLeast: number): void {
  const { outbox, clock } = deps
  const looks = Math.max(operation.looks - 1, atLeast)
  const failure = earlierFailure(operation)
  if (looks > 0) outbox.lookAgain(operation, looks, clock.now() + NEXT_LOOK_MS, failure)
  else if (failure.code === UNSEEN.code) outbox.sendAlone(operation.id, change)
  else outbox.retry(operation, 'pending', clock.now(), failure, clock.now())
}
