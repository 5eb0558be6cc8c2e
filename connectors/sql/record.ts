// Owns what a row becomes: a record with its id, time and mark of deletion, or a bad record.
import type { BadRecord, SourceRecord } from 'heysync/connector'
import type { SqlOptions } from './options.ts'
import { columnAt, type Table } from './table.ts'
import { toInstant } from './times.ts'

export type Row = readonly unknown[]

const NOT_GONE = new Set(['', '0', 'false', 'no', 'n', 'f'])

export function toRecord(row: Row, table: Table, options: SqlOptions): SourceRecord {
  const fields: Record<string, unknown> = {}
  const { plain } = table.dialect
  for (const [at, column] of table.columns.entries()) {
    if (at === table.operationAt) continue
    const value = row[at] ?? null
    fields[column.name] = plain && value !== null ? plain(value, column) : value
  }
  const id = idOf(row, table)
  return {
    id,
    fields,
    updatedAt: timeOf(row, table, options.timezone),
    ...(isGone(row, table, options) ? { deleted: true } : {}),
    place: `${table.label}:${id}`,
  }
}

/** Parts of a key are joined with `|`; a `|` or `\` of their own gets a `\` before it, so that no two keys look alike. */
export function idOf(row: Row, { idAt }: Table): string {
  const text = (at: number) => {
    const value = row[at]
    return Buffer.isBuffer(value) ? value.toString('hex') : String(value)
  }
  if (idAt.length === 1) return text(idAt[0] ?? 0)
  return idAt.map((at) => text(at).replace(/[\\|]/g, '\\$&')).join('|')
}

function timeOf(row: Row, table: Table, timezone: string): string | null {
  if (table.updatedAt === null) return null
  const value = row[table.updatedAt]
  const { time } = columnAt(table, table.updatedAt)
  if (value === null || value === undefined || time === 'rowversion') return null
  return toInstant(value, time === 'instant' ? 'UTC' : timezone)
}

/** True where a row has no time of change, so that no window will ever show it. */
export function isTimeless(row: Row, table: Table): boolean {
  if (table.updatedAt === null || columnAt(table, table.updatedAt).time === 'rowversion') return false
  const value = row[table.updatedAt]
  return value === null || value === undefined
}

function isGone(row: Row, { deletedAt, operationAt }: Table, { deletedValues }: SqlOptions): boolean {
  if (operationAt !== undefined && row[operationAt] === 'D') return true
  if (deletedAt === null) return false
  const value = row[deletedAt]
  if (value === null || value === undefined) return false
  const text = String(value).trim().toLowerCase()
  return deletedValues === undefined
    ? !NOT_GONE.has(text)
    : deletedValues.some((one) => one.toLowerCase() === text)
}

export function duplicate(row: Row, table: Table): BadRecord {
  const id = idOf(row, table)
  return {
    id,
    place: `${table.label}:${id}`,
    code: 'ID_DUPLICATE',
    message: `The id ${id} stands on more than one row of ${table.label}; the first one was used. Use other columns as idColumn, or a query without the rows too many.`,
  }
}

/** @param row of ids alone. */
export function twin(row: Row, ids: Table): BadRecord {
  const id = idOf(row, ids)
  return {
    id,
    place: `${ids.label}:${id}`,
    code: 'ID_DUPLICATE',
    message: `The database takes the id ${id} for the same as another one of ${ids.label} that differs in case, accents or blanks, so not all of them can be read.`,
  }
}

export function keyless(row: Row, table: Table): BadRecord {
  return {
    id: null,
    place: table.label,
    code: 'ID_MISSING',
    message: `A row of ${table.label} has no value in ${table.idAt.map((at) => columnAt(table, at).name).join(', ')}.`,
    value: row.map(String).join(', ').slice(0, 200),
  }
}
