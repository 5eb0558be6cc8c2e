// Owns recognising our own messages in Heymarket's history: by `local_id` where it is shown, else by whom, what and when.
import type { Message, SendMessage } from '../heymarket/messages.ts'
import { HeysyncError } from '../lib/errors.ts'
import { instantKey } from '../lib/instant.ts'
import type { MessagingDeps } from './deps.ts'
import type { Intent, Step } from './intents.ts'
import { fillsPattern } from './merge.ts'

/** How far Heymarket's clock may be behind ours, in milliseconds. */
export const CLOCK_MARGIN_MS = 5 * 60_000

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
  const sinceMs = (step.firstAttemptedAt ?? intent.createdAt) - CLOCK_MARGIN_MS
  const since = new Date(sinceMs).toISOString()
  const recipients = new Set(
    deps.intents
      .recipients(intent)
      .filter((one) => one.part === step.part && one.refused === null)
      .map((one) => one.phone),
  )
  const likely = new Map<number, Message>()
  let showsLocalIds = false
  const people = peopleOf(step, recipients).slice(0, PEOPLE_ASKED)
  for await (const message of readHistory(deps, { since, people, inboxId: Number(step.request.inbox_id) })) {
    if (message.localId !== null && message.localId === step.localId) return found(message)
    if (message.localId !== null) showsLocalIds = true
    else if (looksLike(step, recipients, message)) likely.set(message.id, message)
  }
  // An account that shows the local_id of others would show ours too.
  if (showsLocalIds) return null
  const ours = unclaimed(deps, step, [...likely.values()], sinceMs)
  // One person may have been sent the same words by somebody else; several at once were sent to by us.
  const enough = step.request.list_id === undefined ? 1 : Math.min(ENOUGH_PEOPLE, recipients.size)
  const [first] = ours
  return first !== undefined && ours.length >= enough ? found(first) : null
}

/** People of a broadcast who must have it before it counts as sent, where nothing but the words tells. */
const ENOUGH_PEOPLE = 3

/** One message for each person who has more of them than other sends of ours account for. */
function unclaimed(deps: MessagingDeps, step: Step, likely: readonly Message[], sinceMs: number): Message[] {
  const claims = new Map<string, number>()
  for (const other of deps.intents.sentSince(sinceMs, step)) {
    if (!sameContent(other.step, step)) continue
    const names = other.phones.length > 0 && isToList(other.step) ? other.phones : [targetOf(other.step)]
    for (const name of names) claims.set(name, (claims.get(name) ?? 0) + 1)
  }
  const byPerson = new Map<string, Message[]>()
  for (const message of likely) {
    const name = isToList(step) ? message.phone : targetOf(step)
    byPerson.set(name, [...(byPerson.get(name) ?? []), message])
  }
  return [...byPerson].flatMap(([name, messages]) =>
    messages.length > (claims.get(name) ?? 0) ? messages.slice(0, 1) : [],
  )
}

function isToList({ request }: Step): boolean {
  return request.list_id !== undefined
}

/** Whom a message to one person, conversation or group is for, as one word. */
function targetOf({ request }: Step): string {
  const { phone_number, chat_id, targets } = request as unknown as SendMessage
  return phone_number ?? (chat_id === undefined ? [...(targets ?? [])].sort().join('+') : `chat ${chat_id}`)
}

function sameContent(a: Step, b: Step): boolean {
  const content = ({ request: { text, template_id, media_url, survey_id } }: Step) =>
    JSON.stringify([text, template_id, media_url, survey_id])
  return content(a) === content(b)
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

/** Where an account does not show `local_id`, the same words to the same person count as the message. */
function looksLike(step: Step, recipients: ReadonlySet<string>, message: Message): boolean {
  if (message.localId !== null || message.direction === 'in') return false
  const body = step.request as unknown as SendMessage
  return saysTheSame(step.words, body, message) && goesTheSameWay(body, recipients, message)
}

function saysTheSame(words: string | null, body: SendMessage, message: Message): boolean {
  const text = words ?? body.text ?? ''
  if (text !== '') return fillsPattern(text, message.text)
  // A survey's words are Heymarket's: a message to this target at this time is taken for it.
  return body.survey_id !== undefined || body.template_id !== undefined || message.media.length > 0
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
