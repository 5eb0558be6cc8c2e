// Owns single messages: to a person, a conversation or a group, also as a private comment; sent exactly once.
import type { SendMessage } from '../heymarket/messages.ts'
import type { BareE164 } from '../lib/phone.ts'
import { begin, findAgain } from './begin.ts'
import { carryOut } from './carry-out.ts'
import { mustBeAllowed } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, NewStep } from './intents.ts'

export interface SendWish {
  /** Heymarket: messages/send, without local_id. Names are resolved already. */
  readonly message: Omit<SendMessage, 'local_id' | 'list_id'>
  /** Whom it reaches, as far as that is known: they must not have opted out. */
  readonly phones: readonly BareE164[]
}

export interface Delivery {
  readonly intent: Intent
  /** True when an earlier call asked for the same, and this one went on with it or found it done. */
  readonly again: boolean
}

/**
 * Sends a message once. The intent is `done` afterwards, or `unknown`.
 * Errors: ERR_OPTED_OUT, ERR_KEY_REUSED, ERR_REQUEST, and those of the client when it certainly was not sent.
 */
export async function send(
  deps: MessagingDeps,
  wish: SendWish,
  key: { readonly given: string | undefined; readonly made: string },
): Promise<Delivery> {
  const asked = { message: wish.message }
  const known = findAgain(deps, 'send', asked, key.given)
  if (known?.state === 'done') return { intent: known, again: true }
  // A private comment stays inside the team.
  if (wish.message.private !== true) await mustBeAllowed(deps, wish.phones)
  const name = key.given ?? key.made
  const steps: NewStep[] = [
    { kind: 'send', part: 1, localId: name, request: { ...wish.message, local_id: name } },
  ]
  const intent = known ?? begin(deps, { key: name, kind: 'send', wish: asked, steps })
  return { intent: await carryOut(deps, intent), again: known !== null }
}
