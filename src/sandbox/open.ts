// Owns an open sandbox: a local Heymarket put together, without a network. The server puts it on loopback; who lives in
// the same process may ask it directly.
import { setMaxListeners } from 'node:events'
import { type Clock, systemClock } from '../lib/clock.ts'
import { ApiError } from './api-error.ts'
import { makeAuth } from './auth.ts'
import { makeBudget } from './budget.ts'
import { DIALECT_TABLE, type Dialects, defaultDialects } from './dialects.ts'
import { makeDice, mulberry32 } from './dice.ts'
import { makeEvents } from './events.ts'
import { defaultFaults, FAULT_TABLE, type Faults } from './faults.ts'
import { type Ending, type Gate, makeGate, type Visit } from './gate.ts'
import { openInspection, type SandboxStore, stateBody } from './inspect.ts'
import { makeLedger, type RequestEntry } from './ledger.ts'
import { receive } from './messages.ts'
import { ownTime } from './own-time.ts'
import { batchRoutes } from './routes/batch.ts'
import { contactListRoutes } from './routes/contact-list.ts'
import { contactRoutes } from './routes/contacts.ts'
import { contactV2Routes } from './routes/contacts-v2.ts'
import type { Control } from './routes/control.ts'
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

export interface OpenOptions {
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
  /** Called when a request has changed what the sandbox holds, before it is answered. */
  readonly onWrite?: (entry: RequestEntry, body: unknown) => unknown
}

export interface SandboxChange {
  readonly dialects?: Partial<Dialects>
  readonly faults?: Partial<Faults>
  readonly requestsPerMinute?: number
}

/** A whole request of the API, as somebody in the same process makes it. */
export interface DirectRequest {
  readonly method: Route['method']
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly authorization: string
  /** JSON text. */
  readonly body?: string
}

export interface OpenSandbox {
  readonly store: SandboxStore
  /** Whom it calls when something happens. */
  readonly webhooks: Omit<Webhooks, 'reset' | 'close'>
  /** Changes settings while it runs. Throws ERR_USAGE for an unknown name or value; then nothing is changed. */
  configure(change: SandboxChange): void
  /** Moves the sandbox's own time ahead: scheduled messages come due. Tokens and the rate limit keep the real time. */
  advance(ms: number): void
  /** Back to the start data, an empty ledger, a full budget and the first roll of the dice, or of other dice. Settings stay. */
  reset(seed?: number): void
  /** Answers a request as the server would, without a connection between. With a team key it is applied before this returns. */
  ask(request: DirectRequest): Ending | Promise<Ending>
  close(): Promise<void>
}

/** What the server needs beside. */
interface Inside extends OpenSandbox {
  readonly gate: Gate
  readonly control: Control
  /** Sends what is scheduled and has come due. */
  runDue(): void
  /** Drops the answers that still wait. */
  dropWaiting(): void
}

export const API_ROUTES: readonly Route[] = [
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

/** Opens a sandbox. Throws ERR_USAGE (dialects, faults) or ERR_DATABASE_OPEN. */
export function openSandbox(options: OpenOptions = {}): Inside {
  const { clock = systemClock } = options
  const settings = changed(
    { dialects: defaultDialects(), faults: defaultFaults(), requestsPerMinute: 500 },
    options,
  )
  const own = ownTime(clock, options.speed ?? 1)
  const store = openStore(options.data, own, () => settings.dialects)
  const { seed = 1 } = options
  let chance = mulberry32(seed + 3)
  const world: World = { store, settings, clock: own, events: makeEvents(), chance: () => chance() }
  const ledger = makeLedger()
  const budgets = { team: makeBudget(), secret: makeBudget(), key: makeBudget() }
  const dice = makeDice(seed)
  const webhooks = makeWebhooks(world, seed)
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
    onWrite: options.onWrite,
  })

  function configure(change: SandboxChange) {
    Object.assign(settings, changed(settings, change))
    store.settle()
  }
  function reset(another = seed) {
    store.reset()
    chance = mulberry32(another + 3)
    ledger.reset()
    for (const budget of Object.values(budgets)) budget.reset()
    dice.restart(another)
    webhooks.reset()
  }
  function advance(ms: number) {
    own.advance(ms)
    runDue(world)
  }
  return {
    gate,
    store: inspection,
    webhooks,
    configure,
    advance,
    reset,
    runDue: () => void runDue(world),
    dropWaiting: () => ending.abort(),
    ask: (request) => ask(gate, request),
    control: {
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
    },
    async close() {
      ending.abort()
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

function ask(gate: Gate, request: DirectRequest): Ending | Promise<Ending> {
  const { method, path, query, authorization } = request
  const visit = gate.enter({ method, url: path, query, authorization })
  const goOn = (refused: Ending | null) => refused ?? runFound(gate, visit, request)
  const refused = gate.admit(visit)
  return refused instanceof Promise ? refused.then(goOn) : goOn(refused)
}

function runFound(
  gate: Gate,
  visit: Visit,
  { method, path, query, body }: DirectRequest,
): Ending | Promise<Ending> {
  const found = findRoute(method, path)
  if (found === null) return gate.refuse(visit, 404, notFound(method, path))
  try {
    return gate.run(found.route, visit, { params: found.params, query, body: readJson(body) })
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return gate.refuse(visit, error.status, error.message)
  }
}

/** Every body is read as JSON, whatever its type says; no body at all is fine where nothing in it is required. */
export function readJson(text: string | undefined): unknown {
  if (text === undefined || text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw new ApiError(400, 'body: is not JSON')
  }
}

export function notFound(method: string, url: string): string {
  return `${method} ${url} not found`
}

/** The first route whose path fits; fixed parts go before named ones, as in Fastify. */
function findRoute(
  method: string,
  path: string,
): { route: Route; params: Readonly<Record<string, string>> } | null {
  const parts = path.split('/')
  for (const { route, pattern } of PATTERNS) {
    if (route.method !== method || pattern.length !== parts.length) continue
    if (!pattern.every((part, index) => part.startsWith(':') || part === parts[index])) continue
    const named = pattern.flatMap((part, index) =>
      part.startsWith(':') ? [[part.slice(1), decodeURIComponent(parts[index] ?? '')]] : [],
    )
    return { route, params: Object.fromEntries(named) }
  }
  return null
}

const PATTERNS = API_ROUTES.map((route) => ({ route, pattern: route.path.split('/') })).sort(
  (a, b) => named(a.pattern) - named(b.pattern),
)

function named(pattern: readonly string[]): number {
  return pattern.filter((part) => part.startsWith(':')).length
}
