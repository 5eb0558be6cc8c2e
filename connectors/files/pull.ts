// Owns a pull: which files have to be read, their rows in pages, and the proof at its end.
import { createHash } from 'node:crypto'
import type { BadRecord, ConnectorContext, Page, PullEnd, PullRequest, SourceRecord } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { findFiles, type SourceFile } from './files.ts'
import { type Inspection, inspectFile } from './inspect.ts'
import { type CsvOptions, isGlob } from './options.ts'
import { createReader, type Reading, readRow } from './record.ts'
import { assertUnchanged, changedMeanwhile, settleAll } from './settle.ts'
import { openTable } from './table.ts'
import {
  consumedHashes,
  knownHashes,
  optionsHash,
  parseToken,
  type Token,
  type TokenFile,
  tokenFile,
  writeToken,
} from './token.ts'
import { zoneClock } from './updated-at.ts'

/** Pages of the files that count. It always starts at the beginning: a position is for people to read. */
export function pullFiles(
  options: CsvOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  return options.snapshot ? pullSnapshot(options, request, context) : pullChanges(options, request, context)
}

interface ReadFile extends SourceFile {
  readonly inspection: Inspection
}

async function* pullSnapshot(
  options: CsvOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const found = await findFiles(options, context.baseDir)
  const token = request.mode === 'incremental' ? parseToken(request.token) : null
  const comparable = token?.options === optionsHash(options) ? token : null
  // A version that was read was finished, so it needs no waiting either.
  if (comparable !== null && isKnown(comparable, found)) {
    context.log.debug(`${options.path} is as it was the last time.`)
    yield unchanged(writeToken(options, comparable.files, token))
    return
  }
  const files = await settleAll(found, options, context)
  const read = await inspectAll(files, options, context)
  const entries = read.map((file) => tokenFile(file, file.inspection.hash, context.clock.now()))
  if (comparable !== null && sameContents(comparable.files, entries)) {
    for (const file of read) await assertUnchanged(file)
    yield unchanged(writeToken(options, entries, token))
    return
  }
  yield* pages(read, options, context, () => true, {
    covers: 'everything',
    token: writeToken(options, entries, token),
  })
}

async function* pullChanges(
  options: CsvOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const found = await findFiles(options, context.baseDir)
  const token = parseToken(request.mode === 'incremental' ? request.token : null)
  const taken: TokenFile[] = []
  const open: SourceFile[] = []
  const hashOf = knownHashes(token)
  for (const file of found) {
    const hash = hashOf(file)
    if (hash === null) open.push(file)
    else taken.push(tokenFile(file, hash, context.clock.now()))
  }
  const settled = await settleAll(open, options, context)
  // One file that is overwritten may come back to an older content, and that is news; among many files it is a copy.
  const consumed = new Set(
    isGlob(options.path) ? consumedHashes(token) : token?.files.map(({ hash }) => hash),
  )
  const fresh: ReadFile[] = []
  for (const file of await inspectAll(settled, options, context)) {
    const { hash, blank } = file.inspection
    if (blank) {
      context.log.info(`${file.label} is empty: no changes in it.`)
      continue
    }
    taken.push(tokenFile(file, hash, context.clock.now()))
    if (consumed.has(hash) && request.mode === 'incremental') {
      context.log.debug(`${file.label} has the content of a file that was read before.`)
      continue
    }
    consumed.add(hash)
    fresh.push(file)
  }
  const from =
    request.mode === 'incremental' && request.window.from !== null ? Date.parse(request.window.from) : null
  // Only in a file that grows in place do older rows say that they were read before: an export that arrives late, or from
  // another branch, brings rows that are older than the newest ones seen so far.
  const grown = new Set(token?.files.map(({ label }) => label))
  const wanted = (record: SourceRecord, label: string): boolean =>
    from === null || !grown.has(label) || record.updatedAt === null || Date.parse(record.updatedAt) >= from
  yield* pages(fresh, options, context, wanted, {
    covers: 'changes',
    token: writeToken(options, taken, token),
  })
}

async function inspectAll(
  files: readonly SourceFile[],
  options: CsvOptions,
  { signal }: ConnectorContext,
): Promise<readonly ReadFile[]> {
  const read: ReadFile[] = []
  for (const file of files) {
    const inspection = await inspectFile(file, options.encoding, signal).catch((error) => blame(file, error))
    read.push({ ...file, inspection })
  }
  return read
}

/** True when every file is, by its state alone, the version that was read. */
function isKnown(token: Token, files: readonly SourceFile[]): boolean {
  const hashOf = knownHashes(token)
  return token.files.length === files.length && files.every((file) => hashOf(file) !== null)
}

function sameContents(before: readonly TokenFile[], now: readonly TokenFile[]): boolean {
  const hashes = (files: readonly TokenFile[]) => files.map(({ hash }) => hash).join()
  return hashes(before) === hashes(now)
}

function unchanged(token: string): Page {
  return { records: [], position: 'unchanged', end: { covers: 'changes', count: null, token } }
}

/** Rows of all files in pages; the last one, with the end, comes only after every file proved to be what was inspected. */
async function* pages(
  files: readonly ReadFile[],
  options: CsvOptions,
  context: ConnectorContext,
  wanted: (record: SourceRecord, label: string) => boolean,
  end: { readonly covers: PullEnd['covers']; readonly token: string },
): AsyncGenerator<Page> {
  let records: SourceRecord[] = []
  let bad: BadRecord[] = []
  let position = 'start'
  let covers = end.covers
  for (const file of files) {
    for await (const reading of readFile(file, options, context)) {
      if (reading.kind === 'blank' || (reading.kind === 'record' && !wanted(reading.record, file.label)))
        continue
      if (records.length + bad.length === options.pageSize) {
        yield toPage(records, bad, position, end.covers)
        records = []
        bad = []
      }
      if (reading.kind === 'record') {
        records.push(reading.record)
        position = reading.record.place ?? file.label
        continue
      }
      bad.push(reading.bad)
      position = reading.bad.place
      if (reading.mayHide && covers === 'everything') {
        covers = 'changes'
        context.log.warn(
          `${position} may hide other rows behind a quote, so nobody is removed because of this pull.`,
        )
      }
    }
  }
  for (const file of files) await assertUnchanged(file)
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
  file: ReadFile,
  options: CsvOptions,
  { signal }: ConnectorContext,
): AsyncGenerator<Reading> {
  try {
    const hash = createHash('sha256')
    const table = await openTable(file, file.inspection, options, signal, hash)
    const reader = createReader(table.header, table.dialect, file.label, options, zoneClock(options.timezone))
    for await (const row of table.rows) {
      signal.throwIfAborted()
      yield readRow(row, reader)
    }
    // Some network drives report the times of a file late; its content never lies.
    if (hash.digest('hex') !== file.inspection.hash) throw changedMeanwhile(file)
  } catch (error) {
    await blame(file, error)
  }
}

/** Throws the error, or busy where the file changed meanwhile: then what looks wrong in it is only half written. */
async function blame(file: SourceFile, error: unknown): Promise<never> {
  if (error instanceof ConnectorError) await assertUnchanged(file)
  throw error
}
