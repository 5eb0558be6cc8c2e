// Owns what PostgreSQL's types become: whole numbers beyond 2^53 and decimals stay text, times become ISO text.
import type { Column } from './session.ts'

const BOOL = 16
const BYTEA = 17
const NUMBERS = new Set([21, 23, 26])
const FLOATS = new Set([700, 701])
const JSONS = new Set([114, 3802])
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const DATE = 1082
const NUMERIC_TEXT = new Set([20, 1700])

type Reader = (text: string) => unknown

/** What a value is, of the text that PostgreSQL sends in a session with ISO dates in UTC. */
export function readerOf(oid: number): Reader {
  if (oid === BOOL) return (text) => text === 't'
  if (NUMBERS.has(oid)) return Number
  // NaN and Infinity are no JSON.
  if (FLOATS.has(oid)) return (text) => (Number.isFinite(Number(text)) ? Number(text) : text)
  if (JSONS.has(oid)) return (text) => JSON.parse(text) as unknown
  if (oid === BYTEA) return (text) => text.replace(/^\\x/, '')
  if (oid === TIMESTAMPTZ) return (text) => text.replace(' ', 'T').replace(/\+00$/, 'Z')
  if (oid === TIMESTAMP) return (text) => text.replace(' ', 'T')
  return (text) => text
}

export interface PostgresType {
  readonly oid: number
  readonly name: string
  /** With its schema: `character` alone would be a single one. */
  readonly cast: string
  /** `A` for arrays, `E` for enums, as in pg_type. */
  readonly category: string
}

export function columnOf(name: string, { oid, name: type, cast, category }: PostgresType): Column {
  const base = { name, type, cast }
  if (oid === TIMESTAMPTZ) return { ...base, holds: 'date', time: 'instant' }
  if (oid === TIMESTAMP || oid === DATE) return { ...base, holds: 'date', time: 'wall' }
  if (oid === BOOL) return { ...base, holds: 'boolean' }
  if (oid === BYTEA) return { ...base, holds: 'binary' }
  if (JSONS.has(oid)) return { ...base, holds: 'object' }
  if (category === 'A') return { ...base, holds: 'list' }
  if (NUMBERS.has(oid) || FLOATS.has(oid) || NUMERIC_TEXT.has(oid)) return { ...base, holds: 'number' }
  return { ...base, holds: 'text' }
}

/** Arrays whose elements would lose digits as JSON numbers. */
const WIDE_ARRAYS = new Set(['bigint[]', 'numeric[]'])

/** An array is read as JSON, so that its elements need no parser of their own. */
export function readExpression(quoted: string, { holds, type }: Column): string {
  if (holds !== 'list') return quoted
  return WIDE_ARRAYS.has(type) ? `to_json(${quoted}::text[])` : `to_json(${quoted})`
}
