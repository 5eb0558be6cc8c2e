// Owns a message as Heymarket shows it, what it answers to one that was sent (the tolerant readers), and how a page of them is asked for.
import { z } from 'zod'
import { id, listOf, optionalId, text } from './wire.ts'

export interface Message {
  readonly id: number
  readonly localId: string | null
  readonly conversationId: number | null
  readonly broadcastId: number | null
  readonly inboxId: number | null
  /** The person's number in digits; blank where the account shows none. */
  readonly phone: string
  /** Everybody whom a group message reaches. */
  readonly targets: readonly string[]
  readonly text: string
  readonly media: readonly string[]
  /** `in`: from the person. Null where the answer does not tell. */
  readonly direction: 'in' | 'out' | null
  readonly private: boolean | null
  readonly status: string
  /** Why it failed; blank where it did not. */
  readonly error: string
  /** Why it failed, by number, in a message to several. */
  readonly targetErrors: Readonly<Record<string, string>>
  /** RFC 3339, as shown. */
  readonly date: string | null
  readonly updated: string | null
  /** The member who sent it; null for a message from the person. */
  readonly userId: number | null
  readonly author: string
  readonly channel: string
}

export interface Sent {
  readonly id: number | null
  readonly conversationId: number | null
  readonly date: string | null
  readonly queued: boolean | null
  /** What the account's compliance checks said, as it came. */
  readonly compliance: unknown
  readonly galleryUrl: string | null
}

export interface MessagesRequest {
  /** RFC 3339. Which side of it is shown is not documented. */
  readonly created_at?: string
  readonly order?: 'created_at' | 'updated_at'
  readonly ascending?: boolean
  readonly limit?: number
}

const digits = (value: string) => value.replace(/^[a-z]+:/i, '').replace(/\D/g, '')

const mediaItem = z.union([
  z.string(),
  z.looseObject({ url: text, media_url: text }).transform((item) => item.url || item.media_url),
])

const media = z
  .union([z.array(mediaItem), mediaItem, z.null()])
  .optional()
  .transform((value) => (Array.isArray(value) ? value : [value ?? '']).filter((url) => url !== ''))

const conversation = z.looseObject({ id: optionalId, inbox: optionalId, target: text }).nullish()

export const message = z
  .looseObject({
    id,
    local_id: z.string().nullish(),
    broadcast_id: optionalId,
    conversation,
    convo_id: optionalId,
    inbox_id: optionalId,
    phone: text,
    target: text,
    targets: z.union([z.array(z.string()), z.null()]).optional(),
    text,
    media,
    link_url: text,
    private: z.boolean().nullish(),
    type: text,
    status: text,
    raw_error: text,
    target_errors: z.record(z.string(), text).nullish(),
    date: z.string().nullish(),
    created_at: z.string().nullish(),
    updated: z.string().nullish(),
    user: z.union([optionalId, z.looseObject({ id: optionalId }).transform((user) => user.id)]),
    author: text,
    channel: text,
  })
  .transform((raw): Message => {
    const shown = raw.targets ?? (raw.target === '' ? [] : raw.target.split(','))
    const targets = shown.map(digits).filter((one) => one !== '')
    return {
      id: raw.id,
      localId: raw.local_id || null,
      conversationId: raw.conversation?.id ?? raw.convo_id,
      broadcastId: raw.broadcast_id,
      inboxId: raw.conversation?.inbox ?? raw.inbox_id,
      // `target` is whom it is about in both directions; whose number `phone` is, is not documented.
      phone: targets[0] || digits(raw.conversation?.target ?? '') || digits(raw.phone),
      targets,
      text: raw.text,
      media: raw.media,
      direction: directionOf(raw),
      private: raw.private ?? (raw.type === '' ? null : raw.type === 'private'),
      status: raw.status,
      error: raw.raw_error,
      targetErrors: Object.fromEntries(
        Object.entries(raw.target_errors ?? {}).map(([phone, why]) => [digits(phone), why]),
      ),
      date: raw.date ?? raw.created_at ?? null,
      updated: raw.updated ?? null,
      userId: raw.user,
      author: raw.author,
      channel: raw.channel,
    }
  })

/** Nothing says so outright: a status or type in plain words counts first, then whether a member sent it. */
function directionOf(raw: {
  status: string
  type: string
  user: number | null
  local_id?: string | null | undefined
  broadcast_id: number | null
  author: string
}): 'in' | 'out' | null {
  const words = `${raw.status} ${raw.type}`.toLowerCase()
  if (/\b(received|recieved|inbound|incoming)\b/.test(words)) return 'in'
  if (/\b(sent|delivered|queued|failed|undelivered|outbound|outgoing|private|scheduled)\b/.test(words))
    return 'out'
  if (raw.user !== null || raw.broadcast_id !== null || raw.local_id) return 'out'
  return raw.author === '' ? 'in' : null
}

export const messageList = listOf(message, 'messages', 'data')

export const sent = z
  .looseObject({
    id: optionalId,
    convo_id: optionalId,
    date: z.string().nullish(),
    queued: z.boolean().nullish(),
    compliance_results: z.unknown().optional(),
    gallery_url: z.string().nullish(),
  })
  .transform(
    (raw): Sent => ({
      id: raw.id,
      conversationId: raw.convo_id,
      date: raw.date ?? null,
      queued: raw.queued ?? null,
      compliance: raw.compliance_results ?? null,
      galleryUrl: raw.gallery_url || null,
    }),
  )
