// Owns one operation: claimed, sent, and brought to exactly one end: acked, to be tried again, or a dead letter.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../../lib/errors.ts'
import { composeWrite, expectedRemote, newContactBody } from '../diff/body.ts'
import { type Change, formerPhone } from '../diff/change.ts'
import { pushKey, removalKey } from '../diff/diff.ts'
import { MOVE_REFUSED } from '../diff/move.ts'
import { parseRemote } from '../mirror/contacts.ts'
import type { Failure, Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { readBack, recompute } from './read-back.ts'

/** An operation that was sent this often in vain, while others got through, is a dead letter. */
const MAX_ATTEMPTS = 12

/** True when acked. Errors: only those that stop the whole push. */
export async function perform(deps: PushDeps, operation: Operation): Promise<boolean> {
  const { outbox, mirror } = deps
  if (operation.state === 'unsettled') return settle(deps, operation)
  const planned = JSON.parse(operation.change) as Change
  if (deps.lookFirst && planned.kind === 'create') await readBack(deps, planned, 'found')
  if (formerPhone(planned) !== null) await lookForBearer(deps, planned)
  const change = currentChange(deps, planned)
  if (change === null) return ackWithoutRequest(deps, operation, planned)
  if (outgrewItsPlan(planned, change)) return leaveToNextPlan(deps, operation)
  outbox.claim(operation.id)
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

/** A create or a phone change that met a contact with other values is an update that no guard has seen. */
function outgrewItsPlan(planned: Change, change: Change): boolean {
  if (formerPhone(planned) !== null && change.kind === 'update') return formerPhone(change) === null
  const overwrites = change.fields.some(({ field, before }) => before !== '' && field !== 'optedOut')
  return planned.kind === 'create' && change.kind !== 'create' && overwrites
}

function leaveToNextPlan(deps: PushDeps, operation: Operation): boolean {
  const { outbox, clock } = deps
  const message =
    'The number turned out to be in Heymarket already, with other values; the next sync plans the update.'
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

/** What is left to do, now that Heymarket may have changed since the plan: a create may have become an update, or nothing. */
function currentChange(deps: PushDeps, planned: Change): Change | null {
  const known = deps.mirror.remote.byPhone(planned.phone)
  if (planned.kind === 'create') return known.length === 0 ? planned : recompute(deps, planned)
  const bearer = deps.mirror.remote.find(planned.contactId)
  const former = formerPhone(planned)
  const stands = former === null || (known.length === 0 && bearer?.phone === former)
  return bearer && stands ? planned : recompute(deps, planned)
}

/** Sends one change; returns what to record once it is acked. */
async function send(deps: PushDeps, change: Change): Promise<() => void> {
  const { mirror, client, clock, settings } = deps
  const { contacts } = mirror
  const optedOut = mirror.consent.isOptedOut(change.phone)
  if (change.kind === 'create') {
    const write = composeWrite(change, null, optedOut, settings.lookups)
    const answer = await client.contacts.create(newContactBody(write.body))
    const rung = settings.removal(change.sourceId).rung
    // An id that we know, or a later revision: the account took it for an update of a contact that was there before.
    // Without a revision it cannot be told, and then heysync does not call the contact its own (I4).
    const existed = mirror.remote.find(answer.id) !== undefined || answer.rev !== 1
    const shown = existed ? await client.contacts.get(answer.id) : null
    return () => {
      mirror.remote.wrote(expectedRemote(write, answer.id, answer.rev), clock.now())
      if (shown) mirror.remote.read(shown, 0, clock.now())
      contacts.putLink(change.phone, answer.id, existed ? 'adopted' : 'created', rung, clock.now())
      if (existed) contacts.pushed(change.phone, null)
      else recordPushed(deps, change, optedOut)
    }
  }
  if (change.kind === 'remove' && change.rung === 'delete') {
    await client.contacts.remove(change.contactId)
    return () => {
      mirror.remote.drop(change.contactId)
      contacts.dropLink(change.phone)
      contacts.pushed(change.phone, null)
      contacts.markRemoved(change.phone)
    }
  }
  if (change.fields.length === 0 && change.kind === 'remove') return () => contacts.markRemoved(change.phone)
  const update = change.fields.length === 0 ? () => {} : await sendUpdate(deps, change, optedOut)
  const others = optedOut ? await optOutOthers(deps, change) : () => {}
  return () => {
    update()
    others()
    // A removal that wrote something is over only when a read shows that it stuck.
    if (change.kind === 'remove') contacts.pushed(change.phone, removalKey(change.rung))
    else recordPushed(deps, change, optedOut)
  }
}

/** An opt-out counts for the number: other contacts that bear it are opted out with it (I3). */
async function optOutOthers(
  deps: PushDeps,
  change: Exclude<Change, { kind: 'create' }>,
): Promise<() => void> {
  const { mirror } = deps
  const others = mirror.remote
    .byPhone(change.phone)
    .filter(({ id, body }) => id !== change.contactId && parseRemote(body).isOptedOut !== true)
  for (const { id } of others) await deps.client.status.unsubscribe(id)
  return () => {
    for (const { body } of others) wroteOptOut(deps, parseRemote(body), 1)
  }
}

/** `writes`: by how many the revision has moved. */
function wroteOptOut({ mirror, clock }: PushDeps, remote: RemoteContact, writes: 0 | 1): void {
  const rev = remote.rev === null ? null : remote.rev + writes
  mirror.remote.wrote({ ...remote, isOptedOut: true, rev }, clock.now())
}

async function sendUpdate(
  deps: PushDeps,
  change: Exclude<Change, { kind: 'create' }>,
  optedOut: boolean,
): Promise<() => void> {
  const { mirror, client, clock, settings } = deps
  const row = mirror.remote.find(change.contactId)
  const remote = row ? parseRemote(row.body) : null
  if (remote !== null && change.fields.every(({ field }) => field === 'optedOut')) {
    // Where the account never shows opt-outs, it may have this one already.
    const already = !mirror.remote.showsOptOut() && (await client.status.isUnsubscribed(change.contactId))
    if (!already) await client.status.unsubscribe(change.contactId)
    return () => wroteOptOut(deps, remote, already ? 0 : 1)
  }
  // Where the account never shows opt-outs, a PUT without one might lift it: ask first (I3).
  const blocked =
    mirror.remote.showsOptOut() || optedOut ? false : await client.status.isUnsubscribed(change.contactId)
  // An opt-out goes with the contact to its new number: it is the same person, and consent only tightens (I3).
  const former = formerPhone(change)
  const carried = former !== null && (remote?.isOptedOut === true || mirror.consent.isOptedOut(former))
  const write = composeWrite(change, remote, optedOut || blocked || carried, settings.lookups)
  const answer = await client.contacts.update(change.contactId, write.body, write.overwrite)
  return () => {
    if (blocked || carried)
      mirror.consent.optOut(change.phone, 'heymarket', `Heymarket contact ${change.contactId}`, clock.now())
    mirror.remote.wrote(expectedRemote(write, change.contactId, answer.rev), clock.now())
  }
}

function recordPushed(deps: PushDeps, change: Change, optedOut: boolean): void {
  const wanted = deps.mirror.contacts.find(change.phone)
  const whole = change.partial !== true && wanted !== undefined
  deps.mirror.contacts.pushed(change.phone, whole ? pushKey(wanted.hash, optedOut, deps.settings) : null)
}

function ackWithoutRequest(deps: PushDeps, operation: Operation, planned: Change): boolean {
  deps.mirror.transaction(() => acked(deps, operation, planned))
  return true
}

function acked({ held, outbox, cycleId, clock }: PushDeps, operation: Operation, change: Change): void {
  // An opt-out that went ahead alone uses up no approval of the rest.
  if (change.partial !== true) held.dropApproval(operation.phone)
  outbox.ack(operation, cycleId, clock.now())
}

async function handleFailure(
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
    const now = await readBack(deps, change, 'found')
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
async function settle(deps: PushDeps, operation: Operation, cause?: HeysyncError): Promise<boolean> {
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
function resend(deps: PushDeps, operation: Operation, planned: Change, why: Failure): boolean {
  const { outbox, clock } = deps
  const change = recompute(deps, planned)
  if (change === null) return ackWithoutRequest(deps, operation, planned)
  if (outgrewItsPlan(planned, change)) return leaveToNextPlan(deps, operation)
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

function retryLater(
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
  const least = state === 'unsettled' ? SECOND_LOOK_MS : 0
  const wait = Math.max(backoff(deps, operation), least, error.retryAfterMs ?? 0)
  outbox.retry(operation, state, clock.now() + wait, failureOf(error), clock.now())
}

/** Milliseconds: half a second doubling to a minute, with jitter. */
function backoff(deps: PushDeps, operation: Operation): number {
  return Math.round(Math.min(60_000, 500 * 2 ** operation.attempts) * (0.5 + deps.random() / 2))
}

/** What an operation failed with last, as it is stored. */
function earlierFailure({ error_code, error, request_id }: Operation): Failure {
  return {
    code: error_code ?? 'ERR_HEYMARKET_NO_ANSWER',
    message: error ?? 'The outcome of an earlier request was not known.',
    requestId: request_id ?? undefined,
  }
}

function failureOf(error: HeysyncError): Failure {
  return { code: error.code, message: error.message, requestId: error.requestId }
}
