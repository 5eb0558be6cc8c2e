// Owns what stands in a phone cell: undoes what spreadsheets and people did to a number, before anything is parsed.
import { isBlankWord } from './text.ts'

/** One number-like piece of a cell: an optional + and digits, ready for the parser. */
export interface PhonePiece {
  readonly kind: 'digits'
  readonly digits: string
  /** The same without a `(0)`, where there was one. */
  readonly withoutTrunk: string | null
  /** The extension that was cut off, without its sign. */
  readonly extension: string | null
  /** Written as digits only, the way a spreadsheet leaves a number. */
  readonly bare: boolean
}

export type PhoneText =
  | { readonly kind: 'blank' }
  | { readonly kind: 'not-a-number' }
  | { readonly kind: 'digits-lost' }
  | PhonePiece

/** Needs no clean-up at all: by far the most cells. */
const ORDINARY = /^\+?[ (]*\d[\d ()-]*$/
const SIMPLE = /^\+?[\d\s().-]+$/
const SEPARATORS = /[\s().\-/[\]~_·•]+/g
const NUMBER_BODY = /^[+\d\s().\-/[\]~_·•]*$/
/** Text that width and script are no matter of. */
const ASCII = /^[\t\n\x20-\x7E]*$/
const DASHES = /[\u2010-\u2015\u2212\u2043\uFE58\uFE63]/g
const INVISIBLE = /\p{Cf}|\p{Cc}(?<![\n\t])|\p{Cs}/gu
const SCHEME = /^(?:tel|sms|callto|whatsapp|phone)\s*:\s*/i
const LABEL =
  'mobile|mob|mobil|cell(?:ular)?(?:[ -]?phone)?|phone|telephone|telefon|tel[eé]fono|tel|home|work|office|business|main|direct|landline|whatsapp|sms|text|handy|portable|m[oó]vil|movil|celular|gsm|primary|number|no|nr|ph'
const LABEL_BEFORE = new RegExp(
  `^(?:(?:${LABEL})(?:\\s+(?:${LABEL}))?(?:[.:\\s-]+|(?=[+(\\d]))|\\p{L}[\\p{L}\\p{M}.' ]{0,30}:\\s*|[mthwcpo]\\.\\s*)`,
  'iu',
)
const LABEL_AFTER = new RegExp(`[\\s,:/-]+(?:${LABEL}|[mthwcpo])\\.?$`, 'iu')
const NOTE_IN_BRACKETS = /[([][^()[\]\d+]*\p{L}[^()[\]\d+]*[)\]]/gu
const EXTENSION = /(?:\s*[;,]?\s*(?:ext(?:ension|n)?|x)[.:=]?\s*#?|\s*#)\s*(\d{1,7})\s*#?$/i
/** Between two numbers; a comma or semicolon before an extension belongs to the number. */
const PARTING = /\s*[;|\n,](?!\s*(?:ext|x|#))\s*|\s+(?:or|and|&)\s+|(?<=(?:\d[\s().-]*){7})(?=\+)/i
/** Cheap to ask, and true wherever PARTING matches. */
const MAY_PART = /[;|\n,]|\s(?:or|and|&)\s|.\+/i
const SCIENTIFIC = /^\+?(\d+)(?:[.,](\d*))?e\+?(\d{1,3})$/i
const FLOAT_ARTEFACT = /^(\+?\d{7,})[.,]0+$/
const THOUSANDS = /^\d{1,3}(?:,\d{3}){2,4}$/

/**
 * The numbers that a cell holds, in their order; a single piece in the ordinary case. A text is several numbers only
 * where `;`, `|`, a comma, a new line, "or", "and" or a second + parts it; a slash parts it only when the whole is not valid,
 * so the caller tries `whole` first.
 */
export interface PhoneCell {
  readonly whole: PhoneText | null
  readonly parts: readonly PhoneText[]
}

/** Reads a phone cell of any type. Pure text work; whether a number exists is not known here. */
export function readPhoneCell(value: unknown): PhoneCell {
  if (typeof value === 'number') return { whole: numberText(value), parts: [] }
  if (typeof value === 'bigint')
    return { whole: value < 0n ? { kind: 'not-a-number' } : piece(String(value)), parts: [] }
  if (value === null || value === undefined) return { whole: { kind: 'blank' }, parts: [] }
  if (typeof value !== 'string') return { whole: { kind: 'not-a-number' }, parts: [] }
  if (ORDINARY.test(value)) return { whole: body(value, null), parts: [] }
  return readText(cleanCell(value))
}

function readText(text: string): PhoneCell {
  const whole = repaired(text)
  if (whole !== null) return { whole, parts: [] }
  const parts = MAY_PART.test(text) ? text.split(PARTING).filter((part) => part.trim() !== '') : [text]
  if (parts.length > 1)
    return { whole: null, parts: parts.map((part) => repaired(part.trim()) ?? piece(part)) }
  const only = piece(parts[0] ?? text)
  return { whole: only, parts: text.includes('/') ? text.split('/').map(piece) : [] }
}

/** What spreadsheets make of a number; null when the text is none of it. */
function repaired(text: string): PhoneText | null {
  if (isBlankWord(text)) return { kind: 'blank' }
  const scientific = SCIENTIFIC.exec(text)
  if (scientific !== null) return scientificText(scientific)
  const float = FLOAT_ARTEFACT.exec(text)?.[1]
  if (float !== undefined) return piece(float)
  return THOUSANDS.test(text) ? piece(text.replaceAll(',', '')) : null
}

/** `1.4155552671E+10` carries every digit; `1.41555E+10` does not. */
function scientificText(match: RegExpExecArray): PhoneText {
  const [, whole = '', fraction = '', power = '0'] = match
  const exponent = Number(power)
  if (exponent > 30 || fraction.length < exponent) return { kind: 'digits-lost' }
  if (/[1-9]/.test(fraction.slice(exponent))) return { kind: 'digits-lost' }
  return piece(whole + fraction.slice(0, exponent))
}

function numberText(value: number): PhoneText {
  if (Number.isNaN(value)) return { kind: 'blank' }
  if (!Number.isFinite(value) || value < 0) return { kind: 'not-a-number' }
  return Number.isSafeInteger(value) ? piece(String(value)) : { kind: 'digits-lost' }
}

function piece(text: string): PhoneText {
  if (SIMPLE.test(text)) return body(text, null)
  if (isBlankWord(text.trim())) return { kind: 'blank' }
  let rest = text
  let extension: string | null = null
  const found = EXTENSION.exec(rest)
  if (found !== null && found.index > 0) {
    extension = found[1] ?? null
    rest = rest.slice(0, found.index)
  }
  rest = rest.replace(NOTE_IN_BRACKETS, ' ').trim()
  rest = rest.replace(LABEL_BEFORE, '').replace(SCHEME, '').replace(LABEL_AFTER, '').trim()
  if (!NUMBER_BODY.test(rest)) return { kind: 'not-a-number' }
  return body(rest, extension)
}

function body(text: string, extension: string | null): PhoneText {
  const digits = squeeze(text)
  if (!/^\+?\d+$/.test(digits)) return { kind: 'not-a-number' }
  const withoutTrunk = text.includes('(0)') ? squeeze(text.replace('(0)', '')) : null
  return { kind: 'digits', digits, withoutTrunk, extension, bare: extension === null && /^\d+$/.test(text) }
}

/** Without separators; `++44` and `+0044` are two ways to write an international number at once. */
function squeeze(text: string): string {
  const digits = text.replace(SEPARATORS, '')
  return digits.startsWith('+') ? digits.replace(/^\++(?:00)?/, '+') : digits
}

/** Width, script, quotes, spreadsheet prefixes and link schemes. */
function cleanCell(text: string): string {
  const ascii = ASCII.test(text)
    ? text
    : text
        .normalize('NFKC')
        .replace(INVISIBLE, '')
        .replace(/\p{Nd}/gu, asciiDigit)
        .replace(DASHES, '-')
  return ascii
    .replace(/[^\S\n]+/g, ' ')
    .trim()
    .replace(/^=\s*(?=["'+(\d])/, '')
    .replace(/^(["'`´‘’“”])(.*)\1$/s, '$2')
    .replace(/^["'`´‘’“”]+|["'`´‘’“”]+$/g, '')
    .trim()
    .replace(SCHEME, '')
    .trim()
}

/** Decimal digits come in runs of ten in Unicode, so the value is the distance from the run's start. */
function asciiDigit(digit: string): string {
  if (digit >= '0' && digit <= '9') return digit
  const point = digit.codePointAt(0) ?? 0
  for (let value = 0; value < 10; value++) {
    const before = point - value - 1
    if (value === 9 || !/\p{Nd}/u.test(String.fromCodePoint(before))) return String(value)
  }
  return digit
}
