// Owns one operation: claimed, sent, and brought to exactly one end: acked, to be tried again, or a dead letter.
import { type Change, formerPhone } from '../diff/change.ts'
import type { Operation } from '../outbox/outbox.ts'
import { keepBeforeImage } from './before-image.ts'
import type { PushDeps } from './deps.ts'
import {
  acked,
  ackWithoutRequest,
  cannotBeRead,
  handleFailure,
  leaveToNextPlan,
  outgrewItsPlan,
  settle,
} from './outcome.ts'
import { readBack, recompute } from './read-back.ts'
import { send } from './send.ts'

/** True when acked. Errors: only those that stop the whole push. */
export async function perform(deps: PushDeps, operation: Operation): Promise<boolean> {
  const { outbox, mirror } = deps
  if (operation.state === 'unsettled') return settle(deps, operation)
  const planned = JSON.parse(operation.change) as Change
  // What a request for many did not do may have been done a little later.
  const lookFirst = deps.lookFirst || operation.alone === 1
  try {
    if (lookFirst && planned.kind === 'create') await readBack(deps, planned, 'found')
    if (formerPhone(planned) !== null) await lookForBearer(deps, planned)
  } catch (thrown) {
    return cannotBeRead(deps, operation, thrown)
  }
  const change = currentChange(deps, planned)
  if (change === null) return ackWithoutRequest(deps, operation, planned)
  if (outgrewItsPlan(deps, planned, change)) return leaveToNextPlan(deps, operation)
  mirror.transaction(() => {
    keepBeforeImage(deps, change)
    outbox.claim(operation.id)
  })
  let record: () => void
  try {
    record = await send(deps, change)
  } catch (thrown) {
    return handleFailure(deps, operation, change, thrown)
  }
  // If this cannot be saved the operation stays in flight, and the next cycle reads back what became of it.
  mirror.transaction(() => {
    record()
    acked(deps, operation, change)
  })
  return true
}

/** A contact that bears the new number already must not be met by a phone change: an account may merge the two. */
async function lookForBearer({ mirror, client, clock }: PushDeps, planned: Change): Promise<void> {
  const shown = await client.contacts.lookUp(planned.phone)
  if (shown !== null) mirror.remote.read(shown, 0, clock.now())
}

/** What is left to do, now that Heymarket may have changed since the plan: a create may have become an update, or nothing. */
export function currentChange(deps: PushDeps, planned: Change): Change | null {
  if (planned.exact === true) return recompute(deps, planned)
  const known = deps.mirror.remote.byPhone(planned.phone)
  if (planned.kind === 'create') return known.length === 0 ? planned : recompute(deps, planned)
  const bearer = deps.mirror.remote.find(planned.contactId)
  const former = formerPhone(planned)
  const stands = former === null || (known.length === 0 && bearer?.phone === former)
  return bearer && stands ? planned : recompute(deps, planned)
}
