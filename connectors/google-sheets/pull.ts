// Owns a pull: whether there is anything to read, rows in pages, and what the end proves.
//
// Pages are read one after the other, and rows move while somebody sorts or deletes. So the ids of all rows are read first,
// at one instant, and each page has to show the ids that stand there. Where it does not, everything is read again.
import type { BadRecord, ConnectorContext, Page, PullEnd, PullRequest, SourceRecord } from 'heysync/connector'
import { type Google, openGoogle } from './google.ts'
import type { SheetsOptions } from './options.ts'
import { idCells, idOf, readRow } from './row.ts'
import { lookAt, rowsOf, type Sheet } from './sheet.ts'
import { readToken, writeToken } from './token.ts'

const TRIES = 3

export async function* pullRows(
  options: SheetsOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const google = await openGoogle(options, context)
  const token = request.mode === 'incremental' ? readToken(request.token, options) : null
  // Asked before anything is read: whatever changes from here on has another version, and is read the next time.
  let version = await google.version()
  if (token !== null && token.version === version) {
    context.log.debug('the spreadsheet is as it was the last time.')
    yield {
      records: [],
      position: 'unchanged',
      end: { covers: 'changes', count: null, token: request.token ?? '' },
    }
    return
  }
  for (let tries = 1; ; tries += 1) {
    const sheet = await lookAt(google, options)
    const names = sheet.header.columns.map(({ name }) => name)
    if (tries === 1) sayWhatMoved(token?.header, names, context)
    const isWhole = yield* pages(google, sheet, options, `${tries}`)
    const isLast = isWhole || tries === TRIES
    if (isLast) {
      if (!isWhole)
        context.log.warn('the sheet changed each time while it was read, so nobody is removed because of it.')
      // Whoever left between two tries was shown by the first: the next pull has to read again to see that.
      const clean = isWhole && tries === 1 && (await google.version()) === version
      const end: PullEnd = {
        covers: isWhole ? 'everything' : 'changes',
        count: null,
        token: writeToken(options, clean ? version : null, names),
      }
      yield { records: [], position: 'end', end }
      return
    }
    context.log.info('rows of the sheet moved while it was read, so it is read again.')
    version = await google.version()
  }
}

/** The rows of each id that several have. The other ids need not be remembered a second time while the sheet is read. */
function sharedIds(
  ids: readonly (string | null)[],
  firstRow: number,
): ReadonlyMap<string, readonly number[]> {
  const seen = new Set<string>()
  const shared = new Map<string, number[]>()
  for (const id of ids) {
    if (id === null) continue
    if (seen.has(id)) shared.set(id, [])
    else seen.add(id)
  }
  for (const [at, id] of shared.size === 0 ? [] : ids.entries())
    if (id !== null) shared.get(id)?.push(firstRow + at)
  return shared
}

/** Returns false as soon as a page does not show the ids that the sheet had at its start. */
async function* pages(
  google: Google,
  { tab, header, ids }: Sheet,
  { headerRow, pageSize }: SheetsOptions,
  label: string,
): AsyncGenerator<Page, boolean> {
  const shared = sharedIds(ids, headerRow + 1)
  for (let from = 0; from < ids.length; from += pageSize) {
    const first = headerRow + 1 + from
    const to = Math.min(from + pageSize, ids.length)
    const [rows = []] = await google.cells([rowsOf(tab, first, headerRow + to)])
    const records: SourceRecord[] = []
    const bad: BadRecord[] = []
    for (let at = from; at < to; at += 1) {
      const row = rows[at - from] ?? []
      if (idOf(idCells(row, header)) !== ids[at]) return false
      const read = readRow(row, headerRow + 1 + at, header, tab.title, (id) => shared.get(id) ?? [])
      if (read !== null && 'record' in read) records.push(read.record)
      else if (read !== null) bad.push(read.bad)
    }
    yield { records, bad, position: `${label}:${headerRow + to}` }
  }
  const bad = await rowsBehind(google, { tab, header, ids }, headerRow)
  if (bad === null) return false
  if (bad.length > 0) yield { records: [], bad, position: `${label}:behind` }
  return true
}

/** Rows behind the last id hold something, and no id; null when one has an id by now. */
async function rowsBehind(
  google: Google,
  { tab, header, ids }: Sheet,
  headerRow: number,
): Promise<readonly BadRecord[] | null> {
  const first = headerRow + ids.length + 1
  if (first > tab.rows) return []
  const [rows = []] = await google.cells([rowsOf(tab, first, tab.rows)])
  const read = rows.map((row, at) => readRow(row, first + at, header, tab.title, () => []))
  if (read.some((one) => one !== null && 'record' in one)) return null
  return read.flatMap((one) => (one !== null && 'bad' in one ? [one.bad] : []))
}

function sayWhatMoved(
  before: readonly string[] | undefined,
  now: readonly string[],
  { log }: ConnectorContext,
): void {
  if (before === undefined) return
  const lost = before.filter((name) => !now.includes(name))
  const found = now.filter((name) => !before.includes(name))
  if (lost.length > 0) log.warn(`columns that are no longer there: ${lost.join(', ')}.`)
  if (found.length > 0) log.info(`new columns: ${found.join(', ')}.`)
}
