// Owns reading the rows of one query to their end: by id inside a fixed window, over links that expire, queries that take
// too long, and in bulk where there are many.
import type { ConnectorContext } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { codesOf } from './answers.ts'
import { bulkRows, type JobAt, NoBulk } from './bulk.ts'
import type { Client, QueryAnswer, Row } from './client.ts'
import { asQueryError } from './query-error.ts'
import { type Selection, selectById, stampedWithin } from './soql.ts'

export interface Window {
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number
  readonly to: number
}

export interface RowsRequest {
  readonly selection: Selection
  /** Null reads everything. */
  readonly window: Window | null
  /** Also rows in the recycle bin. */
  readonly all: boolean
  /** What the options say of this object, to be recognised in an error. */
  readonly where: string | null
  /** More rows than this are read in bulk; null never does. */
  readonly bulkAbove: number | null
}

/** Where a reading stands. */
export interface RowsAt {
  /** The id up to which everything of the slice was read. */
  readonly after: string
  /** The part of the window that is being read. */
  readonly slice: Window | null
  readonly job: JobAt | null
  /** Rows that were read before. */
  readonly seen: number
}

export interface RowsPage {
  readonly rows: readonly Row[]
  readonly at: RowsAt
  /** Some of them may have been read before. */
  readonly again: boolean
}

export const ROWS_START: RowsAt = { after: '', slice: null, job: null, seen: 0 }

const SMALLEST_SLICE_MS = 60_000
/** The first limit of a query that took too long without one, and the last. */
const LARGEST_LIMIT = 2_000
const SMALLEST_LIMIT = 50
/** Links may expire, but not each of them before it is followed. */
const MOST_LOST_LINKS = 5

export async function* readRows(
  client: Client,
  request: RowsRequest,
  start: RowsAt,
  context: ConnectorContext,
): AsyncGenerator<RowsPage> {
  const { window } = request
  let at: RowsAt = { ...start, slice: start.slice ?? window }
  let limit: number | null = null
  for (;;) {
    try {
      for await (const page of readSlice(client, request, at, limit, context)) {
        at = page.at
        yield page
      }
    } catch (error) {
      if (!codesOf(error).includes('QUERY_TIMEOUT')) throw error
      if (at.slice === null) limit = smallerLimit(limit)
      else at = { ...at, after: '', slice: firstHalf(at.slice) }
      context.log.info('a query took Salesforce too long, and is asked again in smaller parts.')
      continue
    }
    if (window === null || at.slice === null || at.slice.to >= window.to) return
    const { from, to } = at.slice
    at = { ...ROWS_START, slice: { from: to, to: Math.min(window.to, to + (to - from)) }, seen: at.seen }
  }
}

async function* readSlice(
  client: Client,
  { selection, all, where, bulkAbove }: RowsRequest,
  start: RowsAt,
  limit: number | null,
  context: ConnectorContext,
): AsyncGenerator<RowsPage> {
  const inSlice = start.slice === null ? null : stampedWithin(start.slice)
  const sliced = { ...selection, conditions: [inSlice, ...selection.conditions] }
  let at = start
  let link: string | null = null
  let inQuery = 0
  let lost = 0
  let mayBulk = bulkAbove !== null
  let again = false
  for (;;) {
    if (at.job !== null || link === BULK) {
      const before = at.job?.seenBefore ?? at.seen
      try {
        for await (const { rows, job } of bulkRows(
          client,
          selectById(sliced, at.after, null),
          all,
          at.job,
          before,
          context,
        )) {
          at = { ...at, job, seen: job.seen }
          yield { rows, at, again: true }
        }
        return
      } catch (error) {
        if (!(error instanceof NoBulk)) throw error
        context.log.info(`${error.message} It is read page by page instead.`)
        at = { ...at, job: null, seen: before }
        link = null
        mayBulk = false
        again = true
      }
    }
    let answer: QueryAnswer
    const soql = selectById(sliced, at.after, limit)
    try {
      answer = link === null ? await client.query(soql, all) : await client.more(link)
    } catch (error) {
      if (link === null || !isLinkLost(error)) throw asQueryError(error, soql, where)
      if (lost >= MOST_LOST_LINKS) throw error
      lost += 1
      link = null
      continue
    }
    const { records, done, totalSize, nextRecordsUrl = null } = answer
    const last = records.at(-1)?.Id
    if (last !== undefined && last === at.after)
      throw new ConnectorError('failed', {
        message: `Salesforce answered with ${last} again, behind which was asked.`,
      })
    inQuery = link === null ? records.length : inQuery + records.length
    if (records.length > 0) {
      lost = 0
      at = { ...at, after: String(last), seen: at.seen + records.length }
      yield { rows: records, at, again }
    }
    if (done && (limit === null || inQuery < limit)) return
    const isMany = mayBulk && bulkAbove !== null && totalSize - inQuery > bulkAbove
    link = done ? null : isMany ? BULK : nextRecordsUrl
    if (!done && link === null && records.length === 0)
      throw new ConnectorError('failed', {
        message: 'Salesforce says that there are more rows, and not where.',
      })
  }
}

/** Instead of a link: the rest is read in bulk. */
const BULK = 'bulk'

/** A link dies after a while, when the user has opened many others, and with the session that it was made in. */
function isLinkLost(error: unknown): boolean {
  const codes = codesOf(error)
  return (
    codes.includes('INVALID_QUERY_LOCATOR') ||
    codes.includes('INVALID_LOCATOR') ||
    (error instanceof ConnectorError && error.kind === 'unauthorized')
  )
}

function firstHalf({ from, to }: Window): Window {
  if (to - from <= SMALLEST_SLICE_MS) throw tooSlow('not even the changes of one minute')
  return { from, to: from + Math.floor((to - from) / 2) }
}

function smallerLimit(limit: number | null): number {
  if (limit === null) return LARGEST_LIMIT
  if (limit <= SMALLEST_LIMIT) throw tooSlow(`not even ${limit} rows`)
  return Math.floor(limit / 2)
}

function tooSlow(what: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `The query takes Salesforce too long: ${what} came in time.`,
    hint: 'Make `where` simpler or ask for indexed fields only, or have Salesforce add a custom index.',
  })
}
