// Owns what an answer says about the source's limits, in each form that vendors use. Pure.
import type { IncomingHttpHeaders } from 'node:http'

export interface SaidLimits {
  /** Nothing more before this instant, because the answer says so; milliseconds since 1970. */
  readonly retryAt: number | null
  /** Requests left in the window. */
  readonly remaining: number | null
  /** When the window begins anew; milliseconds since 1970. */
  readonly resetAt: number | null
  /** Requests left of the day or of another long quota. */
  readonly quotaRemaining: number | null
}

/** `milliseconds` and `guess` (1,000 and more are milliseconds) are for vendors who break the standard, which counts seconds. */
export type RetryAfterUnit = 'seconds' | 'milliseconds' | 'guess'

const SECOND_MS = 1000
/** A smaller reset is so many seconds from now, a larger one an instant: no window lasts eleven days. */
const FIRST_EPOCH_SECOND = 1_000_000
const FIRST_EPOCH_MS = 100_000_000_000
/** Nobody is believed for longer: a wait beyond a day is mostly one in another unit, and after a day it costs one request to ask. */
const LONGEST_MS = 24 * 60 * 60_000

/** Reads every known header. `now`: milliseconds since 1970. */
export function readLimits(
  headers: IncomingHttpHeaders,
  now: number,
  unit: RetryAfterUnit = 'seconds',
): SaidLimits {
  const standard = readStandard(headers)
  const first = (...names: readonly string[]) =>
    names.map((name) => numberIn(headers[name])).find((value) => value !== null) ?? null
  const remaining = first(
    'x-ratelimit-remaining',
    'x-rate-limit-remaining',
    'ratelimit-remaining',
    'x-hubspot-ratelimit-remaining',
  )
  const reset = first('x-ratelimit-reset', 'x-rate-limit-reset', 'ratelimit-reset') ?? standard.reset
  const intervalMs = first('x-hubspot-ratelimit-interval-milliseconds')
  const resetAt = reset !== null ? instantOf(reset, now) : intervalMs === null ? null : now + intervalMs
  const believed = (at: number | null) => (at === null ? null : Math.min(at, now + LONGEST_MS))
  return {
    retryAt: believed(readRetryAfter(headers['retry-after'], now, unit)),
    remaining: remaining ?? standard.remaining,
    resetAt: believed(resetAt),
    quotaRemaining:
      first('x-hubspot-ratelimit-daily-remaining', 'x-api-credits-remaining') ??
      usageLeft(headers['sforce-limit-info']),
  }
}

/** RFC 9110: seconds or a date; null when it is neither. */
function readRetryAfter(value: string | undefined, now: number, unit: RetryAfterUnit): number | null {
  const text = value?.trim() ?? ''
  if (text === '') return null
  const count = Number(text)
  if (Number.isNaN(count)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? null : Math.max(now, at)
  }
  if (count < 0) return null
  const isMs = unit === 'milliseconds' || (unit === 'guess' && count >= SECOND_MS)
  return now + Math.ceil(isMs ? count : count * SECOND_MS)
}

function instantOf(reset: number, now: number): number {
  if (reset >= FIRST_EPOCH_MS) return reset
  return reset >= FIRST_EPOCH_SECOND ? reset * SECOND_MS : now + reset * SECOND_MS
}

/** `RateLimit: limit=100, remaining=0, reset=5` and its later form `"default";r=0;t=5`. */
function readStandard(headers: IncomingHttpHeaders): { remaining: number | null; reset: number | null } {
  const text = String(headers.ratelimit ?? '')
  const part = (names: string) =>
    numberIn(new RegExp(`(?:^|[;,\\s])(?:${names})\\s*=\\s*(\\d+(?:\\.\\d+)?)`).exec(text)?.[1])
  return { remaining: part('remaining|r'), reset: part('reset|t') }
}

/** `api-usage=18000/100000`. */
function usageLeft(value: string | string[] | undefined): number | null {
  const [, used, total] = /api-usage=(\d+)\/(\d+)/.exec(String(value ?? '')) ?? []
  return used === undefined || total === undefined ? null : Number(total) - Number(used)
}

function numberIn(value: string | string[] | undefined): number | null {
  const text = Array.isArray(value) ? value[0] : value
  if (text === undefined || text.trim() === '') return null
  const number = Number(text)
  return Number.isFinite(number) && number >= 0 ? number : null
}
