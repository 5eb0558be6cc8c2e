// Owns one HTTP exchange with Heymarket: budget, credential, answer, and what a failure means.
// Repeats only what is safe to repeat: reads, and writes that certainly were not applied.
import { setMaxListeners } from 'node:events'
import type { ZodType } from 'zod'
import type { Clock } from '../lib/clock.ts'
import { HeysyncError } from '../lib/errors.ts'
import { traced } from '../lib/tracing.ts'
import { parseBody, statusError } from './answer.ts'
import type { Authorizer } from './auth.ts'
import type { RequestBudget } from './budget.ts'
import { parseByParts } from './by-parts.ts'
import { httpLine, type Line, type LineAnswer, LineError } from './line.ts'

export interface ApiRequest<T> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From the root, e.g. `/v1/contacts`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean>>
  readonly json?: unknown
  /** Tolerant reader of the answer. */
  readonly answer: ZodType<T>
  /** A read may be repeated at will; a write only while it certainly was not applied. */
  readonly effect: 'read' | 'write'
}

export interface Transport {
  /** Errors: the ERR_HEYMARKET_* codes. ERR_HEYMARKET_SERVER, _NO_ANSWER and _ANSWER leave a write's outcome unknown. */
  send<T>(request: ApiRequest<T>): Promise<{ value: T; requestId: string | undefined }>
  /** Milliseconds since 1970, for rules that depend on the hour. */
  now(): number
  close(): void
}

export interface TransportOptions {
  readonly baseUrl: string
  readonly authorizer: Authorizer
  readonly budget: RequestBudget
  readonly clock: Clock
  readonly random: () => number
  readonly timeoutMs: number
  readonly concurrency: number
  readonly signal?: AbortSignal
  /** Default: HTTP to `baseUrl`. */
  readonly line?: Line
  /** Called for each answer or failure, for logs and counters. */
  readonly onExchange?: (exchange: {
    method: string
    path: string
    status: number | null
    requestId: string | undefined
    ms: number
  }) => void
}

/** Tries of one request, the first included. A refused connection is most often a wrong address, so it ends sooner. */
const MAX_TRIES = 6
/** The limit is one of a minute, so waiting for it may take a minute: 1 + 2 + 4 + … + 32 seconds. */
const MAX_TRIES_RATE_LIMITED = 7
const MAX_TRIES_UNREACHABLE = 3
const LONGEST_BACKOFF_MS = 60_000

/** Milliseconds before try number `tries + 1`: doubling from half a second, with jitter, unless the other side named a time. */
export function backoffMs(tries: number, random: () => number, retryAfterMs?: number): number {
  if (retryAfterMs !== undefined) return Math.max(250, Math.min(retryAfterMs, LONGEST_BACKOFF_MS))
  const ceiling = Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** (tries - 1))
  return Math.round(ceiling * (0.5 + random() / 2))
}

/** True when a write that ended with this error may have been applied all the same. */
export function outcomeUnknown(error: unknown): boolean {
  return (
    error instanceof HeysyncError &&
    (error.code === 'ERR_HEYMARKET_SERVER' ||
      error.code === 'ERR_HEYMARKET_NO_ANSWER' ||
      error.code === 'ERR_HEYMARKET_ANSWER' ||
      // A proxy that gave up waiting says nothing of what became of the request behind it.
      error.status === 408)
  )
}

export function createTransport(options: TransportOptions): Transport {
  // Every request under way listens to the one signal: that many are no leak.
  if (options.signal) setMaxListeners(0, options.signal)
  const line = options.line ?? httpLine(options)

  async function send<T>(request: ApiRequest<T>): Promise<{ value: T; requestId: string | undefined }> {
    let renewed = false
    for (let tries = 1; ; tries += 1) {
      try {
        const { method, path } = request
        const attributes = { 'http.request.method': method, 'url.template': templateOf(path) }
        return await traced('heymarket request', attributes, () => exchange(line, options, request))
      } catch (error) {
        if (!(error instanceof HeysyncError)) throw error
        if (error.code === 'ERR_HEYMARKET_UNAUTHORIZED' && !renewed) {
          renewed = true
          options.authorizer.renew()
          continue
        }
        if (!mayRepeat(error, request.effect, tries)) throw error
        await options.clock.sleep(backoffMs(tries, options.random, error.retryAfterMs), options.signal)
      }
    }
  }

  return {
    send,
    now: () => options.clock.now(),
    close: () => line.close(),
  }
}

/** An id in a path may be somebody's. */
function templateOf(path: string): string {
  const isId = (part: string) => /\d/.test(part) && !/^v\d$/.test(part)
  return path
    .split('/')
    .map((part) => (isId(part) ? ':id' : part))
    .join('/')
}

function mayRepeat(error: HeysyncError, effect: 'read' | 'write', tries: number): boolean {
  if (error.verdict !== 'retry') return false
  if (error.code === 'ERR_HEYMARKET_UNREACHABLE') return tries < MAX_TRIES_UNREACHABLE
  if (error.code === 'ERR_HEYMARKET_RATE_LIMITED') return tries < MAX_TRIES_RATE_LIMITED
  return effect === 'read' && tries < MAX_TRIES
}

async function exchange<T>(
  line: Line,
  options: TransportOptions,
  request: ApiRequest<T>,
): Promise<{ value: T; requestId: string | undefined }> {
  const release = await options.budget.acquire(options.signal)
  const startedAt = options.clock.now()
  let response: LineAnswer | null = null
  try {
    const { method, path, query = {}, json } = request
    const authorization = await options.authorizer.header()
    response = await line.exchange({ method, path, query, authorization, json }, options.signal)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw failureOf(error, options.baseUrl)
  } finally {
    release()
    const ms = options.clock.now() - startedAt
    options.onExchange?.({
      method: request.method,
      path: request.path,
      status: response?.status ?? null,
      requestId: response === null ? undefined : requestIdOf(response),
      ms,
    })
  }
  const requestId = requestIdOf(response)
  const where = `${request.method} ${request.path}`
  if (response.status < 200 || response.status > 299) {
    throw statusError(where, response.status, response.body, response.headers, options.clock.now(), requestId)
  }
  const parsed = await parseByParts(request.answer, parseBody(response.body))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new HeysyncError('ERR_HEYMARKET_ANSWER', {
      message: `Heymarket answered ${where} in a shape that heysync does not know${issue ? ` (${issue.path.join('.') || 'answer'}: ${issue.message})` : ''}.`,
      hint: `Quote request ${requestId ?? '(no id)'} to Heymarket, or report it to heysync.`,
      status: response.status,
      ...(requestId ? { requestId } : {}),
    })
  }
  return { value: parsed.data, requestId }
}

function requestIdOf({ headers }: LineAnswer): string | undefined {
  const header = headers['x-request-id']
  return Array.isArray(header) ? header[0] : header
}

function failureOf(error: unknown, baseUrl: string): HeysyncError {
  if (!(error instanceof LineError)) throw error
  if (!error.sent) {
    return new HeysyncError('ERR_HEYMARKET_UNREACHABLE', {
      message: `${baseUrl} cannot be reached (${error.code}).`,
      hint: 'Check `heymarket.baseUrl` in heysync.yaml and the network; for the sandbox, start `heysync sandbox` first.',
      cause: error.cause,
    })
  }
  return new HeysyncError('ERR_HEYMARKET_NO_ANSWER', {
    message: `${baseUrl} gave no answer (${error.code}).`,
    hint: 'heysync finds out by itself what became of the request; run the same command again.',
    cause: error.cause,
  })
}
