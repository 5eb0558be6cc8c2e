// Owns one file as a table: dialect and header known, rows to come.
import type { Hash } from 'node:crypto'
import { ConnectorError } from 'heysync/connector'
import { decode, readBytes } from './decode.ts'
import type { Dialect } from './dialect.ts'
import type { SourceFile } from './files.ts'
import { type Header, readHeader } from './header.ts'
import type { Inspection } from './inspect.ts'
import { type CsvOptions, idColumns } from './options.ts'
import { isBlankRow } from './record.ts'
import { type Row, readRows } from './rows.ts'
import { sniffDialect } from './sniff.ts'

export interface Table {
  readonly dialect: Dialect
  readonly header: Header
  /** Rows after the header. Leaving the loop early closes the file; so does reading to the end. */
  readonly rows: AsyncGenerator<Row>
}

/**
 * Opens the file and reads its header.
 * @param hash takes in every byte that is read, so that it can be held against the inspection.
 * @throws ConnectorError empty when there is no header, field when it lacks a column, and what reading throws.
 */
export async function openTable(
  file: SourceFile,
  inspection: Inspection,
  options: CsvOptions,
  signal: AbortSignal,
  hash: Hash | null = null,
): Promise<Table> {
  if (inspection.blank) throw empty(file)
  const dialect = await sniff(file, inspection, options, signal)
  const bytes = hash === null ? readBytes(file, signal) : hashed(readBytes(file, signal), hash)
  const rows = readRows(decode(bytes, inspection.encoding, inspection.bomBytes), dialect, file.label)
  try {
    for (;;) {
      const next = await rows.next()
      if (next.done) throw empty(file)
      const { cells, line } = next.value
      if (isBlankRow(cells)) continue
      return { dialect, header: readHeader(cells, options, `${file.label}:${line}`), rows }
    }
  } catch (error) {
    await rows.return(undefined)
    throw error
  }
}

async function sniff(
  file: SourceFile,
  inspection: Inspection,
  options: CsvOptions,
  signal: AbortSignal,
): Promise<Dialect> {
  const wanted = [...idColumns(options), options.updatedColumn, options.deletedColumn].filter(
    (name) => name !== undefined,
  )
  for await (const text of decode(readBytes(file, signal), inspection.encoding, inspection.bomBytes)) {
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

function empty(file: SourceFile): ConnectorError {
  return new ConnectorError('empty', {
    message: `${file.label} is empty: there is not even a header.`,
    hint: 'Check the export that writes it. Nobody is removed because of an empty file.',
  })
}
