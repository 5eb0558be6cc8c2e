// Owns calling webhooks: each event to each configuration, beside the API and never in its way; dropped, repeated and
// reordered as the faults say.
import { randomUUID } from 'node:crypto'
import { HeysyncError } from '../lib/errors.ts'
import { mulberry32 } from './dice.ts'
import { EVENT_TYPES, type SandboxEvent } from './events.ts'
import { isEventType, type WebhookConfiguration, webhookBody } from './webhook-payload.ts'
import type { World } from './world.ts'

export interface WebhookDelivery {
  /** RFC 3339. */
  readonly at: string
  readonly webhook: number
  /** As the body names it. */
  readonly type: string
  /** 1 for the first call of an event. */
  readonly attempt: number
  /** What was answered; null when the call failed or was not made. */
  readonly status: number | null
  /** Why there is no status. */
  readonly error: string | null
}

export interface Webhooks {
  /** Throws ERR_USAGE for an address that is not on this machine. */
  add(url: string, token?: string): WebhookConfiguration
  list(): readonly WebhookConfiguration[]
  /** False when there is none with this id. */
  remove(id: number): boolean
  /** Any documented event, by hand. Throws ERR_USAGE for a type that is none. */
  emit(type: string, data?: Readonly<Record<string, unknown>>): void
  /** Newest last. */
  deliveries(): readonly WebhookDelivery[]
  /** Resolves when nothing is under way; what was held back to be reordered goes first. */
  idle(): Promise<void>
  reset(): void
  close(): Promise<void>
}

const TIMEOUT_MS = 3_000
const MOST_ATTEMPTS = 4
const MOST_KEPT = 1_000

type Body = Readonly<Record<string, unknown>>

interface Held {
  readonly hook: WebhookConfiguration
  readonly body: Body
}

export function makeWebhooks(world: World, seed: number): Webhooks {
  const hooks = new Map<number, WebhookConfiguration>()
  /** The last call of each configuration: one follows the other, so that the order is the order of the events. */
  const underWay = new Map<WebhookConfiguration, Promise<void>>()
  const closing = new AbortController()
  let deliveries: WebhookDelivery[] = []
  let held: Held[] = []
  let lastId = 0
  let rolls = mulberry32(seed + 2)

  const note = (hook: WebhookConfiguration, body: Body, attempt: number, outcome: number | string) => {
    const [status, error] = typeof outcome === 'number' ? [outcome, null] : [null, outcome]
    const type = String(body.type ?? body.event)
    const at = new Date(world.clock.now()).toISOString()
    deliveries.push({ at, webhook: hook.id, type, attempt, status, error })
    deliveries = deliveries.slice(-MOST_KEPT)
  }

  /** A configuration that was removed is not called again. */
  const isWanted = (hook: WebhookConfiguration) => !closing.signal.aborted && hooks.get(hook.id) === hook

  async function deliver(hook: WebhookConfiguration, body: Body): Promise<void> {
    const most = world.settings.dialects.webhookRetry === 'never' ? 1 : MOST_ATTEMPTS
    for (let attempt = 1; attempt <= most && isWanted(hook); attempt += 1) {
      const outcome = await callOnce(hook.url, body, closing.signal)
      note(hook, body, attempt, outcome)
      if (outcome === 200) return
    }
  }

  function start(hook: WebhookConfiguration, body: Body): void {
    const before = underWay.get(hook) ?? Promise.resolve()
    const delivery = before
      .then(() => deliver(hook, body))
      .finally(() => {
        if (underWay.get(hook) === delivery) underWay.delete(hook)
      })
    underWay.set(hook, delivery)
  }

  function send(hook: WebhookConfiguration, event: SandboxEvent): void {
    const { dialects, faults } = world.settings
    const body = webhookBody(event, hook, dialects)
    if (body === null) return
    const hits = (chance: number) => chance > 0 && rolls() < chance
    if (hits(faults.webhookDropped)) {
      note(hook, body, 0, 'dropped')
      return
    }
    const later = held.filter((one) => one.hook === hook)
    held = held.filter((one) => one.hook !== hook)
    if (later.length === 0 && hits(faults.webhookReordered)) held.push({ hook, body })
    else start(hook, body)
    if (hits(faults.webhookRepeated)) start(hook, body)
    for (const one of later) start(one.hook, one.body)
  }

  const stopListening = world.events.listen((event) => {
    for (const hook of hooks.values()) send(hook, event)
  })

  async function idle(): Promise<void> {
    for (const one of held.splice(0)) start(one.hook, one.body)
    while (underWay.size > 0) await Promise.allSettled(underWay.values())
  }

  return {
    add: (url, token = randomUUID()) => {
      checkUrl(url)
      lastId += 1
      const hook = { id: lastId, url, token }
      hooks.set(hook.id, hook)
      return hook
    },
    list: () => [...hooks.values()],
    remove: (id) => hooks.delete(id),
    emit: (type, data = {}) => {
      if (!isEventType(type)) {
        throw new HeysyncError('ERR_USAGE', {
          message: `"${type}" is not an event of Heymarket.`,
          hint: `The events are ${EVENT_TYPES.join(', ')}.`,
        })
      }
      world.events.emit({ type, data })
    },
    deliveries: () => deliveries,
    idle,
    reset: () => {
      deliveries = []
      held = []
      rolls = mulberry32(seed + 2)
    },
    close: async () => {
      stopListening()
      held = []
      closing.abort()
      await Promise.allSettled(underWay.values())
    },
  }
}

/** The status that was answered, or what went wrong. */
async function callOnce(url: string, body: Body, closing: AbortSignal): Promise<number | string> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      // A redirect could lead off this machine; what it answers is its status.
      redirect: 'manual',
      signal: AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await answer.arrayBuffer()
    return answer.status
  } catch (error) {
    if (closing.aborted) return 'the sandbox ended'
    return error instanceof DOMException ? `no answer within ${TIMEOUT_MS / 1000} s` : 'cannot be reached'
  }
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/

function checkUrl(url: string): void {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed !== null && /^https?:$/.test(parsed.protocol) && LOOPBACK.test(parsed.hostname)) return
  throw new HeysyncError('ERR_USAGE', {
    message: `The sandbox calls no webhook at "${url}": what it tells is made up, so it stays on this machine.`,
    hint: 'Take an address like http://127.0.0.1:8780/webhooks/heymarket/<secret>.',
  })
}
