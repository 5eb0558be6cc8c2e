// Owns the front of the service: what HTTP gets to see of heysync, and how it is put together. It only reads the
// database; everything that changes something is asked of the daemon through `Control`.
import rateLimit from '@fastify/rate-limit'
import Fastify, { type FastifyInstance } from 'fastify'
import { openReadOnly } from '../../db/read-only.ts'
import { HeysyncError } from '../../lib/errors.ts'
import type { Control, DaemonState, ServiceEvent } from '../control.ts'
import { latenciesOf } from '../read/latency.ts'
import { openJournal } from '../webhook-journal.ts'
import { addDashboard } from './dashboard-files.ts'
import { addErrors, apiError } from './errors.ts'
import { addEvents } from './events.ts'
import { addGuard } from './guard.ts'
import { addHealth } from './health.ts'
import { addMetrics } from './metrics.ts'
import { openApiDocument } from './openapi.ts'
import type { ConfigPart, FrontLog, FrontOptions } from './options.ts'
import { openReads, type Reads } from './reads.ts'
import { addRoute, CALLS } from './route.ts'
import { routes } from './routes.ts'
import { addSession } from './session.ts'
import { addWebhookDoor, DOOR } from './webhook-door.ts'

export interface FrontDeps {
  readonly log: FrontLog
  readonly now: () => number
  /** Milliseconds of a clock that never goes back. */
  readonly tick: () => number
  /** A webhook waits in the journal. */
  onWebhook(): void
}

export interface Front {
  /** Where it listens, e.g. `http://127.0.0.1:8780`. */
  readonly url: string
  /** Goes to everybody who listens to /api/events. */
  tell(event: ServiceEvent): void
  state(state: DaemonState): void
  configure(part: ConfigPart): void
  close(): Promise<void>
}

const MAX_BODY_BYTES = 64 * 1024

/** Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
export async function startFront(
  options: FrontOptions,
  control: Control,
  { log, now, tick, onWebhook }: FrontDeps,
): Promise<Front> {
  const { service } = options.config
  const db = openReadOnly(options.databasePath)
  const journal = service.webhookSecret === undefined ? null : openJournal(options.databasePath)
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 400 },
  })
  let daemon = options.state
  let address: string | null = null
  const webhooks = () => ({
    url: journal === null ? null : `${service.publicUrl?.replace(/\/+$/, '') ?? address ?? ''}${DOOR}…`,
    ...(journal?.counts() ?? { waiting: 0, lastAt: null, oldestAt: null }),
  })
  let about: FrontOptions = options
  const read = () => openReads({ db, about, now, tick, daemon: () => daemon, webhooks })
  let reads: Reads = read()
  onlyJson(app)
  addErrors(app, log)
  await app.register(rateLimit, { max: CALLS.max, timeWindow: CALLS.windowMs, errorResponseBuilder: tooMany })
  addGuard(app, service)
  const events = addEvents(app)
  addSession(app, service, now)
  addHealth(app, db)
  for (const route of routes) addRoute(app, route, { reads: () => reads, control })
  addMetrics(app, {
    db,
    databasePath: options.databasePath,
    version: options.version,
    now,
    reads: () => reads,
    webhooks,
    latencies: latenciesOf(db),
  })
  if (journal !== null) addWebhookDoor(app, service, { journal, now, log, onWebhook })
  app.get('/api/openapi.json', () => openApiDocument(routes, options.version))
  addDashboard(app, options.dashboard)
  app.addHook('onResponse', (request, reply, done) => {
    const { url: path = '', method } = request.routeOptions
    log('debug', { method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'call')
    done()
  })
  const close = async () => {
    events.close()
    await app.close()
    journal?.close()
    db.close()
  }
  try {
    const url = await listen(app, service.listen)
    address = url
    return {
      url,
      tell: (event) => {
        if (event.type === 'cycle' && event.status !== 'waiting' && event.status !== 'running') reads.forget()
        events.tell(event)
      },
      state: (state) => {
        daemon = state
      },
      configure: (part) => {
        about = { ...about, ...part }
        reads = read()
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(app: FastifyInstance, address: string): Promise<string> {
  const at = address.lastIndexOf(':')
  const host = address.slice(0, at).replace(/^\[|\]$/g, '')
  try {
    return await app.listen({ host, port: Number(address.slice(at + 1)) })
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause
    throw new HeysyncError('ERR_PORT_IN_USE', {
      message: `Another program listens on ${address}.`,
      hint: 'Stop it, or set service.listen in heysync.yaml to another port.',
      cause,
    })
  }
}

/** A form or a plain text, which any page may send from anywhere, is not read at all. An empty body is `{}`. */
function onlyJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, {})
    else parse(request, body as string, done)
  })
}

function tooMany(_request: unknown, context: { ttl: number }) {
  return apiError(429, 'ERR_API_LIMIT', {
    message: 'Too many calls in a short time.',
    hint: `Try again in ${Math.ceil(context.ttl / 1000)} s.`,
  })
}
