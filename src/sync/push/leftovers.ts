// Owns what a killed or interrupted process left behind: operations with a request under way.
import type { Change } from '../diff/change.ts'
import type { Failure } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { SECOND_LOOK_MS } from './outcome.ts'
import { readBack } from './read-back.ts'

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
  for (const operation of [...outbox.inState('in_flight'), ...outbox.inState('unsettled')]) {
    const planned = JSON.parse(operation.change) as Change
    const shown = await readBack(deps, planned, 'settled')
    const lookedTwice = operation.state === 'unsettled' && operation.not_before <= clock.now()
    if (shown !== null || planned.kind !== 'create') {
      outbox.drop(operation.id)
    } else if (lookedTwice) {
      outbox.requeue(operation.id)
    } else {
      outbox.retry(operation, 'unsettled', clock.now() + SECOND_LOOK_MS, INTERRUPTED, clock.now())
    }
  }
}
