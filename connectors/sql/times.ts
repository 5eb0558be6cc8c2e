// Owns the way between what a clock on a wall showed and the instant that it was, with every digit kept as text.
import { DateTime } from 'luxon'
import type { Bounds } from './session.ts'

const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/i

const IN_UTC = /^(?:z|[+-]00(?::?00)?)$/i

/** From here on a number is milliseconds since 1970, and no seconds: as seconds it would be the year 5138. */
export const LEAST_MS = 100_000_000_000

/**
 * RFC 3339 in UTC of a time as databases write it. Without an offset it is a time in the zone; in the hour that a clock
 * shows twice nobody can tell which one it was, and then it is null, as for what is no time. Numbers count from 1970.
 */
export function toInstant(value: unknown, zone: string): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return ofNumber(Number(value))
  const match = TIME.exec(String(value).trim())
  if (!match || match[1] === '0000') return null
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction, offset] =
    match
  const clock = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const end = fraction === undefined ? 'Z' : `.${fraction}Z`
  const inUtc = offset === undefined ? zone === 'UTC' : IN_UTC.test(offset)
  if (inUtc && isDay(+year, +month, +day) && +hour < 24 && +minute < 60 && +second < 60)
    return `${clock}${end}`
  const at = DateTime.fromISO(offset === undefined ? clock : `${clock}${offset}`, {
    zone: offset === undefined ? zone : 'UTC',
  })
  if (!at.isValid || (offset === undefined && at.getPossibleOffsets().length > 1)) return null
  return `${at.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss")}${end}`
}

/** What is none, and hour 24, is left to luxon, which takes ten times as long. */
function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  // Day 0 of a month is the last of the one before.
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function ofNumber(value: number): string | null {
  const at = DateTime.fromMillis(value >= LEAST_MS ? value : value * 1_000, { zone: 'UTC' })
  return at.isValid ? at.toFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'") : null
}

/**
 * Bounds of a window of instants. Where the clocks were put back or forward within it, its walls are drawn so wide that
 * every time shown in it lies between them; what is read twice by this is recognised.
 */
export function boundsOf(window: { from: string | null; to: string }, zone: string): Bounds {
  const to = DateTime.fromISO(window.to, { zone })
  const from = window.from === null ? null : DateTime.fromISO(window.from, { zone })
  const minutes = from === null ? 0 : Math.abs(to.offset - from.offset)
  const bound = (at: DateTime, text: string, wider: number) => {
    const fraction = /\.\d+/.exec(text)?.[0] ?? ''
    // As UTC, in which no hour is missing or there twice.
    const wall = at.setZone('UTC', { keepLocalTime: true }).plus({ minutes: wider })
    return { instant: toText(at.toUTC(), fraction), wall: toText(wall, fraction) }
  }
  return {
    from: from === null || window.from === null ? null : bound(from, window.from, -minutes),
    to: bound(to, window.to, minutes),
  }
}

function toText(at: DateTime, fraction: string): string {
  return `${at.toFormat('yyyy-MM-dd HH:mm:ss')}${fraction}`
}
