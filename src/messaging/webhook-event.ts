// Owns reading what a webhook brings, in both generations of the documentation: `type` or `event`. Pure.
import { z } from 'zod'
import { type Message, message } from '../heymarket/message.ts'
import { type BareE164, bareE164 } from '../lib/phone.ts'

export type WebhookEvent =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'opt-out'; readonly phone: BareE164; readonly type: string }
  /** Nothing that heysync acts on; an opt-in among them, because consent only tightens. */
  | { readonly kind: 'other'; readonly type: string }

const envelope = z
  .looseObject({
    type: z.string().optional(),
    event: z.string().optional(),
    token: z.string().optional(),
    event_data: z.unknown().optional(),
    data: z.unknown().optional(),
  })
  .refine((one) => one.type !== undefined || one.event !== undefined)

/** The fields of `UnSubscribed` are not documented: any of these names the person. */
const unsubscribed = z.looseObject({
  target: z.string().nullish(),
  phone: z.string().nullish(),
  phone_number: z.string().nullish(),
})

export interface Webhook {
  /** The configured token, for the receiver to compare; null where there is none. */
  readonly token: string | null
  readonly event: WebhookEvent
}

/** Null for a body that is no webhook of Heymarket. */
export function readWebhook(body: unknown): Webhook | null {
  const parsed = envelope.safeParse(body)
  if (!parsed.success) return null
  const { type, event, token = null, event_data, data } = parsed.data
  const name = type ?? event ?? ''
  return { token, event: eventOf(name, event_data ?? data) }
}

function eventOf(type: string, data: unknown): WebhookEvent {
  // `message_recieved` is how the newer documentation spells it, `message_received` the older one.
  if (/^message_(sent|recieved|received)$/.test(type)) {
    const read = message.safeParse(data)
    if (read.success) return { kind: 'message', message: asTold(type, read.data) }
  }
  if (type === 'target_opt_out') {
    const { target, phone, phone_number } = unsubscribed.safeParse(data).data ?? {}
    const read = bareE164((target ?? phone ?? phone_number ?? '').replace(/^\+/, ''))
    if (read !== null) return { kind: 'opt-out', phone: read, type }
  }
  return { kind: 'other', type }
}

/** The event says which way it went; the message itself may not. */
function asTold(type: string, read: Message): Message {
  return { ...read, direction: type === 'message_sent' ? 'out' : 'in' }
}
