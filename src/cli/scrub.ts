// Owns making records harmless before they are saved as fixtures: people become made-up ones, always the same for the same
// text, and the structure stays. Pure.
import { createHash } from 'node:crypto'

const FIRST = ['Ana', 'Ben', 'Chloé', 'Davi', 'Erin', 'Femi', 'Gül', 'Hana']
const LAST = ['Silva', 'Okafor', 'Lindqvist', 'Marsh', 'Novák', 'Ortiz', 'Park', 'Quinn']

const FIRST_NAME = /(^|[^a-z])(first|given|fore|middle|nick)[\s_-]*name|^(first|given)$/i
const NAME = /name|surname|^last$|family|contact_?person/i
/** Whatever else tells who or where somebody is. */
const PRIVATE = /address|street|city|zip|postal|note|comment|descri|birth|^dob$|ssn|gender|passport|insur/i
const MAIL = /[^\s@<>"',;:]+@[^\s@<>"',;:]+\.[a-z]{2,}/gi
/** Seven digits and more, however they are written; a date or a time is none. */
const PHONE = /(?<![\w.-]|\d:)\+?\(?\d[\d\s().-]{5,}\d(?![\w:])/g
/** No number, however many digits it has. */
const NO_PHONE = /(^|[._-])ids?$|Ids?$|(_at|At|time|date|stamp|created|updated|modified)$/i
const TIME = /^\d{4}-\d\d-\d\d([T ][\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/

const FIRST_PHONE = 1_000_000
/** `1 415 555 2671`; anything longer without a plus may be two numbers. */
const LONGEST_WITHOUT_PLUS = 11

/** Fields that the mapping reads, so that also a column called `f_17` is known for what it is. */
export interface Known {
  readonly phone: ReadonlySet<string>
  readonly name: ReadonlySet<string>
}

/** A value with nobody in it. `path` is the way to it, e.g. `mailing.city`. */
export function scrub(value: unknown, known: Known, path = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => scrub(one, known, path))
  if (typeof value === 'object' && value !== null) {
    const inner = (key: string) => (path === '' ? key : `${path}.${key}`)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scrub(one, known, inner(key))]))
  }
  if (typeof value === 'number')
    return isPerson(value, known, path) ? Number(madeUpDigits(String(value))) : value
  return typeof value === 'string' ? scrubText(value, known, path) : value
}

/** Ids of the same form, another one for each and always the same. Small numbers stay: they tell nobody. */
export function otherIds(): (id: string) => string {
  const others = new Map<string, string>()
  const used = new Set<string>()
  return (id) => {
    let other = others.get(id) ?? (/^\d{1,6}$/.test(id) ? id : letters(id))
    for (let nth = 2; !others.has(id) && used.has(other); nth += 1) other = letters(id, nth)
    others.set(id, other)
    used.add(other)
    return other
  }
}

function isPerson(value: number, known: Known, path: string): boolean {
  if (known.phone.has(path) || PRIVATE.test(path)) return true
  return Number.isInteger(value) && Math.abs(value) >= FIRST_PHONE && !NO_PHONE.test(path)
}

function scrubText(text: string, known: Known, path: string): string {
  if (text.trim() === '') return text
  const [last = ''] = path.split('.').slice(-1)
  if (known.phone.has(path))
    return text.search(PHONE) < 0 ? madeUpDigits(text) : text.replace(PHONE, madeUpDigits)
  const hidden = text.replace(MAIL, (mail) => `person${pick(mail, 10_000)}@example.com`)
  if (hidden !== text && !/\s/.test(text)) return hidden
  if (PRIVATE.test(path)) return letters(hidden)
  if (FIRST_NAME.test(last)) return FIRST[pick(text, FIRST.length)] ?? ''
  if (NAME.test(last) || known.name.has(path)) return madeUpName(text)
  if (TIME.test(text)) return text
  return hidden.replace(PHONE, madeUpDigits)
}

/** As many words as before. */
function madeUpName(text: string): string {
  const words = text.trim().split(/\s+/)
  return words
    .map((word, index) => (index === 0 && words.length > 1 ? FIRST : LAST)[pick(word, FIRST.length)] ?? '')
    .join(' ')
}

/** The last seven digits become 555-01xx; what stands between them stays. Of two numbers in a row, all of them become others. */
function madeUpDigits(text: string): string {
  const digits = [...text].filter((char) => /\d/.test(char)).length
  if (digits > LONGEST_WITHOUT_PLUS && !text.startsWith('+')) return letters(text)
  const made = `55501${String(pick(text, 100)).padStart(2, '0')}`
  let at = 0
  return text.replace(/\d/g, (digit) => {
    const place = at - (digits - made.length)
    at += 1
    return place < 0 ? digit : (made[place] ?? digit)
  })
}

/** Other letters and digits of the same kind. */
function letters(text: string, nth = 1): string {
  let at = nth === 1 ? 0 : 1_000 * nth
  return text.replace(/[\p{L}\d]/gu, (char) => {
    at += 1
    const n = pick(`${text} ${at}`, 26)
    if (/\d/.test(char)) return String(n % 10)
    const letter = String.fromCharCode(97 + n)
    return char === char.toLowerCase() ? letter : letter.toUpperCase()
  })
}

function pick(text: string, of: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % of
}
