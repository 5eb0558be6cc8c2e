// Owns /_sandbox: looking inside, configuring and resetting. Never limited, never hit by a fault, not in the ledger.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asHeysyncError } from '../../lib/errors.ts'

export interface Control {
  state(): unknown
  requests(): unknown
  reset(): void
  /** A person texts in. */
  reply(given: z.infer<typeof replyBody>): unknown
  /** Moves the sandbox's time ahead. */
  advance(seconds: number): unknown
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
const advanceBody = z.strictObject({ seconds: z.number().min(0) })

export function addControlRoutes(app: FastifyInstance, control: Control): void {
  app.get('/_sandbox/state', () => control.state())
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
    try {
      control.configure(parsed.data)
      return { ok: true }
    } catch (thrown) {
      const error = asHeysyncError(thrown)
      return reply.status(400).send({ message: error.message, hint: error.hint })
    }
  })
}
