// Owns a connector's requests to its source: inside the source's own budget, repeated where that helps, with a credential
// that is renewed once when it is refused, and without a secret or a person in anything that is said.
import type { Agents } from 'got'
import { redact as withoutPhones } from '../../lib/redact.ts'
import { ConnectorError } from '../error.ts'
import type { Ground } from '../ground.ts'
import { type HttpAnswer, HttpRefusal } from './answer.ts'
import type { Auth, Credential } from './auth.ts'
import type { BudgetWindow, SourceBudget } from './budget.ts'
import { type RetryAfterUnit, readLimits, type SaidLimits } from './limits.ts'
import { redact } from './redact.ts'

export interface HttpRequest {
  readonly method?: 'GET' | 'POST'
  /** From `baseUrl`, e.g. `crm/v3/objects/contacts`; or a whole address of the same origin, as answers link to it. */
  readonly url: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly headers?: Readonly<Record<string, string>>
  /** The body: JSON, or a form. */
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  /** Which part of the budget it uses; `default` unless given. */
  readonly bucket?: string
  /** In the points of the budget; 1 unless given. */
  readonly cost?: number
}

/**
 * What an answer means. `again`: wait and repeat. `quota`: nothing more before the quota begins anew. `sign-in`: the
 * credential is not taken. `refused`: the answer is what it is; whoever asked gets it as an error.
 */
export type HttpVerdict = 'ok' | 'again' | 'quota' | 'sign-in' | 'refused'

/** What a connector says of its vendor. */
export interface SourceHttp {
  readonly baseUrl: string
  readonly auth: Auth
  /** Which account of the vendor it is, where several sources may share one: they share its budget too. */
  readonly account?: string
  /** The vendor's limits, by bucket; a request that names none belongs to `default`. */
  readonly windows?: Readonly<Record<string, readonly BudgetWindow[]>>
  /** Vendors who say with a 200 or a 403 that there was too much. Null leaves it to the status. */
  readonly judge?: (answer: HttpAnswer) => HttpVerdict | null
  /** What else an answer says of the budget, e.g. in its body. */
  readonly limits?: (answer: HttpAnswer) => Partial<SaidLimits>
  readonly retryAfterUnit?: RetryAfterUnit
  /** Waits that are longer stop the pull, in milliseconds. */
  readonly longestWaitMs?: number
  /** What an operator can do where one is: which option lets it wait for longer. */
  readonly longestWaitHint?: string
  /** Of one exchange, in milliseconds. */
  readonly timeoutMs?: number
  readonly maxBytes?: number
  /** Other origins that links may lead to, e.g. `https://files.example.com`. */
  readonly linkOrigins?: readonly string[]
}

/** What the engine adds. */
export interface HttpOptions extends SourceHttp {
  readonly budget: SourceBudget
  readonly context: Ground
  readonly random: () => number
  readonly agent: Agents
}

export interface Http {
  /**
   * The answer, when the source says yes. Errors: a ConnectorError `unauthorized`, `quota` or `failed`; an HttpRefusal
   * (`failed`, with the answer) when the source says no; the signal's reason.
   */
  send(request: HttpRequest): Promise<HttpAnswer>
  /** The same, read as JSON. */
  json(request: HttpRequest): Promise<unknown>
}

/** Loads with the first request: many a command sends none. */
const library = () => import('got')

const TRIES = 6
const LONGEST_BACKOFF_MS = 60_000
const DEFAULT_LONGEST_WAIT_MS = 5 * 60_000
const DEFAULT_TIMEOUT_MS = 60_000
const DEFAULT_MAX_BYTES = 64 * 1024 * 1024
const SHOWN_CHARS = 300
/** Of a page of HTML in place of records. */
const SHOWN_OF_PAGE = 40
const HTML = /^<(!doctype )?html/i

