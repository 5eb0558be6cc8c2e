// Owns what those who watch the process ask: does it live, can it work.
import type { FastifyInstance } from 'fastify'
import type { Db } from '../../db/open.ts'
import { OPEN } from './access.ts'

export function addHealth(app: FastifyInstance, db: Db): void {
  const look = db.prepare('SELECT 1 FROM meta LIMIT 1')
  app.get('/healthz', { config: OPEN }, () => ({ ok: true }))
  app.get('/readyz', { config: OPEN }, (_request, reply) => {
    try {
      look.get()
      return { ok: true }
    } catch {
      return reply.status(503).send({ ok: false })
    }
  })
}
