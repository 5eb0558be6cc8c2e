// Owns the door for Heymarket's webhooks: POST /webhooks/heymarket/<secret>. Answers at once; repeats do no harm.
import { timingSafeEqual } from 'node:crypto'
import Fastify, { type FastifyInstance } from 'fastify'
import { HeysyncError } from '../lib/errors.ts'
import { contentHash } from '../lib/hash.ts'
import type { Logger } from '../lib/logger.ts'
import { readWebhook, type WebhookEvent } from '../messaging/webhook-event.ts'

export interface WebhookDoor {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string
  /** The last part of the address, which only Heymarket is told. */
  readonly secret: string
  /** What each body must carry; null takes any. */
  readonly token: string | null
  readonly log: Logger
  take(event: WebhookEvent): boolean
}

export interface OpenDoor {
  /** Without the secret. */
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_BYTES = 256 * 1024

/** Errors: ERR_PORT_IN_USE. */
export async function openWebhooks(door: WebhookDoor): Promise<OpenDoor> {
  const { host, port } = addressOf(door.listen)
  const app = Fastify({ bodyLimit: MAX_BODY_BYTES, forceCloseConnections: true })
  addRoute(app, door)
  try {
    const url = await app.listen({ host, port })
    return { url: `${url}/webhooks/heymarket/…`, close: () => app.close() }
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause
    throw new HeysyncError('ERR_PORT_IN_USE', {
      message: `Another program listens on ${door.listen}.`,
      hint: 'Stop it, or set service.listen in heysync.yaml to another port.',
      cause,
    })
  }
}

function addRoute(app: FastifyInstance, { secret, token, log, take }: WebhookDoor): void {
  app.post('/webhooks/heymarket/:secret', (request, reply) => {
    // Who guesses is told nothing, not even that there is such an address.
    if (!same((request.params as { secret: string }).secret, secret)) return reply.callNotFound()
    const webhook = readWebhook(request.body)
    if (webhook === null) return reply.status(400).send({ message: 'not a webhook of Heymarket' })
    if (token !== null && !same(webhook.token ?? '', token)) {
      log.warn('a webhook came with a wrong token and was not taken')
      return reply.status(401).send({ message: 'wrong token' })
    }
    const isNews = take(webhook.event)
    log.debug({ kind: webhook.event.kind, news: isNews }, 'webhook')
    // The older documentation wants exactly 200.
    return reply.status(200).send({ ok: true })
  })
}

/** Compares in a time that does not tell how much of it was right. */
function same(given: string, wanted: string): boolean {
  return timingSafeEqual(contentHash(given), contentHash(wanted))
}

function addressOf(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':')
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) }
}
