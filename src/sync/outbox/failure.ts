// Owns a failure: an operation that did not get through, as people and rules see it, with its cause. Pure.
// A cause is what many failures have in common: the code, and what Heymarket said without the numbers, addresses and
// values of the one contact that it said it about.
import type { ErrorCode } from '../../lib/errors.ts'
import type { Change } from '../diff/change.ts'
import type { Operation } from './outbox.ts'

export interface FailedChange {
  readonly phone: string
  readonly kind: Change['kind'] | 'listAdd' | 'listRemove'
  /** `retrying`: it waits for its next try, or for its first. */
  readonly state: 'dead' | 'retrying'
  readonly code: ErrorCode | null
  readonly cause: string | null
  readonly message: string | null
  /** The owned field that Heymarket named, or that it did not keep; several are joined with commas. */
  readonly field: string | null
  /** The title of the list that somebody was to get on or off; null where the contact itself is concerned. */
  readonly list: string | null
  readonly source: string
  readonly record: string
  readonly requestId: string | null
  readonly attempts: number
  /** Milliseconds. */
  readonly since: number
}

export function failureOf(operation: Operation): FailedChange {
  const change = JSON.parse(operation.change) as Change
  const { error_code: code, error: message } = operation
  const lost = code === 'ERR_NOT_STORED' ? fieldNames(change) : null
  return {
    phone: operation.phone,
    kind: operation.kind,
    state: operation.state === 'dead' ? 'dead' : 'retrying',
    code,
    cause: lost === null ? causeOf(message ?? '', valuesIn(change)) : `keeps other values: ${lost}`,
    message,
    field: lost ?? fieldIn(readMessage(message ?? '').says, change),
    list: null,
    source: operation.source_id,
    record: change.recordId,
    requestId: operation.request_id,
    attempts: operation.attempts,
    since: operation.created_at,
  }
}

/** What many failures have in common in what Heymarket said; null where it said nothing. `values` are those of the contact. */
export function causeOf(message: string, values: readonly string[] = []): string | null {
  const { status, says } = readMessage(message)
  return [status, essenceOf(says, values) || (status && 'without a word')].filter(Boolean).join(' ') || null
}

function fieldNames({ fields }: Change): string {
  return fields
    .map(({ field }) => field)
    .sort()
    .join(', ')
}

/** Takes apart what the client says about an answer: `Heymarket answered 400 to PUT /v1/contact/7: … (request …).` */
function readMessage(message: string): { status: string; says: string } {
  const answered = /^Heymarket answered (\d{3}) to \S+ [^\s:]+(?:: (.*?))?(?: \(request [^)]*\))?\.$/s.exec(
    message,
  )
  return answered ? { status: answered[1] ?? '', says: answered[2] ?? '' } : { status: '', says: message }
}

/** Shorter values are words of any sentence. */
const LEAST_VALUE = 3

function valuesIn({ fields }: Change): string[] {
  return fields.flatMap((field) => ('add' in field ? [field.after, ...field.add] : [field.after]))
}

function essenceOf(says: string, values: readonly string[]): string {
  const longestFirst = values
    .filter((value) => value.length >= LEAST_VALUE)
    .sort((a, b) => b.length - a.length)
  const nameless = longestFirst.reduce((text, value) => text.replace(wholeWord(value), '…'), says)
  return nameless
    .replace(/https?:\/\/[^\s)]+/g, '…')
    .replace(/[^\s"'<>(),;:]+@[^\s"'<>(),;:]+\.\w+/g, '…')
    .replace(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\+?[\d•][\d•.,-]*[\d•]|\d/g, '#')
    .replace(/\s+/g, ' ')
    .replace(/\.$/, '')
    .trim()
}

function wholeWord(value: string): RegExp {
  const literal = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`, 'gu')
}

/** What Heymarket calls a field, and what the mapping calls it. `first` and `last` are also plain words. */
const WIRE_NAMES: readonly (readonly [name: RegExp, field: string])[] = [
  [/^["'`]?first["'`]?\s*[:=]|["'`]first["'`]/i, 'first'],
  [/^["'`]?last["'`]?\s*[:=]|["'`]last["'`]/i, 'last'],
  [/\bdisplay_name\b/i, 'displayName'],
  [/\be-?mail\b/i, 'email'],
  [/\btags?\b/i, 'tags'],
  [/\bcustom\b/i, 'custom'],
  [/\bassignee(_id)?\b/i, 'assignee'],
  [/\bis_opted_out\b/i, 'optedOut'],
  [/\bphone\b/i, 'phone'],
]

/** The field that stands first in what Heymarket says; of custom fields by name where the change has only one. */
function fieldIn(says: string, change: Change): string | null {
  const [found] = WIRE_NAMES.map(([name, field]) => ({ at: says.search(name), field }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)
  if (found?.field !== 'custom') return found?.field ?? null
  const custom = change.fields.map(({ field }) => field).filter((field) => field.startsWith('custom.'))
  return custom.length === 1 ? (custom[0] ?? null) : 'custom'
}