export function openHttp(options: HttpOptions): Http {
  const { auth, budget, context } = options
  const { maxBytes = DEFAULT_MAX_BYTES, longestWaitMs = DEFAULT_LONGEST_WAIT_MS } = options
  const { longestWaitHint } = options
  const { signal, clock, log } = context
  const { agent, random } = options
  const origins = new Set([new URL(options.baseUrl).origin, ...(options.linkOrigins ?? [])])
  const hide = (text: string) => withoutPhones(redact(text, auth.secrets()))

  const exchange = async (url: URL, request: HttpRequest, credential: Credential): Promise<HttpAnswer> => {
    const full = new URL(url)
    for (const [name, value] of Object.entries(credential.query ?? {})) full.searchParams.set(name, value)
    const body =
      request.form === undefined
        ? request.json === undefined
          ? {}
          : { json: request.json }
        : { form: request.form }
    const { got } = await library()
    const asked = got(full, {
      method: request.method ?? 'GET',
      agent,
      retry: { limit: 0 },
      throwHttpErrors: false,
      // A redirect could lead a credential anywhere.
      followRedirect: false,
      timeout: { request: options.timeoutMs ?? DEFAULT_TIMEOUT_MS },
      headers: {
        accept: 'application/json',
        'user-agent': 'heysync',
        ...request.headers,
        ...credential.headers,
      },
      signal,
      ...body,
    })
    let tooLarge = false
    asked.on('downloadProgress', ({ transferred }: { transferred: number }) => {
      if (transferred <= maxBytes) return
      tooLarge = true
      asked.cancel()
    })
    try {
      const { statusCode, headers, body: text } = await asked
      return { status: statusCode, headers, text, url: url.href }
    } catch (error) {
      signal.throwIfAborted()
      if (tooLarge)
        throw new ConnectorError('unreadable', {
          message: `${placeOf(url, request)} answered with more than ${Math.round(maxBytes / 1024 / 1024)} MB.`,
          hint: 'Ask for smaller pages in the options of this source.',
        })
      throw error
    }
  }

  const hear = (bucket: string, answer: HttpAnswer): SaidLimits => {
    const said = {
      ...readLimits(answer.headers, clock.now(), options.retryAfterUnit),
      ...options.limits?.(answer),
    }
    budget.heard(bucket, said)
    return said
  }

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const url = addressOf(options.baseUrl, origins, request)
    const bucket = request.bucket ?? 'default'
    let renewed = false
    for (let tries = 1; ; tries += 1) {
      const credential = await auth.credential()
      await budget.acquire(bucket, request.cost ?? 1, signal, longestWaitMs, longestWaitHint)
      const backoffMs = Math.round(
        Math.min(LONGEST_BACKOFF_MS, 500 * 2 ** (tries - 1)) * (0.5 + random() / 2),
      )
      let answer: HttpAnswer
      try {
        answer = await exchange(url, request, credential)
      } catch (error) {
        const { RequestError } = await library()
        if (!(error instanceof RequestError)) throw error
        const why = hide(`${placeOf(url, request)}: ${error.code}`)
        if (tries >= TRIES)
          throw new ConnectorError('failed', {
            message: `The source could not be reached, ${TRIES} times: ${why}.`,
            cause: new Error(hide(error.message)),
          })
        log.debug(`${why}, trying again`)
        await clock.sleep(backoffMs, signal)
        continue
      }
      const said = hear(bucket, answer)
      const verdict = options.judge?.(answer) ?? judgeStatus(answer.status)
      if (verdict === 'ok') return answer
      if (verdict === 'sign-in' && !renewed && (await auth.renew(credential))) {
        renewed = true
        continue
      }
      const words = hide(`${placeOf(url, request)} answered ${answer.status}${shown(answer)}`)
      if (verdict === 'sign-in')
        throw new ConnectorError('unauthorized', {
          message: `The source does not take the credential: ${words}`,
          hint: 'Correct or renew the credential in the options of this source, then run heysync check.',
        })
      if (verdict === 'refused') throw new HttpRefusal(answer, words)
      const until = said.retryAt ?? (said.remaining === 0 ? said.resetAt : null)
      // An instant that is past, or no wait at all, may come of a clock that is wrong.
      const waitMs = Math.max(backoffMs, (until ?? 0) - clock.now())
      if (verdict === 'quota' || waitMs > longestWaitMs)
        throw new ConnectorError('quota', {
          message: `The source takes no more requests for now: ${words}`,
          ...(verdict === 'quota' || longestWaitHint === undefined ? {} : { hint: longestWaitHint }),
          until: clock.now() + (until === null ? QUOTA_PAUSE_MS : waitMs),
        })
      if (tries >= TRIES)
        throw new ConnectorError('failed', { message: `Given up after ${TRIES} tries: ${words}` })
      log.debug(`${words}, trying again in ${waitMs} ms`)
      if (answer.status === 429) budget.pause(bucket, clock.now() + waitMs)
      await clock.sleep(waitMs, signal)
    }
  }

  return {
    send,
    json: async (request) => {
      const answer = await send(request)
      try {
        return JSON.parse(answer.text) as unknown
      } catch {
        throw new ConnectorError('failed', {
          message: hide(
            `${placeOf(new URL(answer.url), request)} answered with something else than JSON${shown(answer)}`,
          ),
        })
      }
    },
  }
}

/** A quota without a word on when it begins anew. */
const QUOTA_PAUSE_MS = 60 * 60_000

function judgeStatus(status: number): HttpVerdict {
  if (status >= 200 && status < 300) return 'ok'
  if (status === 401) return 'sign-in'
  if (status === 408 || status === 423 || status === 425 || status === 429 || status >= 500) return 'again'
  return 'refused'
}

/** Errors: a ConnectorError `failed` when a link leads to another origin, where the credential has no business. */
function addressOf(baseUrl: string, origins: ReadonlySet<string>, { url, query }: HttpRequest): URL {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
  const address = new URL(url, base)
  if (!origins.has(address.origin))
    throw new ConnectorError('failed', {
      message: `The source links to ${address.origin}, and belongs to ${[...origins][0]}. The link was not followed.`,
    })
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) address.searchParams.set(name, String(value))
  return address
}

/** Method and path; the query may hold people. */
function placeOf(url: URL, { method = 'GET' }: HttpRequest): string {
  return `${method} ${url.origin}${url.pathname}`
}

/** Of a refusal its words. A good answer is people: of that its size and kind, and how it begins where it is a page of HTML. */
function shown({ status, text, headers }: HttpAnswer): string {
  const line = text.replace(/\s+/g, ' ').trim()
  const cut = (chars: number) => `: ${line.length > chars ? `${line.slice(0, chars)}…` : line}`
  if (status < 200 || status >= 300) return line === '' ? '.' : cut(SHOWN_CHARS)
  const kind = headers['content-type'] ?? 'no content-type'
  return ` (${text.length} characters, ${kind})${HTML.test(line) ? cut(SHOWN_OF_PAGE) : '.'}`
}
