// Owns the running sandbox: a local Heymarket on loopback, put together and taken down again.
import { randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'
import { makeAuth } from './auth.ts'
import { makeBudget } from './budget.ts'
import { DIALECT_TABLE, type Dialects, defaultDialects } from './dialects.ts'
import { makeDice, mulberry32 } from './dice.ts'
import { makeEvents } from './events.ts'
import { defaultFaults, FAULT_TABLE, type Faults } from './faults.ts'
import { type Gate, makeGate } from './gate.ts'
import { openInspection, type SandboxStore, stateBody } from './inspect.ts'
import { makeLedger, type RequestEntry } from './ledger.ts'
import { receive } from './messages.ts'
import { ownTime } from './own-time.ts'
import { addPage } from './page/serve.ts'
import { batchRoutes } from './routes/batch.ts'
import { contactListRoutes } from './routes/contact-list.ts'
import { contactRoutes } from './routes/contacts.ts'
import { contactV2Routes } from './routes/contacts-v2.ts'
import { addControlRoutes } from './routes/control.ts'
import { conversationRoutes } from './routes/conversations.ts'
import { emailRoutes } from './routes/email.ts'
import { fieldRoutes } from './routes/fields.ts'
import { listRoutes } from './routes/lists.ts'
import { messageRoutes } from './routes/messages.ts'
import { scheduleRoutes } from './routes/schedule.ts'
import { statusRoutes } from './routes/status.ts'
import { tagRoutes } from './routes/tags.ts'
import { teamRoutes } from './routes/team.ts'
import { templateRoutes } from './routes/templates.ts'
import { runDue } from './schedule.ts'
import { openStore } from './store.ts'
import { summaryBody } from './summary.ts'
import { checkSettings } from './switches.ts'
import { makeWebhooks, type Webhooks } from './webhooks.ts'
import type { Route, Settings, World } from './world.ts'

export type { RequestEntry } from './ledger.ts'

export interface SandboxOptions {
  /** Loopback only: 127.0.0.1 (the default), ::1 or localhost. */
  readonly host?: string
  /** Default 8781; 0 picks a free one. */
  readonly port?: number
  /** SQLite file that outlives the sandbox. Default: in memory. */
  readonly data?: string
  /** Default `sandbox`. */
  readonly secretId?: string
  /** Default `sandbox-secret`. */
  readonly secretKey?: string
  /** Legacy bearer key. Default `sandbox-key`. */
  readonly apiKey?: string
  /** Default 500. */
  readonly requestsPerMinute?: number
  readonly dialects?: Partial<Dialects>
  readonly faults?: Partial<Faults>
  /** Seed of the fault dice. Default 1. */
  readonly seed?: number
  readonly clock?: Clock
  /** How many times as fast as the clock the sandbox's own time runs, for schedules. Default 1. */
  readonly speed?: number
  /** Called when a request is answered or dropped; not for /_sandbox. */
  readonly onRequest?: (entry: RequestEntry) => void
}

export interface SandboxChange {
  readonly dialects?: Partial<Dialects>
  readonly faults?: Partial<Faults>
  readonly requestsPerMinute?: number
}

export interface Sandbox {
  /** e.g. `http://127.0.0.1:8781` */
  readonly url: string
  readonly store: SandboxStore
  /** Whom it calls when something happens. */
  readonly webhooks: Omit<Webhooks, 'reset' | 'close'>
  /** Changes settings while it runs. Throws ERR_USAGE for an unknown name or value; then nothing is changed. */
  configure(change: SandboxChange): void
  /** Moves the sandbox's own time ahead: scheduled messages come due. Tokens and the rate limit keep the real time. */
  advance(ms: number): void
  /** Back to the start data, an empty ledger, a full budget and the first roll of the dice. Settings stay. */
  reset(): void
  /** Ends open connections too. */
  close(): Promise<void>
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']
const DUE_EVERY_MS = 1_000
const MAX_BODY_BYTES = 16 * 1024 * 1024
const API_ROUTES: readonly Route[] = [
  ...batchRoutes,
  ...contactRoutes,
  ...contactV2Routes,
  ...conversationRoutes,
  ...emailRoutes,
  ...listRoutes,
  ...messageRoutes,
  ...scheduleRoutes,
  ...templateRoutes,
  ...contactListRoutes,
  ...statusRoutes,
  ...fieldRoutes,
  ...tagRoutes,
  ...teamRoutes,
]

/** Starts a sandbox. Throws ERR_PORT_IN_USE, ERR_USAGE (host, dialects, faults) or ERR_DATABASE_OPEN. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 8781, clock = systemClock } = options
  if (!LOOPBACK.includes(host)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The sandbox does not listen on ${host}: its keys are public, so it stays on this machine.`,
      hint: 'Leave the host out, or use 127.0.0.1.',
    })
  }
  const settings = changed(
    { dialects: defaultDialects(), faults: defaultFaults(), requestsPerMinute: 500 },
    options,
  )
  const own = ownTime(clock, options.speed ?? 1)
  const store = openStore(options.data, own, () => settings.dialects)
  const chance = mulberry32((options.seed ?? 1) + 3)
  const world: World = { store, settings, clock: own, events: makeEvents(), chance }
  const ledger = makeLedger()
  const budgets = { team: makeBudget(), secret: makeBudget(), key: makeBudget() }
  const dice = makeDice(options.seed ?? 1)
  const webhooks = makeWebhooks(world, options.seed ?? 1)
  const inspection = openInspection(world, ledger.all)
  const auth = makeAuth({
    secretId: options.secretId ?? 'sandbox',
    secretKey: options.secretKey ?? 'sandbox-secret',
    apiKey: options.apiKey ?? 'sandbox-key',
  })
  const ending = new AbortController()
  // Every answer that waits listens to it.
  setMaxListeners(0, ending.signal)
  const gate = makeGate({
    world,
    clock,
    auth,
    budgets,
    dice,
    ledger,
    closing: ending.signal,
    onRequest: options.onRequest,
  })

  function configure(change: SandboxChange) {
    Object.assign(settings, changed(settings, change))
    store.settle()
  }
  function reset() {
    store.reset()
    ledger.reset()
    for (const budget of Object.values(budgets)) budget.reset()
    dice.restart()
    webhooks.reset()
  }

  function advance(ms: number) {
    own.advance(ms)
    runDue(world)
  }
  const app = buildApp(gate)
  addPage(app)
  addControlRoutes(app, {
    reply: ({ phone, text, inbox_id }) => {
      const { message, consent } = receive(world, phone, text, inbox_id)
      return { message: message.id, conversation: message.data.conversation_id, consent }
    },
    advance: (seconds) => {
      advance(seconds * 1_000)
      return { now: new Date(own.now()).toISOString() }
    },
    webhooks,
    state: () => stateBody(world, inspection),
    summary: (search) =>
      summaryBody(world, { requests: ledger.all(), deliveries: webhooks.deliveries() }, search),
    requests: () => ledger.all(),
    reset,
    configure: (change) => configure(change as SandboxChange),
  })
  try {
    await app.listen({ host, port })
  } catch (cause) {
    store.close()
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause
    throw new HeysyncError('ERR_PORT_IN_USE', {
      message: `Another program listens on ${host}:${port}.`,
      hint: `Stop it, or take another port: heysync sandbox --port ${port + 1}`,
      cause,
    })
  }
  // Nobody may be asking when a scheduled message comes due.
  const due = setInterval(() => runDue(world), DUE_EVERY_MS).unref()
  const address = app.server.address() as AddressInfo
  return {
    url: `http://${host === '::1' ? '[::1]' : host}:${address.port}`,
    store: inspection,
    webhooks,
    configure,
    advance,
    reset,
    async close() {
      clearInterval(due)
      ending.abort()
      await app.close()
      await webhooks.close()
      store.close()
    },
  }
}

/** The settings after a change; the given ones are not touched. Throws ERR_USAGE. */
function changed(settings: Settings, change: SandboxChange): Settings {
  return {
    dialects: { ...settings.dialects, ...checkSettings('dialect', DIALECT_TABLE, change.dialects ?? {}) },
    faults: { ...settings.faults, ...checkSettings('fault', FAULT_TABLE, change.faults ?? {}) },
    requestsPerMinute: change.requestsPerMinute ?? settings.requestsPerMinute,
  }
}

function buildApp(gate: Gate): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, exposeHeadRoutes: false, bodyLimit: MAX_BODY_BYTES })
  // GET /v1/users/get has a JSON body.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.decorateRequest('entry', null)
  app.removeAllContentTypeParsers()
  // Every body is read as JSON, whatever its type says; no body at all is fine where nothing in it is required.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, text === '' ? undefined : JSON.parse(String(text)))
    } catch {
      done(Object.assign(new Error('body: is not JSON'), { statusCode: 400 }))
    }
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url !== '/' && !request.url.startsWith('/_sandbox/')) return gate.enter(request, reply, done)
    reply.header('x-request-id', randomUUID())
    // A page of somebody else, open in the same browser, has no business here.
    const { origin, host } = request.headers
    // Nor has one whose name was made to point at this machine.
    const isHere = LOOPBACK.includes(request.hostname.replace(/^\[|\]$/g, ''))
    if (!isHere || (origin !== undefined && origin !== `http://${host}`)) {
      void reply.status(403).send({ message: 'Only the page of the sandbox itself may ask this.' })
      return
    }
    done()
  })
  app.setNotFoundHandler((request, reply) =>
    gate.refuse(request, reply, 404, `${request.method} ${request.url} not found`),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
    gate.refuse(request, reply, error.statusCode ?? 500, error.message),
  )
  for (const route of API_ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => gate.run(route, request, reply),
    })
  }
  return app
}
