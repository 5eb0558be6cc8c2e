// Owns what becomes of an operation after a request: acked, tried again, left to the next plan, or a dead letter.
// An outcome that is not known is read back, never repeated blindly (I2).
import type { RemoteContact } from '../../heymarket/contact.ts'
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../../lib/errors.ts'
import { type Change, formerPhone } from '../diff/change.ts'
import { MOVE_REFUSED } from '../diff/move.ts'
import type { Failure, Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { exactStanding, readBack, recompute } from './read-back.ts'

/** An operation that was sent this often in vain, while others got through, is a dead letter. */
const MAX_ATTEMPTS = 12

/** A create or a phone change that met a contact with other values is an update that no guard has seen; what a person saw is written as seen, or not. */
export function outgrewItsPlan(deps: PushDeps, planned: Change, change: Change): boolean {
  if (planned.exact === true) return exactStanding(deps, planned).kind === 'moved'
  if (formerPhone(planned) !== null && change.kind === 'update') return formerPhone(change) === null
  const overwrites = change.fields.some(({ field, before }) => before !== '' && field !== 'optedOut')
  return planned.kind === 'create' && change.kind !== 'create' && overwrites
}

export function leaveToNextPlan(deps: PushDeps, operation: Operation): boolean {
  const { outbox, clock } = deps
  const message =
    'Heymarket turned out to hold other values than were planned for; the next sync, or `apply` of the same plan, says which.'
  // The operation stays the create that it was: a plan that says something else does not have to wait.
  outbox.retry(
    operation,
    'pending',
    clock.now() + NEXT_PLAN_MS,
    { code: 'ERR_HEYMARKET_REJECTED', message, requestId: undefined },
    clock.now(),
  )
  return false
}

/** Longer than a push waits for anything, so that the operation is left to the next cycle; in milliseconds. */
const NEXT_PLAN_MS = 60_000

export function ackWithoutRequest(deps: PushDeps, operation: Operation, planned: Change): boolean {
  deps.mirror.transaction(() => acked(deps, operation, planned))
  return true
}

export function acked(
  { held, outbox, cycleId, clock }: PushDeps,
  operation: Operation,
  change: Change,
): void {
  // An opt-out that went ahead alone uses up no approval of the rest.
  if (change.partial !== true) held.dropApproval(operation.phone)
  outbox.ack(operation, cycleId, clock.now())
}

export async function handleFailure(
  deps: PushDeps,
  operation: Operation,
  change: Change,
  thrown: unknown,
): Promise<boolean> {
  const { outbox, mirror, clock, signal } = deps
  // Interrupted with a request under way: it stays in flight, and the next cycle reads back what became of it.
  signal.throwIfAborted()
  const error = asHeysyncError(thrown)
  if (outcomeUnknown(error)) return settle(deps, operation, error)
  if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') {
    outbox.release(operation.id)
    throw error
  }
  if (error.verdict === 'dead-letter') {
    // "Refused" may mean "exists already" on a create, and "is gone" on an update: look before burying it.
    let now: RemoteContact | null
    try {
      now = await readBack(deps, change, 'found')
    } catch (failed) {
      return cannotBeRead(deps, operation, failed)
    }
    if (now !== null && formerPhone(change) !== null) {
      // The account lets no contact change its number: the new one gets a contact of its own.
      mirror.contacts.pushed(change.phone, MOVE_REFUSED)
      return resend(deps, operation, change, failureOf(error))
    }
    const moved = change.kind === 'create' ? now !== null : now === null
    if (moved) return resend(deps, operation, change, failureOf(error))
    outbox.bury(operation, failureOf(error), clock.now())
    return false
  }
  retryLater(deps, operation, 'pending', error)
  return false
}

/** The outcome of a request is unknown: read back instead of repeating blindly (I2). */
export async function settle(deps: PushDeps, operation: Operation, cause?: HeysyncError): Promise<boolean> {
  const { outbox } = deps
  const planned = JSON.parse(operation.change) as Change
  let found: 'there' | 'absent'
  try {
    found = (await readBack(deps, planned, 'settled')) === null ? 'absent' : 'there'
  } catch (thrown) {
    deps.signal.throwIfAborted()
    const error = asHeysyncError(thrown)
    retryLater(deps, operation, 'unsettled', error)
    if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
    return false
  }
  const why = cause ? failureOf(cause) : earlierFailure(operation)
  // A create that is nowhere to be seen may still be on its way: look once more before it is sent again.
  if (planned.kind === 'create' && found === 'absent' && operation.state !== 'unsettled') {
    outbox.retry(operation, 'unsettled', deps.clock.now() + SECOND_LOOK_MS, why, deps.clock.now())
    return false
  }
  return resend(deps, operation, planned, why)
}

/** How long after a lost answer a create is looked for again, in milliseconds. */
export const SECOND_LOOK_MS = 3000

/** After reading back: nothing left to do is an ack, anything else goes into the outbox again. */
export function resend(deps: PushDeps, operation: Operation, planned: Change, why: Failure): boolean {
  const { outbox, clock } = deps
  const change = recompute(deps, planned)
  if (change === null) return ackWithoutRequest(deps, operation, planned)
  if (outgrewItsPlan(deps, planned, change)) return leaveToNextPlan(deps, operation)
  const attempts = operation.attempts + (operation.state === 'unsettled' ? 0 : 1)
  if (attempts >= MAX_ATTEMPTS && outbox.othersGetThrough(operation)) {
    outbox.bury(operation, why, clock.now())
    return false
  }
  deps.mirror.transaction(() => {
    outbox.replaceChange(operation, change)
    outbox.retry(operation, 'pending', clock.now() + backoff(deps, operation), why, clock.now())
  })
  return false
}

/** A contact that cannot be read now holds up nobody else. Errors: only those that stop the whole push. */
export function cannotBeRead(deps: PushDeps, operation: Operation, thrown: unknown): false {
  deps.signal.throwIfAborted()
  const error = asHeysyncError(thrown)
  if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') {
    deps.outbox.release(operation.id)
    throw error
  }
  retryLater(deps, operation, 'pending', error)
  return false
}

export function retryLater(
  deps: PushDeps,
  operation: Operation,
  state: 'pending' | 'unsettled',
  error: HeysyncError,
): void {
  const { outbox, clock } = deps
  if (
    operation.attempts + 1 >= MAX_ATTEMPTS &&
    error.code !== 'ERR_HEYMARKET_RATE_LIMITED' &&
    state === 'pending'
  ) {
    outbox.bury(operation, failureOf(error), clock.now())
    return
  }
  // Where not even reading works, the next cycle looks again: this one would wait for ever.
  const least = state === 'unsettled' ? NEXT_PLAN_MS : 0
  const wait = Math.max(backoff(deps, operation), least, error.retryAfterMs ?? 0)
  outbox.retry(operation, state, clock.now() + wait, failureOf(error), clock.now())
}

/** Milliseconds: half a second doubling to a minute, with jitter. */
export function backoff({ random }: Pick<PushDeps, 'random'>, operation: Operation): number {
  return Math.round(Math.min(60_000, 500 * 2 ** operation.attempts) * (0.5 + random() / 2))
}

/** What an operation failed with last, as it is stored. */
export function earlierFailure({ error_code, error, request_id }: Operation): Failure {
  return {
    code: error_code ?? 'ERR_HEYMARKET_NO_ANSWER',
    message: error ?? 'The outcome of an earlier request was not known.',
    requestId: request_id ?? undefined,
  }
}

export function failureOf(error: HeysyncError): Failure {
  return { code: error.code, message: error.message, requestId: error.requestId }
}
