// Owns the door for Heymarket's webhooks: POST /webhooks/heymarket/<secret>. It answers as soon as the event is in the
// journal; repeats and any order do no harm.
import type { FastifyInstance } from 'fastify'
import type { Config } from '../../config/schema.ts'
import { readWebhook } from '../../messaging/webhook-event.ts'
import type { WebhookJournal } from '../webhook-journal.ts'
import { apiError, notFound } from './errors.ts'
import type { FrontLog } from './options.ts'
import { sameText } from './same-text.ts'

export const DOOR = '/webhooks/heymarket/'

const MAX_BODY_BYTES = 256 * 1024

export interface DoorDeps {
  readonly journal: WebhookJournal
  readonly now: () => number
  readonly log: FrontLog
  /** Something waits to be worked off. */
  onWebhook(): void
}

export function addWebhookDoor(
  app: FastifyInstance,
  { webhookSecret, webhookToken }: Pick<Config['service'], 'webhookSecret' | 'webhookToken'>,
  { journal, now, log, onWebhook }: DoorDeps,
): void {
  if (webhookSecret === undefined) return
  const config = { access: 'webhook', rateLimit: false } as const
  app.post<{ Params: { secret: string } }>(
    `${DOOR}:secret`,
    { bodyLimit: MAX_BODY_BYTES, config },
    async (request, reply) => {
      // Who guesses is told nothing, not even that there is such an address.
      if (!sameText(request.params.secret, webhookSecret)) throw notFound()
      const webhook = readWebhook(request.body)
      if (webhook === null)
        throw apiError(400, 'ERR_API_REQUEST', { message: 'This is no webhook of Heymarket.' })
      if (webhookToken !== undefined && !sameText(webhook.token ?? '', webhookToken)) {
        log('warn', {}, 'a webhook came with a wrong token and was not taken')
        throw apiError(401, 'ERR_API_TOKEN', { message: 'The token is not the one of the config.' })
      }
      const isNews = journal.put(webhook.event, now())
      log('debug', { kind: webhook.event.kind, news: isNews }, 'webhook')
      onWebhook()
      // The older documentation wants exactly 200.
      return reply.status(200).send({ ok: true })
    },
  )
}
