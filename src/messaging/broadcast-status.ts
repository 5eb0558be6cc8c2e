// Owns what became of a broadcast: who got it, who did not and why, who answered, who opted out.
import type { Message } from '../heymarket/messages.ts'
import { bareE164 } from '../lib/phone.ts'
import type { MessagingDeps } from './deps.ts'
import { CLOCK_MARGIN_MS, readHistory } from './history.ts'
import type { Intent, Step } from './intents.ts'
import { fillsPattern } from './merge.ts'
import { asksToStop } from './stop-words.ts'

export interface BroadcastStatus {
  readonly key: string
  readonly state: Intent['state']
  /** RFC 3339. */
  readonly createdAt: string
  /** Whom it is for, without those who were left out. */
  readonly recipients: number
  /** Seen in Heymarket's history, and not failed. */
  readonly sent: number
  readonly failed: readonly { readonly phone: string; readonly error: string }[]
  /** Not to be seen in Heymarket's history, or not yet. */
  readonly unseen: readonly string[]
  /** Left out before it was sent, and why. */
  readonly refused: readonly { readonly phone: string; readonly reason: string }[]
  readonly replies: readonly { readonly phone: string; readonly text: string; readonly at: string | null }[]
  /** Recipients who asked not to be texted after it. */
  readonly optOuts: readonly string[]
  readonly error: string | null
}

/** Reads Heymarket's history back to the broadcast. Errors: those of the client's reads. */
export async function broadcastStatus(deps: MessagingDeps, intent: Intent): Promise<BroadcastStatus> {
  const steps = deps.intents.steps(intent)
  const recipients = deps.intents.recipients(intent)
  const wanted = new Set(recipients.filter((one) => one.refused === null).map((one) => one.phone))
  const sends = steps.filter((step) => step.kind === 'send')
  const seen = new Map<string, string | null>()
  const sentAt = Math.min(...sends.map((step) => step.attemptedAt ?? intent.createdAt))
  const since = new Date(sentAt - CLOCK_MARGIN_MS).toISOString()
  const inboxId = Number(sends[0]?.request.inbox_id)
  const messages = new Map<number, Message>()
  // What Heymarket itself shows comes last and counts: a message may have failed since a webhook told of it.
  for await (const message of readHistory(deps, { since, people: [...wanted], inboxId })) {
    if (wanted.has(message.phone)) messages.set(message.id, message)
  }
  const replies = [...messages.values()]
    .filter((message) => message.direction === 'in')
    .map(({ phone, text, date }) => ({ phone, text, at: date }))
  const outgoing = [...messages.values()].filter((message) => message.direction !== 'in')
  const isOurs = recogniser(sends, outgoing)
  for (const message of outgoing) if (isOurs(message)) seen.set(message.phone, failureOf(message))
  const answered = replies.filter((reply) => seen.has(reply.phone))
  return {
    key: intent.key,
    state: intent.state,
    createdAt: new Date(intent.createdAt).toISOString(),
    recipients: wanted.size,
    sent: [...seen.values()].filter((error) => error === null).length,
    failed: [...seen].flatMap(([phone, error]) => (error === null ? [] : [{ phone, error }])),
    unseen: [...wanted].filter((phone) => !seen.has(phone)),
    refused: recipients.flatMap(({ phone, refused }) =>
      refused === null ? [] : [{ phone, reason: refused }],
    ),
    replies: answered,
    optOuts: optOutsAmong(deps, answered),
    error: steps.find((step) => step.error !== null)?.error ?? null,
  }
}

/**
 * Ours by `local_id`, by the id that the answer gave (of the message or of the broadcast: not documented), or by the
 * broadcast of a message that is ours in one of these ways. Where an account shows none of them, by its words.
 */
function recogniser(sends: readonly Step[], outgoing: readonly Message[]): (message: Message) => boolean {
  const localIds = new Set(sends.map((step) => step.localId))
  const ids = new Set(sends.flatMap((step) => [step.resultId, ...answerIds(step)]))
  const surely = (message: Message) =>
    (message.localId !== null && localIds.has(message.localId)) ||
    ids.has(message.id) ||
    (message.broadcastId !== null && ids.has(message.broadcastId))
  const broadcasts = new Set(outgoing.filter(surely).map((message) => message.broadcastId))
  broadcasts.delete(null)
  if (outgoing.some((message) => message.localId !== null || message.broadcastId !== null)) {
    return (message) =>
      surely(message) || (message.broadcastId !== null && broadcasts.has(message.broadcastId))
  }
  return (message) =>
    surely(message) || sends.some((step) => fillsPattern(String(step.request.text ?? ''), message.text))
}

function answerIds(step: Step): number[] {
  const answer = step.answer as { message?: unknown; broadcast?: unknown } | null
  return [answer?.message, answer?.broadcast].filter((id) => typeof id === 'number')
}

function failureOf(message: Message): string | null {
  const error = message.targetErrors[message.phone] ?? message.error
  if (error !== '') return error
  return /fail|error|undeliver|reject/i.test(message.status) ? message.status : null
}

/** STOP among the replies counts at once, also where Heymarket has not caught up. */
function optOutsAmong(
  { mirror, clock }: MessagingDeps,
  replies: readonly { phone: string; text: string; at: string | null }[],
): string[] {
  const phones = new Set(replies.filter((reply) => asksToStop(reply.text)).map((reply) => reply.phone))
  for (const text of phones) {
    const phone = bareE164(text)
    if (phone !== null) mirror.consent.optOut(phone, 'heymarket', 'a reply to a broadcast', clock.now())
  }
  return [...phones]
}
