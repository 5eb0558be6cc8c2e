// Owns what one row means: a source record or a bad one. The row itself is kept as it is. Pure.
import type { BadRecord, SourceRecord } from 'heysync/connector'
import { isObject } from './lines.ts'

export interface RowShape {
  readonly idFields: readonly string[]
  readonly updatedField: string | null
  readonly deletedFields: readonly string[]
  readonly archivedFields: readonly string[]
}

const SHOWN_CHARS = 200
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i
const FALSE = new Set(['', 'false', '0', 'no'])

/** `place`: where a person finds it, e.g. `contacts:17`. */
export function readRow(row: unknown, place: string, shape: RowShape): SourceRecord | BadRecord {
  if (!isObject(row)) return bad(row, place, null, 'ROW_MALFORMED', 'The record is no object.')
  const id = idOf(row, shape.idFields)
  if (id === null)
    return bad(row, place, null, 'ID_MISSING', `The field ${shape.idFields.join(' or ')} holds no id.`)
  const says = (fields: readonly string[]) => fields.some((name) => isSet(row[name]))
  return {
    id,
    fields: row,
    updatedAt: shape.updatedField === null ? null : instantOf(row[shape.updatedField]),
    ...(says(shape.deletedFields) ? { deleted: true } : {}),
    ...(says(shape.archivedFields) ? { archived: true } : {}),
    place,
  }
}

/** The id: one field, or several joined by `|`, where `\` stands before a `|` or `\` of their own. */
function idOf(row: Readonly<Record<string, unknown>>, idFields: readonly string[]): string | null {
  const parts: string[] = []
  for (const name of idFields) {
    const value = row[name]
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
    if (text === '') return null
    parts.push(text)
  }
  if (parts.length <= 1) return parts[0] ?? null
  return parts.map((part) => part.replace(/[\\|]/g, '\\$&')).join('|')
}

export function bad(
  row: unknown,
  place: string,
  id: string | null,
  code: BadRecord['code'],
  message: string,
): BadRecord {
  return { id, place, code, message, value: (JSON.stringify(row) ?? '').slice(0, SHOWN_CHARS) }
}

/** RFC 3339 with all its digits; a time without a zone is UTC, as both protocols have it. Null for anything else. */
function instantOf(value: unknown): string | null {
  const found = typeof value === 'string' ? INSTANT.exec(value.trim()) : null
  if (found === null || Number.isNaN(Date.parse(found[0].replace(' ', 'T')))) return null
  const text = found[0].replace(' ', 'T').toUpperCase()
  return found[3] === undefined ? `${text}Z` : text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
}

function isSet(value: unknown): boolean {
  if (typeof value === 'string') return !FALSE.has(value.trim().toLowerCase())
  return value !== undefined && value !== null && value !== false && value !== 0
}
