// Owns what the types of MySQL and MariaDB become: numbers beyond 2^53 and decimals stay text, dates that are none are null.
import type { Column } from './session.ts'

/** What the protocol says of a column. */
export interface MysqlField {
  readonly name: string
  readonly columnType?: number
  readonly columnLength?: number
  readonly characterSet?: number
  readonly flags?: number | readonly string[]
  /** MariaDB: `json` where a text is declared so. */
  readonly extendedFormat?: string
}

const BINARY_SET = 63
const UNSIGNED = 32
const TINY = 1
const TIMESTAMP = 7
const LONGLONG = 8
const DATE = 10
const DATETIME = 12
const BIT = 16
const JSON_TYPE = 245
const DECIMALS = new Set([0, 246])
const SMALL = new Set([TINY, 2, 3, 9, 13])
const FLOATS = new Set([4, 5])
const TEXTS = new Set([15, 249, 250, 251, 252, 253, 254])
const NAMES: Readonly<Record<number, string>> = { 11: 'time', 247: 'enum', 248: 'set', 255: 'geometry' }

export function columnOf(field: MysqlField): Column {
  const { name, columnType: type = 253, columnLength = 0, flags = 0 } = field
  if (type === TIMESTAMP)
    return { name, type: 'timestamp', holds: 'date', time: 'instant', cast: 'DATETIME(6)' }
  if (type === DATETIME) return { name, type: 'datetime', holds: 'date', time: 'wall', cast: 'DATETIME(6)' }
  if (type === DATE) return { name, type: 'date', holds: 'date', time: 'wall', cast: 'DATE' }
  if ((type === TINY || type === BIT) && columnLength === 1)
    return { name, type: 'boolean', holds: 'boolean' }
  if (DECIMALS.has(type)) return { name, type: 'decimal', holds: 'number', cast: 'DECIMAL(65,30)' }
  if (SMALL.has(type) || type === LONGLONG || type === BIT) {
    const unsigned = typeof flags === 'number' ? (flags & UNSIGNED) !== 0 : flags.includes('UNSIGNED')
    // Compared as text, a whole number would become a float, and lose its last digits.
    return { name, type: 'integer', holds: 'number', cast: unsigned || type === BIT ? 'UNSIGNED' : 'SIGNED' }
  }
  if (FLOATS.has(type)) return { name, type: 'double', holds: 'number' }
  if (type === JSON_TYPE || field.extendedFormat === 'json') return { name, type: 'json', holds: 'object' }
  if (type === 255 || (TEXTS.has(type) && field.characterSet === BINARY_SET))
    return { name, type: 'binary', holds: 'binary' }
  return { name, type: NAMES[type] ?? 'text', holds: 'text' }
}

/** A value out of the bytes that come over the wire. */
export function readValue(bytes: Buffer, { columnType: type = 253 }: MysqlField, column: Column): unknown {
  if (column.holds === 'binary') return bytes.toString('hex')
  if (type === BIT) {
    const value = BigInt(`0x${bytes.toString('hex') || '0'}`)
    return column.holds === 'boolean' ? value === 1n : String(value)
  }
  const text = bytes.toString('utf8')
  if (column.holds === 'boolean') return text === '0' || text === '1' ? text === '1' : Number(text)
  if (column.time !== undefined) {
    if (/^0000|-00/.test(text)) return null
    return type === TIMESTAMP ? `${text.replace(' ', 'T')}Z` : text.replace(' ', 'T')
  }
  if (SMALL.has(type) || FLOATS.has(type)) return Number(text)
  return column.holds === 'object' ? (JSON.parse(text) as unknown) : text
}
