// Owns the step from text to rows of cells. Lines that leave no doubt are split where they are; from the first other one on
// csv-parse reads, and the tape gives each row its place.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { CsvError, type Info, parse } from 'csv-parse'
import { ConnectorError } from 'heysync/connector'
import type { Dialect } from './dialect.ts'
import { inspectQuotes } from './quotes.ts'
import type { Row } from './row.ts'
import { LineSplitter } from './split.ts'
import { Tape } from './tape.ts'

/** A row longer than this is taken for a quote that was never closed. */
const MAX_ROW_BYTES = 1_000_000

/** How many rows csv-parse gives are handed on together. */
const BATCH = 200

/**
 * The rows of a text in batches, blank lines left out, a `sep=;` line left out.
 * @throws ConnectorError failed when a quote is not closed; then nothing after it can be trusted.
 */
export async function* readRows(
  text: AsyncGenerator<Buffer>,
  dialect: Dialect,
  label: string,
): AsyncGenerator<readonly Row[]> {
  let skip = dialect.namesSeparator
  for await (const batch of split(text, dialect, label)) {
    const rows = skip ? batch.slice(1) : batch
    if (batch.length > 0) skip = false
    if (rows.length > 0) yield rows
  }
}

async function* split(
  text: AsyncGenerator<Buffer>,
  dialect: Dialect,
  label: string,
): AsyncGenerator<readonly Row[]> {
  const splitter = new LineSplitter(dialect)
  try {
    for (;;) {
      const chunk = await text.next()
      const { rows, doubt } = chunk.done ? splitter.end() : splitter.push(chunk.value)
      yield rows
      const { bytes, line } = splitter.rest()
      if (doubt || bytes.length > MAX_ROW_BYTES) {
        yield* parseRows(chained(bytes, text), dialect, label, line)
        return
      }
      if (chunk.done) return
    }
  } finally {
    await text.return(undefined)
  }
}

async function* chained(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first
  yield* rest
}

/** @param firstLine number of the line that the text begins with. */
async function* parseRows(
  text: AsyncIterable<Buffer>,
  dialect: Dialect,
  label: string,
  firstLine: number,
): AsyncGenerator<readonly Row[]> {
  const tape = new Tape(dialect.newline, firstLine)
  const parser = parse({
    delimiter: dialect.delimiter,
    quote: dialect.quote === '' ? null : dialect.quote,
    escape: dialect.quote === '' ? null : dialect.quote,
    record_delimiter: dialect.newline === 'lf' ? ['\r\n', '\n'] : ['\r'],
    bom: false,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    max_record_size: MAX_ROW_BYTES,
  })
  const source = Readable.from(recorded(text, tape), { highWaterMark: 1 })
  const flow = pipeline(source, parser)
  // Its outcome is awaited below; this keeps an early failure from counting as unhandled.
  flow.catch(() => {})
  let batch: Row[] = []
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      batch.push({ cells: record, ...tape.take(info.bytes) })
      if (batch.length < BATCH) continue
      yield batch
      batch = []
    }
    await flow
    yield batch
  } catch (error) {
    if (error instanceof CsvError) throw brokenOff(error, tape, dialect, label)
    throw error
  } finally {
    parser.destroy()
    source.destroy()
    // The source is closed once its file handle is.
    if (!source.closed) await new Promise((resolve) => source.once('close', resolve))
  }
}

async function* recorded(text: AsyncIterable<Buffer>, tape: Tape): AsyncGenerator<Buffer> {
  for await (const chunk of text) {
    tape.push(chunk)
    yield chunk
  }
}

function brokenOff(error: CsvError, tape: Tape, dialect: Dialect, label: string): ConnectorError {
  const rest = tape.rest()
  const { unclosedAt } = inspectQuotes(rest.text, dialect)
  if (unclosedAt === null) {
    return new ConnectorError('failed', {
      message: `${label} has a row of more than ${MAX_ROW_BYTES} bytes after line ${rest.line}.`,
      hint: 'Check delimiter and quote in the options of this source; the file may use others.',
      place: `${label}:${rest.line}`,
      cause: error,
    })
  }
  const line =
    rest.line + rest.text.slice(0, unclosedAt).split(dialect.newline === 'lf' ? '\n' : '\r').length - 1
  return new ConnectorError('failed', {
    message: `${label}:${line} opens a quote that is not closed, so the rows after it cannot be told apart.`,
    hint: 'Close the quote, or double a quote that belongs to the text (""). Nobody is removed because of this pull.',
    place: `${label}:${line}`,
    cause: error,
  })
}
