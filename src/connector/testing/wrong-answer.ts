// Owns what a vendor says on a bad day: refusals in the forms that vendors have, and answers that are not what they should be. Pure.
import type { Trouble } from './world.ts'

export interface Given {
  /** The answer as it should be. */
  readonly text: string
  /** The answer before this one; empty when there was none. */
  readonly before: string
  readonly now: number
  /** What came from the connector, as text. */
  readonly sent: string
  /** The origin of the vendor, and the one where its links lead instead. */
  readonly links: { readonly from: string; readonly to: string }
}

export interface WrongAnswer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What is said by an answer, and not by how the connection goes. */
type Answered = Exclude<
  Trouble,
  'cut before the answer' | 'cut in the answer' | 'more than anybody can hold' | 'no answer for now'
>

const WAIT_MS = 2_000
const QUOTA_SECONDS = 6 * 60 * 60
const DEPTH = 100_000
const HTML = '<!doctype html><title>Back soon</title><h1>We are down for maintenance</h1>'

export function wrongAnswer(what: Answered, { text, before, now, sent, links }: Given): WrongAnswer {
  const busy = (headers: Readonly<Record<string, string>> = {}) => ({
    status: 429,
    text: '{"error":"rate limit"}',
    headers,
  })
  const left = (reset: number) => busy({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) })
  const page = { text: HTML, headers: { 'content-type': 'text/html' } }
  const good = (body: string) => ({ status: 200, text: body })
  switch (what) {
    case 'busy: retry-after in seconds':
      return busy({ 'retry-after': String(WAIT_MS / 1000) })
    case 'busy: retry-after as a date':
      return busy({ 'retry-after': new Date(now + WAIT_MS).toUTCString() })
    case 'busy: reset in seconds':
      return left(WAIT_MS / 1000)
    case 'busy: reset as an instant':
      return left(Math.ceil((now + WAIT_MS) / 1000))
    case 'busy: without a word':
      return busy()
    case 'quota: used up for hours':
      return busy({ 'retry-after': String(QUOTA_SECONDS) })
    case 'down':
      return { status: 503, ...page }
    case 'half an answer':
      return good(text.slice(0, Math.floor(text.length / 2)))
    case 'a page of HTML':
      return { status: 200, ...page }
    case 'signed out':
      // As careless vendors do: what was sent comes back.
      return { status: 401, text: `invalid credential in ${sent}` }
    case 'a list where an object was':
      return good(`[${text}]`)
    case 'an empty object':
      return good('{}')
    case 'a null list':
      return good(bent(text, (value) => (Array.isArray(value) ? null : value)))
    case 'nothing but null':
      return good(bent(text, (value, key) => (key === '' ? hollow(value) : value)))
    case 'very deep JSON':
      return good('['.repeat(DEPTH) + ']'.repeat(DEPTH))
    case 'numbers without end':
      return good(text.replace(/:\s*-?\d[\d.eE+-]*(?=\s*[,}\]])/g, ':1e999'))
    case 'the answer before, again':
      return good(before === '' ? text : before)
    case 'another order':
      return good(reversed(text))
    case 'links to elsewhere':
      return good(text.replaceAll(links.from, links.to))
  }
}

/** JSON with every list of objects the other way round. */
function reversed(text: string): string {
  return bent(text, (value) => (isRows(value) ? value.reverse() : value))
}

/** JSON whose values were changed from the inside out; anything else as it is. */
function bent(text: string, change: (value: unknown, key: string) => unknown): string {
  try {
    return JSON.stringify(JSON.parse(text, (key, value: unknown) => change(value, key)))
  } catch {
    return text
  }
}

/** Its keys, and null for what they held. */
function hollow(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.fromEntries(Object.keys(value).map((key) => [key, null]))
}

function isRows(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'object' && !Array.isArray(one))
}
