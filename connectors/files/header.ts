// Owns the header row: column names as fields are called, and where the columns are that the options name.
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { type CsvOptions, idColumns } from './options.ts'

export interface Header {
  /** Field names in the order of the columns; all different. */
  readonly names: readonly string[]
  /** A row with fewer cells than this is malformed: columns at the end that have no name may be left out. */
  readonly minCells: number
  readonly idAt: readonly number[]
  readonly updatedAt: number | null
  readonly deletedAt: number | null
}

/**
 * Field names of the header cells: trimmed, in NFC; an empty cell becomes `column_3`, a repeated name gets ` (2)`, ` (3)`.
 */
export function fieldNames(cells: readonly string[]): readonly string[] {
  const taken = new Set(cells.map(clean))
  const seen = new Set<string>()
  return cells.map((cell, index) => {
    const base = clean(cell) || `column_${index + 1}`
    let name = base
    for (let n = 2; seen.has(name) || (name !== base && taken.has(name)); n++) name = `${base} (${n})`
    seen.add(name)
    return name
  })
}

/** @throws ConnectorError field when a column that the options name is not there. */
export function readHeader(cells: readonly string[], options: CsvOptions, place: string): Header {
  const names = fieldNames(cells)
  const find = (column: string): number => {
    const at = names.indexOf(clean(column))
    if (at < 0) throw missing(column, names, place)
    return at
  }
  return {
    names,
    minCells: cells.findLastIndex((cell) => clean(cell) !== '') + 1,
    idAt: idColumns(options).map(find),
    updatedAt: options.updatedColumn === undefined ? null : find(options.updatedColumn),
    deletedAt: options.deletedColumn === undefined ? null : find(options.deletedColumn),
  }
}

function clean(cell: string): string {
  return cell.replaceAll('\ufeff', '').trim().normalize('NFC')
}

function missing(column: string, names: readonly string[], place: string): ConnectorError {
  const nearest =
    names.find((name) => name.toLowerCase() === column.toLowerCase()) ?? closest(column, [...names])
  const shown =
    names.length > 30 ? `${names.slice(0, 30).join(', ')} and ${names.length - 30} more` : names.join(', ')
  return new ConnectorError('field', {
    message: `${place} has no column "${column}". Its header is: ${shown}`,
    hint: `Did you mean "${nearest}"? Correct the column in the options of this source.`,
    place,
  })
}
