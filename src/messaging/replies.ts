// Owns replies: what people texted in, read from Heymarket's history, and the opt-outs among them.
import type { Message } from '../heymarket/messages.ts'
import { bareE164 } from '../lib/phone.ts'
import type { MessagingDeps } from './deps.ts'

/** Words that carriers take for an opt-out (Heymarket help: opt-out keywords). */
const STOP_WORDS = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit'])

export interface Reply {
  readonly id: number
  readonly phone: string
  readonly text: string
  readonly media: readonly string[]
  /** RFC 3339, as Heymarket shows it. */
  readonly at: string | null
  readonly inboxId: number | null
  readonly conversationId: number | null
  /** True when the person asked not to be texted. */
  readonly optOut: boolean
}

export function asksToStop(text: string): boolean {
  return STOP_WORDS.has(
    text
      .trim()
      .replace(/[.!]+$/, '')
      .toLowerCase(),
  )
}

/**
 * What came in since an instant (RFC 3339), newest first. An opt-out among it is kept in the consent ledger at once.
 * Errors: those of the client's reads.
 */
export async function* repliesSince(deps: MessagingDeps, since: string): AsyncGenerator<Reply> {
  for await (const message of deps.client.messages.all({ since })) {
    if (message.direction !== 'in') continue
    const reply = replyOf(message)
    if (reply.optOut) keepOptOut(deps, reply)
    yield reply
  }
}

function replyOf(message: Message): Reply {
  return {
    id: message.id,
    phone: message.phone,
    text: message.text,
    media: message.media,
    at: message.date,
    inboxId: message.inboxId,
    conversationId: message.conversationId,
    optOut: asksToStop(message.text),
  }
}

function keepOptOut({ mirror, clock }: MessagingDeps, reply: Reply): void {
  const phone = bareE164(reply.phone)
  if (phone !== null) mirror.consent.optOut(phone, 'heymarket', `message ${reply.id}`, clock.now())
}
