// Owns times: how a bound of the window is written for the API, and how a time in a record is read. Pure.
import { DateTime } from 'luxon'

export interface TimeOptions {
  readonly format: string
  readonly zone: string
  readonly lower: 'inclusive' | 'exclusive'
  readonly upper: 'inclusive' | 'exclusive'
  readonly recordFormat?: string | undefined
}

const SECOND_MS = 1_000

/** Formats that are not one of luxon. */
const KNOWN: Readonly<Record<string, { unitMs: number; write: (ms: number) => string | number }>> = {
  iso: { unitMs: 1, write: (ms) => new Date(ms).toISOString() },
  'iso-seconds': { unitMs: SECOND_MS, write: (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z` },
  'epoch-seconds': { unitMs: SECOND_MS, write: (ms) => Math.floor(ms / SECOND_MS) },
  'epoch-milliseconds': { unitMs: 1, write: (ms) => ms },
}

/** Of a format of luxon, by its smallest part: the first of these whose letters it has. */
const UNITS: readonly (readonly [RegExp, number])[] = [
  [/[Sux]/, 1],
  [/[sX]/, SECOND_MS],
  [/m/, 60_000],
  [/[Hh]/, 3_600_000],
]
const DAY_MS = 86_400_000

/** False for a format that writes no day, or that cannot be read back. */
export function isTimeFormat(format: string): boolean {
  if (Object.hasOwn(KNOWN, format)) return true
  const noon = DateTime.fromISO('2001-02-03T12:34:56.789', { zone: 'UTC' })
  const back = DateTime.fromFormat(noon.toFormat(format), format, { zone: 'UTC' })
  return back.isValid && Math.abs(back.toMillis() - noon.toMillis()) < DAY_MS
}

/** The smallest step between two times in this format, in milliseconds. */
export function unitOf(format: string): number {
  const letters = format.replace(/'[^']*'/g, '')
  return KNOWN[format]?.unitMs ?? UNITS.find(([shape]) => shape.test(letters))?.[1] ?? DAY_MS
}

/** An instant for the API, rounded down to what the format can say. */
function writeInstant(ms: number, { format, zone }: TimeOptions): string | number {
  return KNOWN[format]?.write(ms) ?? DateTime.fromMillis(ms, { zone }).toFormat(format)
}

/** The lower bound: where the API leaves out what is equal to it, one unit earlier. */
export function writeLower(ms: number, time: TimeOptions): string | number {
  return writeInstant(time.lower === 'exclusive' ? ms - unitOf(time.format) : ms, time)
}

/** The upper bound, in the same way one unit later. */
export function writeUpper(ms: number, time: TimeOptions): string | number {
  return writeInstant(time.upper === 'exclusive' ? ms + unitOf(time.format) : ms, time)
}

const RFC_3339 = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?\s?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i
/** Anything smaller counts seconds: as milliseconds it would be of 1973 or before. */
const FIRST_MS = 100_000_000_000

/** RFC 3339 text of a time in a record, with each digit of its fraction; null for none, or for one that has no one meaning. */
export function readInstant(value: unknown, { zone, recordFormat }: TimeOptions): string | null {
  if (typeof value === 'number') return fromEpoch(value)
  if (typeof value !== 'string' || value.trim() === '') return null
  const text = value.trim()
  if (recordFormat !== undefined) return isoOf(DateTime.fromFormat(text, recordFormat, { zone }))
  if (/^\d{9,13}(\.\d+)?$/.test(text)) return fromEpoch(Number(text))
  const [, day, time, fraction = '', offset] = RFC_3339.exec(text) ?? []
  if (day === undefined || time === undefined) return readRare(text, zone)
  // Whole seconds go through the calendar; what is finer than milliseconds would get lost there.
  const whole = DateTime.fromISO(`${day}T${time}${offset === undefined ? '' : offsetOf(offset)}`, { zone })
  const iso = isoOf(whole)
  return iso === null ? null : `${iso.slice(0, 19)}${fraction.slice(0, 10)}Z`
}

function offsetOf(text: string): string {
  return /^(Z|UTC)$/i.test(text) ? 'Z' : text
}

function readRare(text: string, zone: string): string | null {
  const forms = [
    DateTime.fromISO(text, { zone }),
    DateTime.fromRFC2822(text, { zone }),
    DateTime.fromHTTP(text),
  ]
  return isoOf(forms.find(({ isValid }) => isValid) ?? DateTime.invalid('unknown'))
}

function fromEpoch(count: number): string | null {
  if (!Number.isFinite(count) || count <= 0) return null
  return isoOf(DateTime.fromMillis(Math.round(count >= FIRST_MS ? count : count * SECOND_MS)))
}

function isoOf(at: DateTime): string | null {
  // Year 1 is how some languages write "none".
  return at.isValid && at.year > 1 ? at.toUTC().toISO() : null
}
