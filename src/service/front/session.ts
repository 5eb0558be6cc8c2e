// Owns the login of the dashboard. A browser keeps a signed ticket in a cookie that no script can read and that no other
// site's page can make it send. The token itself is never kept there: a ticket runs out, and dies with its token.
import { createHmac } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import { OPEN } from './access.ts'
import { apiError } from './errors.ts'
import { failedTries } from './failed-tries.ts'
import { sameText } from './same-text.ts'

const COOKIE = 'heysync_session'
const LASTS_MS = 12 * 60 * 60_000
/** Wrong tokens of one address in a minute. */
const TRIES = { max: 5, windowMs: 60_000 }

const login = z.strictObject({ token: z.string().max(1000) })

export function addSession(app: FastifyInstance, service: Config['service'], now: () => number): void {
  const { token, publicUrl } = service
  const tries = failedTries(TRIES, () => performance.now())
  const cookie = (value: string, seconds: number) => {
    const secure = publicUrl?.startsWith('https:') ? '; Secure' : ''
    return `${COOKIE}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${seconds}${secure}`
  }
  app.post('/api/login', { config: OPEN }, async (request, reply) => {
    if (token === undefined) return { ok: true }
    if (tries.tooMany(request.ip))
      throw apiError(429, 'ERR_API_LIMIT', {
        message: 'Too many wrong tokens from this address.',
        hint: 'Try again in a minute.',
      })
    const given = login.safeParse(request.body)
    if (!given.success || !sameText(given.data.token, token)) {
      tries.add(request.ip)
      throw apiError(401, 'ERR_API_TOKEN', {
        message: 'This is not the token of the service.',
        hint: 'It is service.token of heysync.yaml.',
      })
    }
    const until = now() + LASTS_MS
    return reply
      .header('set-cookie', cookie(`${until}.${seal(until, token)}`, LASTS_MS / 1000))
      .send({ ok: true })
  })
  app.post('/api/logout', { config: OPEN }, async (_request, reply) =>
    reply.header('set-cookie', cookie('', 0)).send({ ok: true }),
  )
  app.decorate('sessionNow', now)
}

declare module 'fastify' {
  interface FastifyInstance {
    sessionNow: () => number
  }
}

/** True where the cookie is a ticket of this token that has not run out. */
export function hasSession(request: FastifyRequest, token: string): boolean {
  const cookies = (request.headers.cookie ?? '').split(/;\s*/)
  const ticket = cookies.find((one) => one.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1)
  const [until = '', mark = ''] = ticket?.split('.') ?? []
  if (!/^\d{13}$/.test(until) || !sameText(mark, seal(Number(until), token))) return false
  return Number(until) > request.server.sessionNow()
}

function seal(until: number, token: string): string {
  return createHmac('sha256', token).update(`heysync session until ${until}`).digest('base64url')
}
