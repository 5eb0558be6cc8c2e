// Owns carrying out an intent exactly once: one step after the other, each marked before its request goes out, and a step
// whose answer was lost settled by reading before anything is repeated (I2).
import { outcomeUnknown } from '../heymarket/transport.ts'
import { asHeysyncError, type HeysyncError } from '../lib/errors.ts'
import { bareE164 } from '../lib/phone.ts'
import { mustBeAllowed } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, Step } from './intents.ts'
import { checkList } from './list-check.ts'
import { request } from './request.ts'
import { settle } from './settle.ts'

/**
 * Runs the steps that are not done yet. Afterwards the intent is `done`, or `unknown` when Heymarket does not show what
 * became of a request. Run it again to go on; it never sends what may have been sent.
 * Errors: those of the client for a request that was certainly not applied, ERR_LIST_DIFFERS, ERR_ABORTED.
 */
export async function carryOut(deps: MessagingDeps, intent: Intent): Promise<Intent> {
  for (const step of deps.intents.steps(intent)) {
    const after = await carryOutStep(deps, intent, step)
    if (after.state !== 'done') break
  }
  return deps.intents.find(intent.key) ?? intent
}

async function carryOutStep(deps: MessagingDeps, intent: Intent, first: Step): Promise<Step> {
  let step = first
  if (step.state === 'done') return step
  if (step.state === 'in_flight' || step.state === 'unknown') {
    step = await settle(deps, intent, step)
    if (step.state !== 'waiting') return step
  }
  for (;;) {
    if (step.kind === 'send' && (await checkList(deps, intent, step)) === 'nobody')
      return deps.intents.done(step, { id: null, answer: null }, deps.clock.now())
    if (step.attempts > 0) await checkStillAllowed(deps, intent, step)
    step = deps.intents.inFlight(step, deps.clock.now())
    try {
      const result = await request(deps, intent, step)
      return deps.intents.done(step, result, deps.clock.now())
    } catch (thrown) {
      deps.signal.throwIfAborted()
      const error = asHeysyncError(thrown)
      if (!outcomeUnknown(error)) return refused(deps, intent, step, error)
      step = await settle(deps, intent, deps.intents.unknown(step, error))
      if (step.state !== 'waiting') return step
      if (step.attempts >= MAX_ATTEMPTS) throw error
    }
  }
}

/** Whoever opted out while a lost answer was looked for is not sent to again. Errors: ERR_OPTED_OUT. */
async function checkStillAllowed(deps: MessagingDeps, intent: Intent, step: Step): Promise<void> {
  if (step.kind !== 'send' || step.request.list_id !== undefined) return
  const phones = deps.intents.recipients(intent).flatMap(({ phone }) => bareE164(phone) ?? [])
  try {
    await mustBeAllowed(deps, phones)
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    if (error.code === 'ERR_OPTED_OUT') deps.intents.failed(step, error)
    throw error
  }
}

/** Requests of one step in one run; a rerun goes on. */
const MAX_ATTEMPTS = 5

/** Certainly not applied by this request, but a repeat may be refused because an earlier one was applied after all. */
async function refused(deps: MessagingDeps, intent: Intent, step: Step, error: HeysyncError): Promise<Step> {
  if (error.verdict === 'retry') {
    deps.intents.waiting(step)
    throw error
  }
  if (step.attempts > 1) {
    const settled = await settle(deps, intent, step)
    if (settled.state === 'done') return settled
  }
  deps.intents.failed(step, error)
  throw error
}
