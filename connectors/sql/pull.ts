// Owns a pull: everything in the order of the id, or a window of changes, page by page, and the proof at its end.
import type { BadRecord, ConnectorContext, Page, PullEnd, PullRequest, SourceRecord } from 'heysync/connector'
import { openSession } from './open.ts'
import type { SqlOptions } from './options.ts'
import { type Position, readPosition, START, writePosition } from './position.ts'
import { duplicate, idOf, isTimeless, keyless, type Row, toRecord, twin } from './record.ts'
import type { Bounds, Session, Sql } from './session.ts'
import { countSql, idsOf, keylessSql, keyOf, keysSql, pageSql, twinsSql } from './statements.ts'
import { columnAt, openTable, type Table } from './table.ts'
import { boundsOf } from './times.ts'
import { kindOf, readVersion, sinceOf, trackedTable, versionBounds } from './versions.ts'

const ATTEMPTS = 3
/** Of rows without an id, and of ids that are taken for the same. */
const SHOWN = 20
/** Rows that are handed over at a time. A page may hold ten times as many, and saving those would keep everybody else waiting. */
const PART = 1_000
/** Rows that are looked through in one go for those of a window, where everybody waits for that. */
const STRETCH = 10_000

interface Pull {
  readonly session: Session
  readonly table: Table
  readonly options: SqlOptions
  readonly context: ConnectorContext
}

/** Errors: those of opening, of the table and of the session. */
export async function* pullTable(
  options: SqlOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const session = await openSession(options, context)
  try {
    const pull = { session, table: await openTable(options, session), options, context }
    const { updatedAt } = pull.table
    if (request.mode === 'full') yield* pullEverything(pull, request)
    else if (kindOf(pull.table, options) !== null) yield* pullVersions(pull, request)
    else yield* updatedAt === null ? pullEverything(pull, request) : pullWindow(pull, request)
  } finally {
    await session.close()
  }
}

async function* pullWindow(pull: Pull, { window, resumeAfter }: PullRequest): AsyncGenerator<Page> {
  const { table, options } = pull
  const key = keyOf(table, 'window')
  const start = readPosition(resumeAfter, key.length) ?? { ...START, until: await oldestWriter(pull) }
  yield* changesOf(pull, { key, start, bounds: boundsOf(window, options.timezone) })
}

async function* pullVersions(pull: Pull, { token, resumeAfter }: PullRequest): AsyncGenerator<Page> {
  const { session, table, options } = pull
  const kind = kindOf(table, options) ?? 'rowversion'
  const version = await readVersion(session, table, kind)
  const since = sinceOf(token, kind, version.oldest)
  const key = keyOf(table, kind === 'rowversion' ? 'window' : 'id')
  const start = readPosition(resumeAfter, key.length) ?? { ...START, token: version.token }
  if (kind === 'tracking') {
    for await (const page of changesOf(
      { ...pull, table: trackedTable(table, since) },
      { key, start, bounds: null },
    )) {
      // What the server cleared away meanwhile may be missing.
      if (page.end !== undefined) sinceOf(token, kind, (await readVersion(session, table, kind)).oldest)
      yield page
    }
  } else {
    yield* changesOf(pull, { key, start, bounds: versionBounds(since, start.token ?? version.token) })
  }
}

async function* changesOf(pull: Pull, walk: Walk): AsyncGenerator<Page> {
  for await (const { page, position, last } of pages(pull, walk)) {
    yield {
      ...page,
      changes: true,
      ...(last ? { end: endOf(position, { covers: 'changes', count: null }) } : {}),
    }
  }
}

