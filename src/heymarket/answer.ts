// Owns how an answer is read: bodies that may be JSON, bare text or HTML, and what each status means.
import type { IncomingHttpHeaders } from 'node:http'
import { HeysyncError } from '../lib/errors.ts'
import { redact } from '../lib/redact.ts'

/** JSON where it is JSON; text such as an unquoted `ok` stays text; an empty body is null. */
export function parseBody(body: string): unknown {
  if (body.trim() === '') return null
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}

/** Where an error body may say something, in the order of how much it says. */
const PLACES = [['message'], ['error', 'message'], ['error'], ['detail'], ['error_code']] as const

/** What an error body says, in whatever form it comes: at most 300 characters, without phone numbers. */
function errorText(body: string): string {
  const parsed = parseBody(body)
  const found = PLACES.map((place) => textAt(parsed, place)).find((text) => text !== '')
  const text = found ?? body.replace(/<(style|script)\b.*?<\/\1>|<[^>]*>/gis, ' ')
  return redact(text.replace(/\s+/g, ' ').trim().replace(/^"|"$/g, '')).slice(0, 300)
}

function textAt(body: unknown, place: readonly string[]): string {
  let value = body
  for (const key of place) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined
  }
  return typeof value === 'string' ? value.trim() : ''
}

/** The error for a status outside 2xx. `where` is e.g. `POST /v1/contact`. */
export function statusError(
  where: string,
  status: number,
  body: string,
  headers: IncomingHttpHeaders,
  nowMs: number,
  requestId: string | undefined,
): HeysyncError {
  const says = errorText(body)
  const details = {
    message: `Heymarket answered ${status} to ${where}${says ? `: ${says}` : ''}${requestId ? ` (request ${requestId})` : ''}.`,
    status,
    ...(requestId ? { requestId } : {}),
  }
  if (status === 401) {
    return new HeysyncError('ERR_HEYMARKET_UNAUTHORIZED', {
      ...details,
      hint: unauthorizedHint(headers, nowMs),
    })
  }
  if (status === 403) {
    return new HeysyncError('ERR_HEYMARKET_FORBIDDEN', {
      ...details,
      hint: 'Give the API secret (or its user) access to contacts in Heymarket: Settings, Integrations, API.',
    })
  }
  if (status === 404) return new HeysyncError('ERR_HEYMARKET_NOT_FOUND', details)
  if (status === 429) {
    const retryAfterMs = retryAfter(headers['retry-after'], nowMs)
    return new HeysyncError('ERR_HEYMARKET_RATE_LIMITED', {
      ...details,
      hint: 'Lower `heymarket.requestsPerMinute`: other integrations use the same account limit of 500.',
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    })
  }
  if (status >= 500) {
    return new HeysyncError('ERR_HEYMARKET_SERVER', {
      ...details,
      hint: 'Run the same command again in a while.',
    })
  }
  if (status >= 300 && status < 400) {
    return new HeysyncError('ERR_HEYMARKET_REJECTED', {
      ...details,
      hint: 'The address redirects; set `heymarket.baseUrl` to the API itself, https://api.heymarket.com.',
    })
  }
  return new HeysyncError('ERR_HEYMARKET_REJECTED', details)
}

/** A wrong clock and a wrong key look the same to Heymarket, so the hint tells them apart. */
function unauthorizedHint(headers: IncomingHttpHeaders, nowMs: number): string {
  const theirs = Date.parse(headers.date ?? '')
  const offSeconds = Math.round((nowMs - theirs) / 1000)
  if (Number.isFinite(theirs) && Math.abs(offSeconds) > 60) {
    return `The clock of this machine is ${Math.abs(offSeconds)} s ${offSeconds > 0 ? 'ahead of' : 'behind'} Heymarket's; tokens are valid for 5 minutes only. Set the clock.`
  }
  return 'Check `heymarket.auth` in heysync.yaml: Secret ID and Secret Key come from Settings, Integrations, API. `heysync check` tries them.'
}

/** Milliseconds of a Retry-After header given in seconds or as a date. */
function retryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (!header) return undefined
  if (/^\d+$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
