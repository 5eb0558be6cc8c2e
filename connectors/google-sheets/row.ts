// Owns what one row means: a source record, a bad record, or nothing at all. Pure.
import type { BadRecord, SourceRecord } from 'heysync/connector'
import { type Cell, isErrorCell } from './cells.ts'
import type { Header } from './header.ts'

/** The id of a row: one cell, or several joined by `|`, where `\` stands before a `|` or `\` of their own; null without one. */
export function idOf(parts: readonly Cell[]): string | null {
  const texts = parts.map((part) => String(part).trim())
  if (texts.some((text) => text === '')) return null
  return texts.length === 1
    ? (texts[0] ?? null)
    : texts.map((text) => text.replace(/[\\|]/g, '\\$&')).join('|')
}

export function idCells(row: readonly Cell[], { idAt }: Header): readonly Cell[] {
  return idAt.map((at) => row[at] ?? '')
}

/** `rowsOf`: the rows of the sheet that bear an id, where they are more than one. */
export function readRow(
  row: readonly Cell[],
  number: number,
  header: Header,
  title: string,
  rowsOf: (id: string) => readonly number[],
): { readonly record: SourceRecord } | { readonly bad: BadRecord } | null {
  const place = `${title}!${number}`
  const parts = idCells(row, header)
  const id = idOf(parts)
  const bad = (code: BadRecord['code'], message: string, known: string | null) => ({
    bad: { id: known, place, code, message, value: row.join(', ').slice(0, 200) },
  })
  if (id === null) {
    if (row.every((cell) => String(cell).trim() === '')) return null
    const names = header.idAt.map((at) => header.columns.find((column) => column.at === at)?.name ?? '')
    return bad('ID_MISSING', `The id (${names.join(', ')}) is empty.`, null)
  }
  if (parts.some(isErrorCell)) return bad('ROW_MALFORMED', 'The id is the error of a formula.', null)
  const rows = rowsOf(id)
  if (rows.length > 1) return bad('ID_DUPLICATE', `The rows ${rows.join(', ')} have the same id "${id}".`, id)
  const fields = Object.fromEntries(header.columns.map(({ name, at }) => [name, row[at] ?? '']))
  return { record: { id, fields, updatedAt: null, place } }
}
