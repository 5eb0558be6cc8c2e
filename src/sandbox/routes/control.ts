// Owns /_sandbox: looking inside, configuring and resetting. Never limited, never hit by a fault, not in the ledger.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { asHeysyncError } from '../../lib/errors.ts'

export interface Control {
  state(): unknown
  requests(): unknown
  reset(): void
  /** Throws ERR_USAGE. */
  configure(change: z.infer<typeof configureBody>): void
}

const settings = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
export const configureBody = z.strictObject({
  dialects: settings.optional(),
  faults: settings.optional(),
  requestsPerMinute: z.int().min(1).optional(),
})

export function addControlRoutes(app: FastifyInstance, control: Control): void {
  app.get('/_sandbox/state', () => control.state())
  app.get('/_sandbox/requests', () => control.requests())
  app.post('/_sandbox/reset', () => {
    control.reset()
    return { ok: true }
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
