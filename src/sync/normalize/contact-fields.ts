// Owns what each kind of contact field makes of a raw value: names, e-mail, tags, custom fields, the opt-out.
import type { Note } from '../contact.ts'
import { isBlankWord, quote, toLine, toText } from './text.ts'

const OPTED_OUT = new Set(['true', 'yes', 'y', '1', 'x', 'on', 't', 'stop', 'unsubscribed', 'opted out'])
const NOT_OPTED_OUT = new Set([
  '',
  'false',
  'no',
  'n',
  '0',
  'off',
  'f',
  'null',
  'none',
  'subscribed',
  'active',
  'opted in',
])
const EMAIL = /^[^\s@"<>(),;:]{1,64}@(?:[^\s@.,;:<>()"]+\.)+[^\s@.,;:<>()"\d][^\s@.,;:<>()"]+$/

/** An e-mail address with its domain in lower case; "" and a note when the text is plainly none. Never a rejection. */
export function readEmail(value: unknown, notes: Note[]): string {
  const text = toLine(value)
  if (isBlankWord(text)) return ''
  const parts = text.split(/[\s,;<>]+/).filter((part) => part.includes('@'))
  for (const part of parts) {
    const address = part.replace(/^mailto:/i, '').replace(/\.$/, '')
    if (!EMAIL.test(address) || address.length > 254) continue
    if (parts.length > 1)
      notes.push({ field: 'email', value: text.slice(0, 200), message: `Only ${quote(address)} was used.` })
    const at = address.lastIndexOf('@')
    return address.slice(0, at) + address.slice(at).toLowerCase()
  }
  notes.push({
    field: 'email',
    value: text.slice(0, 200),
    message: `${quote(text)} is not an e-mail address, so the field is blank.`,
  })
  return ''
}

/** Tags of a list, or of text separated by commas or semicolons: trimmed, without blanks and repeats, in their order. */
export function readTags(value: unknown): string[] {
  const items =
    Array.isArray(value) || value instanceof Set
      ? [...value].map(toLine)
      : toText(value)
          .split(/[,;\n]/)
          .map(toLine)
  return [...new Set(items)].filter((tag) => tag !== '')
}

/** True when a value says "do not text". A text of neither list counts as true, with a note: consent fails closed. */
export function readOptedOut(value: unknown, notes: Note[]): boolean {
  const text = toLine(value)
  const word = text.toLowerCase().replace(/[\s_-]+/g, ' ')
  if (OPTED_OUT.has(word)) return true
  if (NOT_OPTED_OUT.has(word)) return false
  notes.push({
    field: 'optedOut',
    value: text.slice(0, 200),
    message: `${quote(text)} is neither yes nor no, so this person counts as opted out. If it means something else, compare in the mapping: optedOut: '=record.field == "…"'.`,
  })
  return true
}