async function* pullEverything(pull: Pull, { resumeAfter }: PullRequest): AsyncGenerator<Page> {
  const { session, table } = pull
  const key = keyOf(table, 'id')
  const resumed = readPosition(resumeAfter, key.length)
  // Before the first row is read: whoever writes from now on comes with the next window.
  const start = resumed ?? { ...START, until: await oldestWriter(pull), token: await tokenOf(pull) }
  const held = await session.hold()
  for await (const { page, position, last, alone } of pages(pull, { key, start, bounds: null })) {
    if (!last) {
      yield page
      continue
    }
    const tally = await tallyOf(pull)
    const twins = await twinsOf(pull)
    const proven = twins?.length === 0
    // What was read at several instants is held against no count, nor are rows of which two are one.
    const once = held && !alone && resumed === null
    const count = once && position.counts && proven ? tally.keyed : null
    warnOfTimeless(pull, position.timeless)
    const bad = [...(page.bad ?? []), ...tally.keyless, ...(twins ?? [])]
    yield {
      ...page,
      ...(bad.length === 0 ? {} : { bad }),
      end: endOf(position, { covers: proven ? 'everything' : 'changes', count }),
    }
  }
}

interface PageStep {
  readonly page: Page
  readonly position: Position
  readonly last: boolean
  /** A page had to be read again, so that what was held is not any more. */
  readonly alone: boolean
}

interface Walk {
  readonly key: readonly number[]
  readonly start: Position
  readonly bounds: Bounds | null
}

async function* pages(pull: Pull, { key, start, bounds }: Walk): AsyncGenerator<PageStep> {
  const { table, options } = pull
  let position = start
  let alone = false
  let upTo: string[] | null | undefined
  for (;;) {
    if (upTo === undefined) upTo = bounds === null ? null : await endOfStretch(pull, key, position.after)
    const query = { key, after: position.after, window: bounds, upTo, rows: options.pageSize + 1 }
    const { rows, again: anew } = await again(pull, pageSql(table, query))
    alone ||= anew
    for (let from = 0; from === 0 || from < Math.min(rows.length, options.pageSize); from += PART) {
      const to = Math.min(from + PART, options.pageSize)
      const isEnd = rows.length <= to
      const last = isEnd && upTo === null
      const { records, bad, timeless } = settle(rows, { from, to }, pull)
      const values = key.map((at) => rows[to - 1]?.[at])
      position = {
        ...position,
        after: (isEnd ? upTo : textsOf(table, key, values)) ?? position.after,
        timeless: position.timeless + timeless,
        counts: position.counts && bad.length === 0,
      }
      const text = last ? `end of ${writePosition(position)}` : writePosition(position)
      yield { page: { records, position: text, ...(bad.length === 0 ? {} : { bad }) }, position, last, alone }
      if (last) return
      if (isEnd) upTo = undefined
    }
  }
}

/** `values`: those of the key. */
function textsOf(table: Table, key: readonly number[], values: readonly unknown[]): string[] {
  return key.map((at, nth) => table.dialect.cursor(values[nth], columnAt(table, at)))
}

/** Where the rows that are looked at next end; null for the end of the table. */
async function endOfStretch(
  { session, table }: Pull,
  key: readonly number[],
  after: readonly string[] | null,
): Promise<string[] | null> {
  const row = (await session.further?.(keysSql(table, key, after), STRETCH)) ?? null
  return row && textsOf(table, key, row)
}

/**
 * Records of a part of the rows. The row behind it only shows whether its id stands there once more: whoever goes on from here
 * would not see it. Rows of one id stand side by side.
 */
function settle(
  rows: readonly Row[],
  { from, to }: { readonly from: number; readonly to: number },
  { table, options }: Pull,
) {
  const records: SourceRecord[] = []
  const bad: BadRecord[] = []
  let timeless = 0
  const [behind] = rows.slice(Math.max(0, from - 1), from)
  let before = behind === undefined ? null : idOf(behind, table)
  for (const [at, row] of rows.slice(from, to + 1).entries()) {
    const id = idOf(row, table)
    const twice = id === before
    before = id
    // The first was told with the part before.
    if (twice && at > 0) bad.push(duplicate(row, table))
    if (twice || from + at === to) continue
    if (isTimeless(row, table)) timeless += 1
    records.push(toRecord(row, table, options))
  }
  return { records, bad, timeless }
}

