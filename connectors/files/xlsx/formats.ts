// Owns how a number of a cell becomes text: dates in ISO form, and digits without an exponent.
import type { Parts } from './parts.ts'
import { attribute, parse } from './xml.ts'

export type Format =
  | { readonly kind: 'number' }
  /** Whole numbers with zeros in front, such as ZIP codes. */
  | { readonly kind: 'digits'; readonly count: number }
  | { readonly kind: 'date'; readonly withTime: boolean; readonly withDay: boolean }

const NUMBER: Format = { kind: 'number' }
const date = (withDay: boolean, withTime: boolean): Format => ({ kind: 'date', withDay, withTime })

/** Formats that have a number and no text of their own (ECMA-376 part 1, 18.8.30). */
function builtIn(id: number): Format {
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return date(true, false)
  if (id === 22) return date(true, true)
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return date(false, true)
  return NUMBER
}

/** What a format code such as `yyyy-mm-dd h:mm` shows. */
function readFormat(code: string): Format {
  if (/^0{2,}$/.test(code)) return { kind: 'digits', count: code.length }
  const [shown = ''] = code.replace(/"[^"]*"|\\.|[_*]./g, '').split(';')
  // Hours beyond a day are a length of time, not a time.
  if (/\[[hms]+\]/i.test(shown)) return NUMBER
  const letters = shown.replace(/\[[^\]]*\]|AM\/PM|A\/P|General/gi, '')
  const withTime = /[hs]/i.test(letters)
  const withDay = /[yd]/i.test(letters) || (!withTime && /m/i.test(letters))
  return withDay || withTime ? date(withDay, withTime) : NUMBER
}

/** The format of each cell style, by its number. */
export async function readFormats(
  parts: Parts,
  name: string | null,
  label: string,
): Promise<readonly Format[]> {
  const own = new Map<number, Format>()
  const formats: Format[] = []
  let inCells = false
  if (name === null) return formats
  await parse(parts.read(name), label, {
    open: (element, attributes) => {
      if (element === 'cellXfs') inCells = true
      const id = Number(attribute(attributes, 'numFmtId') ?? 0)
      if (element === 'numFmt') own.set(id, readFormat(attribute(attributes, 'formatCode') ?? ''))
      else if (element === 'xf' && inCells) formats.push(own.get(id) ?? builtIn(id))
    },
    close: (element) => {
      if (element === 'cellXfs') inCells = false
    },
  })
  return formats
}

/** @param since1904 as old workbooks of a Mac count days. */
export function numberText(raw: string, format: Format, since1904: boolean): string {
  if (format.kind === 'date') return dateText(Number(raw), format, since1904) ?? plainNumber(raw)
  const text = plainNumber(raw)
  return format.kind === 'digits' && /^\d+$/.test(text) ? text.padStart(format.count, '0') : text
}

/** Digits as Excel shows them, at most 15 of a fraction, and never with an exponent. */
function plainNumber(raw: string): string {
  const text = raw.trim()
  const value = Number(text)
  if (/^-?\d+$/.test(text) || text === '' || !Number.isFinite(value)) return text
  if (Number.isInteger(value)) return BigInt(value).toString()
  const shown = Number(value.toPrecision(15))
  return shown.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 })
}

const DAY_MS = 86_400_000
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)
/** 1900 was no leap year, and Excel thinks that it was. */
const FALSE_LEAP_DAY = 60
const LAST_DAY = 2_958_466

/** Null for what is no day of the calendar. */
function dateText(
  serial: number,
  format: { readonly withTime: boolean; readonly withDay: boolean },
  since1904: boolean,
): string | null {
  if (!(serial >= 0 && serial < LAST_DAY)) return null
  if (!since1904 && Math.floor(serial) === FALSE_LEAP_DAY) return null
  const early = !since1904 && serial < FALSE_LEAP_DAY ? DAY_MS : 0
  const epoch = since1904 ? EPOCH_1904 : EPOCH_1900 + early
  const [day = '', time = ''] = new Date(epoch + Math.round(serial * DAY_MS))
    .toISOString()
    .slice(0, -1)
    .split('T')
  const clock = time.replace('.000', '')
  if (!format.withDay && serial < 1) return clock
  return format.withTime || clock !== '00:00:00' ? `${day}T${clock}` : day
}
