// Owns the way from files to pages of records, and the proof at their end.
import { createHash } from 'node:crypto'
import {
  type BadRecord,
  type ConnectorContext,
  ConnectorError,
  type Page,
  type PullEnd,
  type SourceRecord,
} from 'heysync/connector'
import type { Content } from './content.ts'
import type { FilesOptions } from './files-options.ts'
import { type Inspection, inspectFile } from './inspect.ts'
import { createReader, type Reading, readRow } from './record.ts'
import { openContent, type Pulling } from './source.ts'
import { changedMeanwhile, type SourceFile } from './store/store.ts'
import { openTable } from './table.ts'
import { zoneClock } from './updated-at.ts'

export interface ReadFile extends SourceFile {
  readonly content: Content
  readonly inspection: Inspection
}

/** A first look through each file: what its content is, and that all of it can be read. */
export async function inspectAll(
  files: readonly SourceFile[],
  pulling: Pulling,
): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = []
  for (const file of files) {
    const content = await openContent(pulling, file)
    const { options, context } = pulling
    const inspection = await inspectFile(content, options.encoding, context.signal).catch((error) =>
      blame(content, error),
    )
    read.push({ ...file, content, inspection })
  }
  return read
}

export function unchanged(token: string): Page {
  return { records: [], position: 'unchanged', end: { covers: 'changes', count: null, token } }
}

/**
 * Rows of all files in pages; the last one, with the end, comes only after every file proved to be what was inspected. Each
 * file begins a page: whether a mapped column is there is seen by the first record of a page.
 */
export async function* pages(
  files: readonly ReadFile[],
  { options, context }: Pulling,
  end: { readonly covers: PullEnd['covers']; readonly token: string },
): AsyncGenerator<Page> {
  let records: SourceRecord[] = []
  let bad: BadRecord[] = []
  let position = 'start'
  let covers = end.covers
  for (const file of files) {
    let isFirst = true
    for await (const batch of readFile(file, options, context)) {
      for (const reading of batch) {
        if (reading.kind === 'blank') continue
        const rows = records.length + bad.length
        if (rows === options.pageSize || (isFirst && rows > 0)) {
          yield toPage(records, bad, position, end.covers)
          // More pages than one may have been read in one go.
          context.signal.throwIfAborted()
          records = []
          bad = []
        }
        isFirst = false
        if (reading.kind === 'record') {
          records.push(reading.record)
          position = reading.record.place ?? file.label
          continue
        }
        bad.push(reading.bad)
        position = reading.bad.place
        if (reading.hides !== null && covers === 'everything') {
          covers = 'changes'
          context.log.warn(`${position} ${reading.hides}, so nobody is removed because of this pull.`)
        }
      }
    }
  }
  for (const { content } of files) await content.assertUnchanged()
  yield { ...toPage(records, bad, position, end.covers), end: { covers, count: null, token: end.token } }
}

function toPage(
  records: readonly SourceRecord[],
  bad: readonly BadRecord[],
  position: string,
  covers: PullEnd['covers'],
): Page {
  return {
    records,
    ...(bad.length === 0 ? {} : { bad }),
    ...(covers === 'changes' ? { changes: true } : {}),
    position,
  }
}

/** @throws ConnectorError busy when what was read is not what was inspected, and what reading throws. */
async function* readFile(
  { content, inspection }: ReadFile,
  options: FilesOptions,
  { signal }: ConnectorContext,
): AsyncGenerator<readonly Reading[]> {
  try {
    const hash = createHash('sha256')
    const table = await openTable(content, inspection, options, signal, hash)
    const reader = createReader(
      table.header,
      table.dialect,
      content.label,
      options,
      zoneClock(options.timezone),
    )
    for await (const rows of table.rows) {
      signal.throwIfAborted()
      yield rows.map((row) => readRow(row, reader))
    }
    // Some network drives report the times of a file late; its content never lies. A copy is nobody else's.
    if (content.copy === null && hash.digest('hex') !== inspection.hash) throw changedMeanwhile(content.label)
  } catch (error) {
    await blame(content, error)
  }
}

/** Throws the error, or busy where the file changed meanwhile: then what looks wrong in it is only half written. */
async function blame(content: Content, error: unknown): Promise<never> {
  if (error instanceof ConnectorError) await content.assertUnchanged()
  throw error
}
