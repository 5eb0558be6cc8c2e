// Owns /_sandbox: looking inside, configuring and resetting. Never limited, never hit by a fault, not in the ledger.
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { asHeysyncError } from '../../lib/errors.ts'
import type { Webhooks } from '../webhooks.ts'

export interface Control {
  state(): unknown
  /** What the page shows. */
  summary(search: string): unknown
  requests(): unknown
  reset(): void
  /** A person texts in. */
  reply(given: z.infer<typeof replyBody>): unknown
  /** Moves the sandbox's time ahead. */
  advance(seconds: number): unknown
  readonly webhooks: Pick<Webhooks, 'add' | 'list' | 'remove' | 'emit' | 'deliveries'>
  /** Throws ERR_USAGE. */
  configure(change: z.infer<typeof configureBody>): void
}

const settings = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
export const configureBody = z.strictObject({
  dialects: settings.optional(),
  faults: settings.optional(),
  requestsPerMinute: z.int().min(1).optional(),
})

export const replyBody = z.strictObject({
  phone: z.string().regex(/^[1-9]\d{6,14}$/, 'must be digits only, the country code first'),
  text: z.string(),
  inbox_id: z.int().optional(),
})
const webhookBody = z.strictObject({ url: z.string(), token: z.string().min(1).optional() })
const emitBody = z.strictObject({
  type: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
})
const advanceBody = z.strictObject({ seconds: z.number().min(0) })

export function addControlRoutes(app: FastifyInstance, control: Control): void {
  app.get('/_sandbox/state', () => control.state())
  app.get('/_sandbox/summary', (request) => {
    const { search } = request.query as { search?: unknown }
    return control.summary(typeof search === 'string' ? search : '')
  })
  app.get('/_sandbox/requests', () => control.requests())
  app.post('/_sandbox/reset', () => {
    control.reset()
    return { ok: true }
  })
  app.post('/_sandbox/reply', (request, reply) => {
    const parsed = replyBody.safeParse(request.body)
    if (!parsed.success) return reply.status(400).send({ message: z.prettifyError(parsed.error) })
    return control.reply(parsed.data)
  })
  app.post('/_sandbox/advance', (request, reply) => {
    const parsed = advanceBody.safeParse(request.body)
    if (!parsed.success) return reply.status(400).send({ message: z.prettifyError(parsed.error) })
    return control.advance(parsed.data.seconds)
  })
  app.post('/_sandbox/configure', (request, reply) => {
    const parsed = configureBody.safeParse(request.body ?? {})
    if (!parsed.success) return reply.status(400).send({ message: z.prettifyError(parsed.error) })
    return orRefuse(reply, () => {
      control.configure(parsed.data)
      return { ok: true }
    })
  })
  addWebhookRoutes(app, control.webhooks)
}

function addWebhookRoutes(app: FastifyInstance, webhooks: Control['webhooks']): void {
  app.get('/_sandbox/webhooks', () => webhooks.list())
  app.post('/_sandbox/webhooks', (request, reply) => {
    const parsed = webhookBody.safeParse(request.body)
    if (!parsed.success) return reply.status(400).send({ message: z.prettifyError(parsed.error) })
    return orRefuse(reply, () => webhooks.add(parsed.data.url, parsed.data.token))
  })
  app.delete('/_sandbox/webhooks/:id', (request, reply) => {
    const { id } = request.params as { id: string }
    return webhooks.remove(Number(id))
      ? { ok: true }
      : reply.status(404).send({ message: `no webhook ${id}` })
  })
  app.get('/_sandbox/webhooks/deliveries', () => webhooks.deliveries())
  app.post('/_sandbox/webhooks/emit', (request, reply) => {
    const parsed = emitBody.safeParse(request.body)
    if (!parsed.success) return reply.status(400).send({ message: z.prettifyError(parsed.error) })
    return orRefuse(reply, () => {
      webhooks.emit(parsed.data.type, parsed.data.data)
      return { ok: true }
    })
  })
}

function orRefuse(reply: FastifyReply, work: () => unknown): unknown {
  try {
    return work()
  } catch (thrown) {
    const error = asHeysyncError(thrown)
    return reply.status(400).send({ message: error.message, hint: error.hint })
  }
}
