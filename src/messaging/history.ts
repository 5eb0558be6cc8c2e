// Owns recognising our own messages in Heymarket's history: by `local_id` where it is shown, else by whom, what and when.
import type { Message, SendMessage } from '../heymarket/messages.ts'
import { HeysyncError } from '../lib/errors.ts'
import { instantKey } from '../lib/instant.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, Step } from './intents.ts'
import { fillsPattern } from './merge.ts'

/** How far Heymarket's clock may be behind ours, in milliseconds. */
const CLOCK_MARGIN_MS = 5 * 60_000

/** People whose own histories are looked into where the common one cannot be read whole: one who has it is enough. */
const PEOPLE_ASKED = 20

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
  const people = peopleOf(step, recipients).slice(0, PEOPLE_ASKED)
  for await (const message of readHistory(deps, { since, people, inboxId: Number(step.request.inbox_id) })) {
    if (message.localId !== null && message.localId === step.localId) return found(message)
    if (likely === null && looksLike(step, recipients, message) && !isTaken(deps, step, message))
      likely = message
  }
  return likely === null ? null : found(likely)
}

/**
 * Messages since an instant (RFC 3339): first those that webhooks told of, then Heymarket's own. Some come twice. Where more of them share one time than a page shows, so that what
 * is common to all cannot be read whole, the history of each of these people is read instead.
 * Errors: those of the client's reads; ERR_HEYMARKET_ANSWER where nobody is named.
 */
export async function* readHistory(
  deps: MessagingDeps,
  { since, people, inboxId }: { since: string; people: readonly string[]; inboxId: number },
): AsyncGenerator<Message> {
  // A webhook may have told already what the history cannot show; who reads it twice tells them apart by id.
  yield* deps.seen.since(since)
  try {
    yield* deps.client.messages.all({ since })
  } catch (error) {
    const unproven = error instanceof HeysyncError && error.code === 'ERR_HEYMARKET_ANSWER'
    if (!unproven || people.length === 0) throw error
    if (people.length > PEOPLE_ASKED)
      deps.tell(`Many messages share one second here, so the history of each of ${people.length} is read …`)
    const from = instantKey(since) ?? ''
    for (const phoneNumber of people) {
      for await (const message of deps.client.messages.historyAll({ phoneNumber, inboxID: inboxId })) {
        if ((instantKey(message.date) ?? from) < from) break
        yield message
      }
    }
  }
}

/** Whom a step reaches, by number. */
function peopleOf({ request }: Step, recipients: ReadonlySet<string>): string[] {
  const { phone_number, targets } = request as unknown as SendMessage
  return [
    ...recipients,
    ...(targets?.slice(0, 1) ?? []),
    ...(phone_number === undefined ? [] : [phone_number]),
  ]
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
