// Owns what the sandbox tests share: a sandbox on a free port, a caller, and a clock that the test moves.
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/lib/clock.ts'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts'

export const KEY = { authorization: 'Bearer sandbox-key' }

export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers: Headers
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown
}

export interface Box extends Sandbox {
  /** Sends with the legacy key unless other headers are given. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>
  post(path: string, body?: unknown): Promise<Reply>
  /** Creates a contact and answers its id. */
  create(contact: Record<string, unknown>): Promise<number>
  read(id: number): Promise<Record<string, unknown>>
}

/** Starts a sandbox that ends with the test. */
export async function start(options: SandboxOptions = {}): Promise<Box> {
  const sandbox = await startSandbox({ port: 0, ...options })
  onTestFinished(() => sandbox.close())
  const call: Box['call'] = async (method, path, body, headers = KEY) => {
    const sends = body !== undefined
    const answer = await fetch(sandbox.url + path, {
      method,
      headers: { ...headers, ...(sends ? { 'content-type': 'application/json' } : {}) },
      ...(sends ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    return { status: answer.status, text, headers: answer.headers, json: parsed(text) }
  }
  return {
    ...sandbox,
    call,
    post: (path, body) => call('POST', path, body),
    create: async (contact) => ((await call('POST', '/v1/contact', contact)).json as { id: number }).id,
    read: async (id) => (await call('GET', `/v1/contact/${id}`)).json as Record<string, unknown>,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export interface HandClock extends Clock {
  /** Moves the hour and ends the sleeps that are over. */
  advance(ms: number): void
  /** Resolves once somebody sleeps. */
  asleep(): Promise<void>
}

/** A clock that stands still until the test moves it. */
export function handClock(startAt = Date.parse('2026-11-20T09:30:00.250Z')): HandClock {
  let now = startAt
  let sleepers: { until: number; wake: () => void }[] = []
  let waiters: (() => void)[] = []
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((wake, fail) => {
        signal?.addEventListener('abort', () => fail(new DOMException('Aborted', 'AbortError')))
        sleepers.push({ until: now + ms, wake })
        for (const tell of waiters.splice(0)) tell()
      }),
    advance(ms) {
      now += ms
      for (const one of sleepers.filter(({ until }) => until <= now)) one.wake()
      sleepers = sleepers.filter(({ until }) => until > now)
    },
    asleep: () =>
      new Promise((tell) => {
        if (sleepers.length > 0) tell()
        else waiters = [...waiters, tell]
      }),
  }
}

/** Contacts 15100000001, 15100000002 … for `store.fill`. */
export function people(count: number): { phone: string; first: string }[] {
  return Array.from({ length: count }, (_, index) => ({
    phone: String(15_100_000_001 + index),
    first: `P${index + 1}`,
  }))
}
