// Owns times on the wire: microseconds inside, RFC 3339 text at the resolution of the dialect outside.
import type { Dialects } from './dialects.ts'

export type Resolution = Dialects['resolution']

/** Microseconds in one step of a resolution. */
export const STEP_US: Readonly<Record<Resolution, number>> = {
  microsecond: 1,
  millisecond: 1_000,
  second: 1_000_000,
}

export const ZERO_TIME = '0001-01-01T00:00:00Z'

/** Microseconds since 1970 as text, e.g. `2026-11-20T09:30:00.123456Z`. */
export function stampText(us: number, resolution: Resolution): string {
  const ms = Math.floor(us / 1_000)
  const text = new Date(ms).toISOString()
  if (resolution === 'second') return `${text.slice(0, 19)}Z`
  if (resolution === 'millisecond') return text
  return `${text.slice(0, 23)}${String(us - ms * 1_000).padStart(3, '0')}Z`
}

const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/

/** Text as microseconds since 1970, cut down to the resolution; null when it is no RFC 3339 time. */
export function readStamp(text: string, resolution: Resolution): number | null {
  const match = RFC3339.exec(text)
  if (match === null) return null
  const [, day = '', hour = '', fraction = '', zone = ''] = match
  const ms = Date.parse(`${day}T${hour}${zone.toUpperCase()}`)
  if (Number.isNaN(ms)) return null
  // Times before 1970 are before every contact; 0 keeps the sum within exact numbers.
  const us = Math.max(0, ms * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6)))
  const step = STEP_US[resolution]
  return Math.floor(us / step) * step
}
