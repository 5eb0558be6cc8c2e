// Owns replies: what people texted in, read from Heymarket's history, and the opt-outs among them.
import type { Message } from '../heymarket/messages.ts'
import { bareE164 } from '../lib/phone.ts'
import type { MessagingDeps } from './deps.ts'
import { readHistory } from './history.ts'
import { asksToStop } from './stop-words.ts'

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

/**
 * What came in since an instant (RFC 3339), each once, newest first but for what only webhooks told of, which comes first.
 * An opt-out among it is kept in the consent ledger at once. Errors: those of the client's reads.
 */
export async function* repliesSince(deps: MessagingDeps, since: string): AsyncGenerator<Reply> {
  const known = new Set<number>()
  for await (const message of readHistory(deps, { since, people: [], inboxId: 0 })) {
    if (message.direction !== 'in' || known.has(message.id)) continue
    known.add(message.id)
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
