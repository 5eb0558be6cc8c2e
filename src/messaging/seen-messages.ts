// Owns what webhooks told: messages, each once, and the opt-outs among them.
import type { Db } from '../db/open.ts'
import type { Message } from '../heymarket/message.ts'
import { instantKey } from '../lib/instant.ts'
import { bareE164 } from '../lib/phone.ts'
import type { ConsentStore } from '../sync/mirror/consent.ts'
import { erasedStore } from '../sync/mirror/erased.ts'
import { asksToStop } from './stop-words.ts'
import type { WebhookEvent } from './webhook-event.ts'

export interface SeenMessages {
  /** Takes an event in; true when it was news. The same again changes nothing. */
  take(event: WebhookEvent, now: number): boolean
  /** Messages at or after an instant (RFC 3339), newest first. */
  since(instant: string): Message[]
}

export function openSeenMessages(db: Db, consent: Pick<ConsentStore, 'optOut'>): SeenMessages {
  const erased = erasedStore(db)
  const insert = db.prepare<[number, string, string, number]>(
    'INSERT INTO seen_message (id, sent_at, body, received_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING',
  )
  const selectSince = db.prepare<[string], { body: string }>(
    'SELECT body FROM seen_message WHERE sent_at >= ? ORDER BY sent_at DESC, id DESC',
  )
  const takeMessage = db.transaction((message: Message, now: number): boolean => {
    const sentAt = instantKey(message.date) ?? instantKey(new Date(now).toISOString()) ?? ''
    const phone = bareE164(message.phone)
    if ([message.phone, ...message.targets].some((one) => erased.has(one))) {
      // Nothing of an erased person is kept but an opt-out, and that on the mark.
      if (phone !== null && message.direction === 'in' && asksToStop(message.text))
        consent.optOut(phone, 'heymarket', `message ${message.id}`, now)
      return false
    }
    const isNews = insert.run(message.id, sentAt, JSON.stringify(message), now).changes === 1
    if (isNews && message.direction === 'in' && phone !== null && asksToStop(message.text))
      consent.optOut(phone, 'heymarket', `message ${message.id}`, now)
    return isNews
  })
  return {
    take: (event, now) => {
      if (event.kind === 'message') return takeMessage.immediate(event.message, now)
      if (event.kind === 'opt-out')
        return consent.optOut(event.phone, 'heymarket', `webhook ${event.type}`, now)
      return false
    },
    since: (instant) =>
      selectSince.all(instantKey(instant) ?? '').map(({ body }) => JSON.parse(body) as Message),
  }
}
