// Owns recognising our own messages in Heymarket's history: by `local_id` where it is shown, else by whom, what and when.
import type { Message, SendMessage } from '../heymarket/messages.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, Step } from './intents.ts'
import { fillsPattern } from './merge.ts'

/** How far Heymarket's clock may be behind ours, in milliseconds. */
const CLOCK_MARGIN_MS = 5 * 60_000

export interface Found {
  /** Of the broadcast where the message belongs to one, else of the message. */
  readonly id: number
  readonly answer: {
    readonly message: number
    readonly broadcast: number | null
    readonly date: string | null
  }
}

/** The message that a step sent, or null when the history since its first attempt does not hold it. */
export async function findSent(deps: MessagingDeps, intent: Intent, step: Step): Promise<Found | null> {
  const since = new Date(intent.createdAt - CLOCK_MARGIN_MS).toISOString()
  const recipients = new Set(
    deps.intents
      .recipients(intent)
      .filter((one) => one.part === step.part && one.refused === null)
      .map((one) => one.phone),
  )
  let likely: Message | null = null
  for await (const message of deps.client.messages.all({ since })) {
    if (message.localId !== null && message.localId === step.localId) return found(message)
    if (likely === null && looksLike(step, recipients, message) && !isTaken(deps, step, message))
      likely = message
  }
  return likely === null ? null : found(likely)
}

function found(message: Message): Found {
  return {
    id: message.broadcastId ?? message.id,
    answer: { message: message.id, broadcast: message.broadcastId, date: message.date },
  }
}

function isTaken(deps: MessagingDeps, step: Step, message: Message): boolean {
  return deps.intents.isTaken(step.kind, message.broadcastId ?? message.id, step)
}

/** Where an account does not show `local_id`, the same words to the same person count as the message. */
function looksLike(step: Step, recipients: ReadonlySet<string>, message: Message): boolean {
  if (message.localId !== null || message.direction === 'in') return false
  const body = step.request as unknown as SendMessage
  return saysTheSame(body, message) && goesTheSameWay(body, recipients, message)
}

function saysTheSame(body: SendMessage, message: Message): boolean {
  if (body.text !== undefined && body.text !== '') return fillsPattern(body.text, message.text)
  // A template's or a survey's words are Heymarket's: a message to this target at this time is taken for it.
  if (body.template_id !== undefined || body.survey_id !== undefined) return true
  return message.media.length > 0
}

function goesTheSameWay(body: SendMessage, recipients: ReadonlySet<string>, message: Message): boolean {
  if (body.list_id !== undefined) return recipients.has(message.phone)
  if (body.chat_id !== undefined) return message.conversationId === body.chat_id
  if (body.targets !== undefined) {
    const shown = new Set(message.targets)
    return body.targets.every((target) => shown.has(target))
  }
  return message.phone === body.phone_number || message.targets.includes(body.phone_number ?? '')
}
