// Owns who may call: the token, the name by which they call, and that no page of somebody else makes a browser call.
import { isIP } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../config/schema.ts'
import { isLoopback } from '../../lib/loopback.ts'
import { apiError } from './errors.ts'
import { failedTries } from './failed-tries.ts'
import { sameText } from './same-text.ts'
import { hasSession } from './session.ts'

type Service = Config['service']

/** Wrong tokens of one address in a minute, after which not even the right one is looked at. */
const TRIES = { max: 30, windowMs: 60_000 }

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

export function addGuard(app: FastifyInstance, service: Service): void {
  const known = knownHosts(service)
  const tries = failedTries(TRIES, () => performance.now())
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS)
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store')
    const { access = 'token' } = request.routeOptions.config
    if (access === 'webhook') return
    checkHost(request, known)
    if (request.method !== 'GET' && request.method !== 'HEAD') checkOrigin(request, known)
    if (access === 'token' && service.token !== undefined) checkToken(request, service.token, tries)
  })
}

/** Against DNS that is turned around: a page's own name never stands for this machine. A bare address cannot be turned. */
function checkHost(request: FastifyRequest, known: ReadonlySet<string>): void {
  const host = hostOf(request.headers.host)
  if (host !== null && (isIP(host) !== 0 || isLoopback(host) || known.has(host))) return
  throw apiError(403, 'ERR_API_REFUSED', {
    message: 'This service is not called by that name.',
    hint: 'Name it in service.publicUrl or service.hosts of heysync.yaml.',
  })
}

/** A browser says where a call comes from; who is no browser says nothing. */
function checkOrigin(request: FastifyRequest, known: ReadonlySet<string>): void {
  const { origin, host, 'content-type': type = '', 'sec-fetch-site': site } = request.headers
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw apiError(415, 'ERR_API_REQUEST', {
      message: 'A call that changes something needs the content type application/json.',
      hint: 'Send it with a JSON body, {} where nothing is to be said.',
    })
  const foreign = site === 'cross-site' || (origin !== undefined && !isSame(origin, host, known))
  if (foreign)
    throw apiError(403, 'ERR_API_REFUSED', {
      message: 'A page of somebody else may not call this service.',
      hint: 'Where heysync stands behind a proxy, set service.publicUrl in heysync.yaml.',
    })
}

function isSame(origin: string, host: string | undefined, known: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false
  const { host: from, hostname } = new URL(origin)
  return from === host || known.has(hostname)
}

function checkToken(request: FastifyRequest, token: string, tries: ReturnType<typeof failedTries>): void {
  if (hasSession(request, token)) return
  if (tries.tooMany(request.ip))
    throw apiError(429, 'ERR_API_LIMIT', {
      message: 'Too many wrong tokens from this address.',
      hint: 'Try again in a minute.',
    })
  const { authorization } = request.headers
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (given !== undefined && sameText(given, token)) return
  if (authorization !== undefined) tries.add(request.ip)
  throw apiError(401, 'ERR_API_TOKEN', {
    message:
      given === undefined
        ? 'This call needs the token of the service.'
        : 'This is not the token of the service.',
    hint: 'Send `Authorization: Bearer <service.token of heysync.yaml>`.',
  })
}

function knownHosts({ publicUrl, hosts }: Service): ReadonlySet<string> {
  const all = [...hosts, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])]
  return new Set(all.map((host) => host.toLowerCase()))
}

/** The name in a Host header, without port and brackets. */
function hostOf(header: string | undefined): string | null {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:\s/@\\]+))(?::\d+)?$/i.exec(header ?? '')
  return (match?.[1] ?? match?.[2])?.toLowerCase() ?? null
}
