// Owns e-mail: sent once, and never again where it is not known whether it went out.
import type { SendEmail } from '../heymarket/email.ts'
import { begin, findAgain } from './begin.ts'
import { carryOut } from './carry-out.ts'
import type { MessagingDeps } from './deps.ts'
import type { NewStep } from './intents.ts'
import { requestsOf } from './request.ts'
import type { Delivery } from './send.ts'

export type EmailWish = Omit<SendEmail, 'local_id'>

/** Errors: ERR_REQUEST. */
export function planEmail(wish: EmailWish, key: string): NewStep[] {
  const steps: NewStep[] = [{ kind: 'email', part: 1, localId: key, request: { ...wish, local_id: key } }]
  requestsOf(steps)
  return steps
}

/** The intent is `done` afterwards, or `unknown`. Errors: ERR_REQUEST, ERR_KEY_REUSED, and those of the client. */
export async function sendEmail(
  deps: MessagingDeps,
  wish: EmailWish,
  key: { readonly given: string | undefined; readonly made: string },
): Promise<Delivery> {
  const asked = { email: wish }
  const known = findAgain(deps, 'email', asked, key.given)
  if (known?.state === 'done') return { intent: known, earlier: 'done' }
  const name = known?.key ?? key.given ?? key.made
  const steps = planEmail(wish, name)
  const intent = known ?? begin(deps, { key: name, kind: 'email', wish: asked, steps })
  return { intent: await carryOut(deps, intent), earlier: known === null ? 'none' : 'unfinished' }
}

/** Plain words as the HTML that an e-mail wants; lines stay lines. */
export function htmlOf(words: string): string {
  const escaped = words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped.replace(/\r?\n/g, '<br>\n')
}
