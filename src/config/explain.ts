// Owns the plain words for what zod found wrong with one value.
import type { core } from 'zod'
import { didYouMean, oneOf } from '../lib/suggest.ts'

type Issue = core.$ZodIssue

/** What a message may show of the value: nothing, when it came from outside of the file or is a secret. */
export interface Seen {
  readonly value: unknown
  readonly mayShow: boolean
}

/** What is wrong, to stand after the key's name, e.g. `must be at least 1`. */
export function explainIssue(issue: Issue, seen: Seen): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType([issue.expected], seen)
    case 'invalid_value':
      return wrongChoice(issue.values.map(String), seen)
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive ?? true, seen)
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}${shown(seen)}`
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}${shown(seen)}`
    case 'invalid_format':
      return wrongFormat(issue.format, issue.message, seen)
    case 'invalid_key':
      return 'has a key that is empty or not allowed'
    case 'invalid_union':
      return 'fits none of the forms that it may have; see docs/configuration.md'
    default:
      return `is not right: ${issue.message}`
  }
}

/** `must be text or a list`, with a hint where the value only needs other quotes. */
export function wrongType(expected: readonly string[], { value, mayShow }: Seen): string {
  if (value === undefined) return 'is missing'
  if (value === null) return 'is empty: give it a value or take the key out'
  const wanted = oneOf([...new Set(expected.map((type) => TYPE_WORDS[type] ?? type))])
  const must = `must be ${wanted}, not ${typeWords(value, mayShow)}`
  if (expected.includes('string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return `${must}; put it in quotes`
  }
  if (typeof value !== 'string' || !mayShow) return must
  if (expected.includes('boolean') && /^(yes|no|on|off|true|false)$/i.test(value)) {
    return `${must}; write true or false without quotes`
  }
  const isNumeric =
    expected.some((type) => type === 'number' || type === 'int') && /^-?\d+(\.\d+)?$/.test(value)
  return isNumeric ? `${must}; write it without quotes` : must
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a group of keys',
  record: 'a group of keys',
  array: 'a list',
}

function typeWords(value: unknown, mayShow: boolean): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of keys'
  if (!mayShow) return typeof value === 'string' ? 'text' : `a ${typeof value}`
  return typeof value === 'string' ? `the text ${quoted(value)}` : `${value}`
}

function wrongChoice(choices: readonly string[], seen: Seen): string {
  const { value, mayShow } = seen
  if (value === undefined) return 'is missing'
  if (value === null) return 'is empty: give it a value or take the key out'
  const guess = mayShow && typeof value === 'string' ? didYouMean(value, choices) : ''
  return `must be ${oneOf(choices)}${shown(seen)}${guess}`
}

function tooSmall(origin: string, minimum: number, inclusive: boolean, seen: Seen): string {
  if (origin === 'array' || origin === 'set') {
    return minimum === 1 ? 'needs at least one entry' : `needs at least ${minimum} entries`
  }
  if (origin === 'string') {
    return minimum === 1 ? 'must not be empty' : `must have at least ${minimum} characters`
  }
  return `must be ${inclusive ? 'at least' : 'more than'} ${minimum}${shown(seen)}`
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters long'
  return origin === 'array' ? ' entries long' : ''
}

function wrongFormat(format: string, message: string, seen: Seen): string {
  if (format === 'url') return `must be a URL that begins with http:// or https://${shown(seen)}`
  const own = !/^Invalid /.test(message)
  const what =
    seen.mayShow && typeof seen.value === 'string' ? `${quoted(seen.value)} does not fit` : 'does not fit'
  return own ? `${what}: ${message}` : `must be a valid ${format}${shown(seen)}`
}

/** `, not "x"`, where the value may be shown and says something. */
function shown({ value, mayShow }: Seen): string {
  if (!mayShow || (typeof value !== 'string' && typeof value !== 'number')) return ''
  return `, not ${typeof value === 'string' ? quoted(value) : value}`
}

/** A value in quotes, cut so that a message stays one line. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
}