/** A page that was cut short, by a replica that has to go on or by a deadlock, is asked for again. */
async function again(
  { session, context }: Pull,
  sql: Sql,
): Promise<{ rows: readonly Row[]; again: boolean }> {
  for (let attempt = 1; ; attempt++) {
    try {
      return { rows: await session.rows(sql), again: attempt > 1 }
    } catch (error) {
      if (attempt === ATTEMPTS || !session.passes(error)) throw error
      context.log.debug(`A page is read again: ${error instanceof Error ? error.message : error}`)
      await session.recover()
      await context.clock.sleep(attempt * 1_000, context.signal)
    }
  }
}

/** How many rows there are to read, and those that no order of the id can bring. */
async function tallyOf(pull: Pull): Promise<{ keyed: number; keyless: readonly BadRecord[] }> {
  const { table } = pull
  const { rows } = await again(pull, countSql(table))
  const [all, keyed] = (rows[0] ?? []).map(Number)
  if (all === undefined || keyed === undefined || all === keyed) return { keyed: keyed ?? 0, keyless: [] }
  const found = await again(pull, keylessSql(table, SHOWN))
  if (all - keyed > SHOWN)
    pull.context.log.warn(`${all - keyed} rows of ${table.label} have no id; ${SHOWN} of them are listed.`)
  return { keyed, keyless: found.rows.map((row) => keyless(row, table)) }
}

/**
 * Ids that the order of the id cannot tell apart: where a page ends between two of them, the second is not read.
 * Null when the database did not find out in time.
 */
async function twinsOf(pull: Pull): Promise<readonly BadRecord[] | null> {
  const { session, table, context } = pull
  const sql = twinsSql(table, SHOWN)
  if (sql === null) return []
  const found = await again(pull, sql).catch((error: unknown) => {
    if (!session.tookTooLong(error)) throw error
    context.log.warn(
      `It took too long to see whether ids of ${table.label} are taken for the same by its database, so nobody is removed because of this pull. Raise statementTimeoutMs, or read a query that compares ids exactly: SELECT …, id COLLATE … AS id.`,
    )
    return null
  })
  if (found === null) return null
  const { rows } = found
  if (rows.length > 0)
    context.log.warn(
      `${table.label} holds ids that its database takes for the same though they differ in case, accents or blanks (${rows.length === SHOWN ? 'more than ' : ''}${rows.length}). Some of them cannot be read, so nobody is removed because of this pull. Read them with a query that compares ids exactly: SELECT …, id COLLATE … AS id.`,
    )
  return rows.map((row) => twin(row, idsOf(table)))
}

async function oldestWriter({ session, table, context }: Pull): Promise<string | null> {
  if (session.writers === undefined || table.updatedAt === null) return null
  const { since, unknown } = await session.writers()
  if (unknown !== null) context.log.warn(unknown)
  const hours = since === null ? 0 : (context.clock.now() - Date.parse(since)) / 3_600_000
  if (hours >= 1)
    context.log.warn(
      `A transaction is open since ${since}. Its rows may carry times from then on, so changes since are read again in each pull until it ends.`,
    )
  return since
}

async function tokenOf({ session, table, options }: Pull): Promise<string | null> {
  const kind = kindOf(table, options)
  return kind === null ? null : (await readVersion(session, table, kind)).token
}

function warnOfTimeless({ table, context }: Pull, timeless: number): void {
  if (timeless === 0 || table.updatedAt === null) return
  context.log.warn(
    `${timeless} rows of ${table.label} hold nothing in ${columnAt(table, table.updatedAt).name}: what changes in them shows only in full pulls. A query with coalesce(…) may give them a time.`,
  )
}

function endOf({ until, token }: Position, end: Pick<PullEnd, 'covers' | 'count'>): PullEnd {
  return { ...end, ...(until === null ? {} : { until }), ...(token === null ? {} : { token }) }
}
