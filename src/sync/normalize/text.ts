// Owns how any value becomes text: source values and CEL results alike, always the same text for the same value.

const PLAIN = /^[\x20-\x7E]*$/
const ODD_SPACE = /[\u00A0\u2000-\u200A\u202F\u205F\u3000]/g
const INVISIBLE = /[\u200B\u2060\uFEFF]|\p{Cs}/gu
const CONTROL = /\p{Cc}/gu

/** Words that people and programs write into a cell to say that there is nothing. */
const BLANK_WORD =
  /^(?:n[/.]?a\.?|#n\/a|none|null|nil|nan|undefined|unknown|not (?:available|applicable|provided|known)|no (?:phone|number|e-?mail)|tbd|[-–—._?/*]+)$/i

/**
 * Text of any value: NFC, without control characters (newline and tab stay), trimmed. Numbers have no exponent,
 * null and undefined are blank, dates are ISO 8601 in UTC, lists are joined by ", ", objects are JSON.
 */
export function toText(value: unknown): string {
  return typeof value === 'string' ? cleanText(value) : cleanText(rawText(value))
}

/** `toText` on one line: newlines, tabs and runs of spaces become one space. For names. */
export function toLine(value: unknown): string {
  return toText(value).replace(/\s+/g, ' ')
}

/** True for what stands for "nothing": "", n/a, none, null, -, ., unknown and the like, in any case. */
export function isBlankWord(text: string): boolean {
  return text === '' || BLANK_WORD.test(text)
}

/** A value quoted for a message, cut to `length` characters. */
export function quote(text: string, length = 60): string {
  const characters = [...text]
  return `"${characters.length > length ? `${characters.slice(0, length).join('')}…` : text}"`
}

function cleanText(text: string): string {
  if (PLAIN.test(text)) return text.trim()
  return text
    .replace(/\r\n?/g, '\n')
    .replace(CONTROL, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replace(INVISIBLE, '')
    .replace(ODD_SPACE, ' ')
    .normalize('NFC')
    .trim()
}

function rawText(value: unknown): string {
  switch (typeof value) {
    case 'number':
      return numberText(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    case 'object':
      return value === null ? '' : objectText(value)
    default:
      return ''
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) return ''
  if (Number.isInteger(value)) return BigInt(value).toString()
  const text = String(value)
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text
}

function objectText(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString()
  if (Array.isArray(value) || value instanceof Set) {
    return [...value]
      .map(toText)
      .filter((text) => text !== '')
      .join(', ')
  }
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  if (value instanceof Map) return json(Object.fromEntries(value))
  // CEL's uint and duration are objects of their own classes that say themselves as text.
  const madeBy = (value as { constructor?: unknown }).constructor
  return madeBy === undefined || madeBy === Object ? json(value) : String(value)
}

function json(value: object): string {
  try {
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? rawBigint(item) : item))
  } catch {
    return ''
  }
}

function rawBigint(value: bigint): number | string {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
}
