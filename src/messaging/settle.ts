// Owns finding out what became of a request whose answer was lost: by reading Heymarket, never by repeating it.
import { HeysyncError } from '../lib/errors.ts'
import type { MessagingDeps } from './deps.ts'
import { findSent } from './history.ts'
import type { Intent, Step } from './intents.ts'

/**
 * Reads until the step is `done` or certainly is not there (`waiting`: it may be sent). Stays `unknown` where Heymarket
 * has no place to look. Errors: those of the client's reads; the step stays as it is then.
 */
export async function settle(deps: MessagingDeps, intent: Intent, step: Step): Promise<Step> {
  switch (step.kind) {
    case 'list':
      return settleList(deps, step)
    case 'members':
      // Adding whom it holds already changes nothing, so this is the one write that may be repeated as it is.
      return deps.intents.waiting(step)
    case 'send':
      return settleSend(deps, intent, step)
    case 'schedule':
      return deps.intents.unknown(
        step,
        unknown(step, 'Heymarket has no list of scheduled messages to look into'),
      )
    case 'email':
      return settleEmail(deps, intent, step)
  }
}

/** `local_id` is the documented key against a second list, so a list that is nowhere to be seen is asked for again. */
async function settleList(deps: MessagingDeps, step: Step): Promise<Step> {
  const { intents, client, clock } = deps
  try {
    for await (const list of client.lists.all()) {
      if (list.localId === step.localId) return intents.done(step, { id: list.id, answer: null }, clock.now())
    }
  } catch (error) {
    // Reading lists is deprecated and may be switched off.
    if (!(error instanceof HeysyncError) || (error.status !== 404 && error.status !== 400)) throw error
  }
  return intents.waiting(step)
}

/** Pauses between looks, in milliseconds; the last one repeats. */
const LOOKS_MS = [500, 1500, 3000, 5000] as const

async function settleSend(deps: MessagingDeps, intent: Intent, step: Step): Promise<Step> {
  const { intents, clock, signal } = deps
  const until = (step.attemptedAt ?? 0) + deps.settleMs
  for (let look = 0; ; look += 1) {
    const lastLook = clock.now() >= until
    const found = await findSent(deps, intent, step)
    if (found !== null) return intents.done(step, { id: found.id, answer: found.answer }, clock.now())
    if (lastLook) return intents.waiting(step)
    if (look === 0) deps.tell('No answer came. Looking in Heymarket whether the message went out …')
    const pause = LOOKS_MS[Math.min(look, LOOKS_MS.length - 1)] ?? 0
    await clock.sleep(Math.min(pause, Math.max(1, until - clock.now())), signal)
  }
}

/** Whether the history shows e-mails is not documented, so not finding one proves nothing. */
async function settleEmail(deps: MessagingDeps, intent: Intent, step: Step): Promise<Step> {
  const found = await findSent(deps, intent, step)
  if (found !== null) return deps.intents.done(step, { id: found.id, answer: found.answer }, deps.clock.now())
  return deps.intents.unknown(step, unknown(step, 'the history does not show the e-mail'))
}

function unknown(step: Step, why: string): HeysyncError {
  return new HeysyncError('ERR_OUTCOME_UNKNOWN', {
    message: `No answer came to the request, and ${why}. It was not repeated, so that nothing goes out twice.`,
    ...(step.requestId === null ? {} : { requestId: step.requestId }),
  })
}
