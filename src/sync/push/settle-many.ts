// Owns finding out together what became of operations that were sent and do not show: acked, looked for again, or sent
// once more. What one request began may still be going on in Heymarket when its answer is lost.
import { asHeysyncError } from '../../lib/errors.ts'
import { othersTurn } from '../../lib/turns.ts'
import type { Change } from '../diff/change.ts'
import { inPieces, PIECE } from '../mirror/pieces.ts'
import type { Operation } from '../outbox/outbox.ts'
import type { PushDeps } from './deps.ts'
import { showsNow } from './learning.ts'
import { contactOf, lookUpMany, type Shown } from './look-up-many.ts'
import {
  ackWithoutRequest,
  backoff,
  earlierFailure,
  leaveToNextPlan,
  outgrewItsPlan,
  resend,
  retryLater,
} from './outcome.ts'
import { readBack, recompute, takeIn } from './read-back.ts'

/** How long contacts are looked for after an answer that did not come, before they are sent again; in milliseconds. */
export const LOST_MS = 60_000
/** The same for contacts that Heymarket accepted: an account may show what it took much later. */
export const ACCEPTED_MS = 15 * 60_000
/** Between two looks after the first, within the first two minutes and after them; in milliseconds. */
const NEXT_LOOK_MS = 12_000
const LATER_LOOK_MS = 60_000

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
  const seen: { operation: Operation; change: Change }[] = []
  const unseen: typeof seen = []
  for (const [at, operation] of operations.entries()) {
    if (at % PIECE === PIECE - 1) await othersTurn()
    const one = { operation, change: JSON.parse(operation.change) as Change }
    const contact = contactOf(one.change, shown)
    if (contact !== null) deps.mirror.transaction(() => takeIn(deps, one.change, contact, 'settled'))
    // A search may leave out what is there: only a look at the contact itself says that an update has lost it.
    else if (one.change.kind !== 'create') {
      // A batch finds its contacts by number: where the one that was meant is gone, it made another.
      for (const other of shown.get(one.change.phone) ?? [])
        deps.mirror.remote.read(other, 0, deps.clock.now())
      if (!(await shownByItself(deps, one.operation, one.change))) continue
    }
    const found = contact !== null || one.change.kind !== 'create'
    ;(found ? seen : unseen).push(one)
  }
  let acks = 0
  if (seen.some(({ operation }) => operation.error_code === UNSEEN.code)) resume(deps)
  // One time for all, so that they come due together and need no requests of their own.
  const times = { now: deps.clock.now(), others: seen.length > 0, jitter: deps.random() }
  await inPieces(deps.mirror, seen, ({ operation, change }) => {
    if (finish(deps, operation, change, times)) acks += 1
  })
  await inPieces(deps.mirror, unseen, ({ operation, change }) => lookOrSend(deps, operation, change, times))
  return acks
}

/** False when it cannot be read now: then it is looked for later. Errors: only those that stop the whole push. */
async function shownByItself(deps: PushDeps, operation: Operation, change: Change): Promise<boolean> {
  try {
    await readBack(deps, change, 'settled')
    return true
  } catch (thrown) {
    deps.signal.throwIfAborted()
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_HEYMARKET_UNREACHABLE' || error.verdict === 'stop') throw error
    retryLater(deps, operation, 'unsettled', error)
    return false
  }
}

/** True when it is done. What a request for many did not do is not left to one like it again and again. */
function finish(deps: PushDeps, operation: Operation, planned: Change, times: Times): boolean {
  if (operation.look_until === 0) return resend(deps, operation, planned, earlierFailure(operation))
  const change = recompute(deps, planned)
  if (change === null) return ackWithoutRequest(deps, operation, planned)
  if (outgrewItsPlan(deps, planned, change)) return leaveToNextPlan(deps, operation)
  deps.outbox.replaceChange(operation, change)
  if (operation.error_code === UNSEEN.code || change.kind !== planned.kind)
    deps.outbox.sendAlone(operation.id, change)
  else sendAgain(deps, operation, change, times)
  return false
}

/** Requests for many that paused because nothing showed go on. */
function resume({ mirror, clock }: PushDeps): void {
  for (const way of mirror.ways.learnt()) mirror.ways.put(showsNow(way, clock.now()))
}

interface Times {
  readonly now: number
  /** Some of those that were sent with it turned up just now, so that this one may as well. */
  readonly others: boolean
  /** From 0 up to 1. */
  readonly jitter: number
}

function lookOrSend(deps: PushDeps, operation: Operation, change: Change, times: Times): void {
  const { outbox } = deps
  const { now, others } = times
  const failure = earlierFailure(operation)
  const wait = nextLook(operation, now) ?? (others && operation.look_until > 0 ? NEXT_LOOK_MS : null)
  if (wait !== null) outbox.lookAgain(operation, operation.look_until, now + wait, failure)
  else if (failure.code === UNSEEN.code) outbox.sendAlone(operation.id, change)
  else sendAgain(deps, operation, change, times)
}

/** With others once more; what was in vain twice goes by itself. The request that was lost counts as an attempt. */
function sendAgain({ outbox }: PushDeps, operation: Operation, change: Change, { now, jitter }: Times): void {
  if (operation.attempts > 0) outbox.sendAlone(operation.id, change)
  const at = now + backoff({ random: () => jitter }, operation)
  outbox.retry({ ...operation, state: 'in_flight' }, 'pending', at, earlierFailure(operation), now)
}

/** Milliseconds until it is looked for again; null when it has been looked for long enough. */
export function nextLook({ look_until }: Operation, now: number): number | null {
  const left = look_until - now
  // More than it can be: the clock went back.
  if (left <= 0 || left > ACCEPTED_MS) return null
  return left > ACCEPTED_MS - 2 * LOST_MS || left <= LOST_MS ? NEXT_LOOK_MS : LATER_LOOK_MS
}
