// Owns single messages: to a person, a conversation or a group, also as a private comment; sent exactly once.
import type { SendMessage } from '../heymarket/messages.ts'
import type { BareE164 } from '../lib/phone.ts'
import { begin, findAgain } from './begin.ts'
import { carryOut } from './carry-out.ts'
import { mustBeAllowed } from './consent.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, NewStep } from './intents.ts'
import { requestsOf } from './request.ts'

export interface SendWish {
  /** Heymarket: messages/send, without local_id. Names are resolved already. */
  readonly message: Omit<SendMessage, 'local_id' | 'list_id'>
  /** The words that go out, also those of a template; null where only Heymarket knows them. */
  readonly words: string | null
  /** Whom it reaches, as far as that is known: they must not have opted out. */
  readonly phones: readonly BareE164[]
}

export interface Delivery {
  readonly intent: Intent
  /** The earlier call that asked for the same: there was none, it was done, or this one went on with it. */
  readonly earlier: 'none' | 'done' | 'unfinished'
}

/**
 * The one step of a message, checked: who must not be texted is refused here.
 * Errors: ERR_OPTED_OUT, ERR_REQUEST, and those of the client's reads.
 */
export async function planSend(deps: MessagingDeps, wish: SendWish, key: string): Promise<NewStep[]> {
  const steps: NewStep[] = [
    { kind: 'send', part: 1, localId: key, request: { ...wish.message, local_id: key }, words: wish.words },
  ]
  // A rule that the request breaks is said before anything is remembered.
  requestsOf(steps)
  // A private comment stays inside the team.
  if (wish.message.private !== true) await mustBeAllowed(deps, wish.phones)
  return steps
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
  if (known?.state === 'done') return { intent: known, earlier: 'done' }
  const name = known?.key ?? key.given ?? key.made
  const steps = await planSend(deps, wish, name)
  // A private comment reaches nobody outside.
  const phones = wish.message.private === true ? [] : wish.phones
  const recipients = phones.map((phone) => ({ phone, part: 1, refused: null }))
  const intent = known ?? begin(deps, { key: name, kind: 'send', wish: asked, steps, recipients })
  return { intent: await carryOut(deps, intent), earlier: known === null ? 'none' : 'unfinished' }
}
