// Owns the line to Heymarket: one raw HTTP exchange, and whether a failed one can have reached the other side.
import { Agent as HttpAgent, type IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Got, RequestError } from 'got'

export interface LineRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** From the root, e.g. `/v1/contacts`. */
  readonly path: string
  readonly query: Readonly<Record<string, string | number | boolean>>
  readonly authorization: string
  /** Goes out as JSON; nothing when it is undefined. */
  readonly json: unknown
}

export interface LineAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Line {
  /** Errors: a LineError when no whole answer came; whatever the signal was aborted with. */
  exchange(request: LineRequest, signal?: AbortSignal): Promise<LineAnswer>
  close(): void
}

/** No whole answer came. */
export class LineError extends Error {
  override readonly name = 'LineError'
  /** e.g. `ECONNREFUSED`. */
  readonly code: string
  /** False when the request certainly never left. */
  readonly sent: boolean

  constructor(code: string, sent: boolean, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause })
    this.code = code
    this.sent = sent
  }
}

export interface HttpLineOptions {
  readonly baseUrl: string
  /** Of one exchange, in milliseconds. */
  readonly timeoutMs: number
  /** Connections at once. */
  readonly concurrency: number
}

/** The line over HTTP, with connections that are kept. */
export function httpLine({ baseUrl, timeoutMs, concurrency }: HttpLineOptions): Line {
  const agentOptions = { keepAlive: true, maxSockets: concurrency, scheduling: 'lifo' as const }
  const agent = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) }
  let client: Got | undefined
  return {
    exchange: async ({ method, path, query, authorization, json }, signal) => {
      // Here, because many a command sends no request.
      const { got, RequestError, TimeoutError } = await import('got')
      client ??= got.extend({
        prefixUrl: baseUrl,
        agent,
        retry: { limit: 0 },
        throwHttpErrors: false,
        followRedirect: false,
        timeout: { request: timeoutMs },
        headers: { 'user-agent': 'heysync', accept: 'application/json' },
      })
      try {
        const response = await client(path.slice(1), {
          method,
          responseType: 'text',
          headers: { authorization },
          searchParams: query,
          ...(json === undefined ? {} : { json, allowGetBody: true }),
          ...(signal ? { signal } : {}),
        })
        return { status: response.statusCode, headers: response.headers, body: response.body }
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
        throw lineError(error, error instanceof TimeoutError && BEFORE_SENDING.has(error.event))
      }
    },
    close: () => {
      agent.http.destroy()
      agent.https.destroy()
    },
  }
}

/** What a timeout can wait for before the request is sent. */
const BEFORE_SENDING: ReadonlySet<string> = new Set(['lookup', 'connect', 'secureConnect', 'socket'])

const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

/** Errors of the handshake: later ones of TLS may come after the request was sent. */
const BEFORE_ANY_REQUEST = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY))/

function lineError(error: RequestError, early: boolean): LineError {
  const refused = NEVER_SENT.has(error.code) || BEFORE_ANY_REQUEST.test(error.code)
  return new LineError(error.code, !early && !refused, error)
}
