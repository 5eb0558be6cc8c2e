// Owns one file as a table: dialect and header known, rows to come.
import type { Hash } from 'node:crypto'
import { ConnectorError } from 'heysync/connector'
import type { Content } from './content.ts'
import type { FilesOptions } from './files-options.ts'
import { type Header, readHeader } from './header.ts'
import type { Inspection } from './inspect.ts'
import { idColumns } from './options.ts'
import { isBlankRow } from './record.ts'
import { decode } from './text/decode.ts'
import type { Dialect } from './text/dialect.ts'
import type { Row } from './text/row.ts'
import { readRows } from './text/rows.ts'
import { sniffDialect } from './text/sniff.ts'

export interface Table {
  readonly dialect: Dialect
  readonly header: Header
  /** Rows after the header, in batches. Leaving the loop early closes the file; so does reading to the end. */
  readonly rows: AsyncGenerator<readonly Row[]>
}

/**
 * Opens the file and reads its header.
 * @param hash takes in every byte that is read, so that it can be held against the inspection.
 * @throws ConnectorError empty when there is no header, field when it lacks a column, and what reading throws.
 */
export async function openTable(
  file: Content,
  inspection: Inspection,
  options: FilesOptions,
  signal: AbortSignal,
  hash: Hash | null = null,
): Promise<Table> {
  if (inspection.workbook && file.copy !== null) {
    const { openSheet } = await import('./xlsx/sheet.ts')
    const { rows, mergedAt } = await openSheet(file.label, file.copy, options, signal)
    return sheetTable(file, rows, mergedAt, options)
  }
  if (inspection.blank) throw empty(file)
  const dialect = await sniff(file, inspection, options, signal)
  const bytes = hash === null ? file.bytes(signal) : hashed(file.bytes(signal), hash)
  const rows = readRows(decode(bytes, inspection.encoding, inspection.bomBytes), dialect, file.label)
  const { first, after } = await firstRow(file, rows)
  return closingOnError(rows, () => ({
    dialect,
    header: readHeader(first.cells, options, `${file.label}:${first.line}`),
    rows: rowsAfter(after, rows),
  }))
}

/** Cells of a sheet have an address each, so a row can be neither short nor too long: what has no column name is left out. */
async function sheetTable(
  file: Content,
  rows: AsyncGenerator<readonly Row[]>,
  mergedAt: (line: number) => string | null,
  options: FilesOptions,
): Promise<Table> {
  const { first, after } = await firstRow(file, rows)
  return closingOnError(rows, () => {
    const place = `${file.label}:${first.line}`
    const merged = mergedAt(first.line)
    if (merged !== null) throw mergedHeader(place, merged)
    const header = readHeader(first.cells, options, place)
    const dialect: Dialect = { delimiter: '\t', quote: '', newline: 'lf', namesSeparator: false }
    return { dialect, header, rows: squared(rowsAfter(after, rows), header.names.length) }
  })
}

async function* squared(
  rows: AsyncGenerator<readonly Row[]>,
  columns: number,
): AsyncGenerator<readonly Row[]> {
  for await (const batch of rows) yield batch.map((row) => squaredRow(row, columns))
}

function squaredRow(row: Row, columns: number): Row {
  return {
    cells: Array.from({ length: columns }, (_, at) => row.cells[at] ?? ''),
    line: row.line,
    lines: row.lines,
    ended: row.ended,
    ...(row.errors === undefined ? {} : { errors: row.errors }),
    get raw() {
      return row.raw
    },
  }
}

/** The first row that holds anything, and those after it in its batch. */
async function firstRow(
  file: Content,
  rows: AsyncGenerator<readonly Row[]>,
): Promise<{ readonly first: Row; readonly after: readonly Row[] }> {
  for (;;) {
    const next = await rows.next()
    if (next.done) throw empty(file)
    const at = next.value.findIndex(({ cells }) => !isBlankRow(cells))
    const first = next.value[at]
    if (first !== undefined) return { first, after: next.value.slice(at + 1) }
  }
}

async function* rowsAfter(
  first: readonly Row[],
  rows: AsyncGenerator<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  try {
    yield first
    yield* rows
  } finally {
    await rows.return(undefined)
  }
}

async function closingOnError(rows: AsyncGenerator<unknown>, work: () => Table): Promise<Table> {
  try {
    return work()
  } catch (error) {
    await rows.return(undefined)
    throw error
  }
}

function mergedHeader(place: string, range: string): ConnectorError {
  return new ConnectorError('unreadable', {
    message: `${place}, which should be the header, holds the merged cells ${range}.`,
    hint: 'Give each column one cell with its name, in one row with nothing above it, and split merged cells there.',
    place,
  })
}

async function sniff(
  file: Content,
  inspection: Inspection,
  options: FilesOptions,
  signal: AbortSignal,
): Promise<Dialect> {
  const wanted = [...idColumns(options), options.updatedColumn, options.deletedColumn].filter(
    (name) => name !== undefined,
  )
  for await (const text of decode(file.bytes(signal), inspection.encoding, inspection.bomBytes)) {
    return sniffDialect(text.toString('utf8'), options, wanted)
  }
  throw empty(file)
}

async function* hashed(bytes: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    hash.update(chunk)
    yield chunk
  }
}

function empty(file: Content): ConnectorError {
  return new ConnectorError('empty', {
    message: `${file.label} is empty: there is not even a header.`,
    hint: 'Check the export that writes it. Nobody is removed because of an empty file.',
  })
}
