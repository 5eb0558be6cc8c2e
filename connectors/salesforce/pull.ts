// Owns a pull: which readings it is made of, in what order, and what its end proves.
import type { ConnectorContext, Page, PullEnd, PullRequest, SourceRecord } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { codesOf } from './answers.ts'
import { readCampaigns } from './campaigns.ts'
import { type Client, openClient } from './client.ts'
import { MEMORY_MS, readDeletions, rowsOf } from './deleted.ts'
import { type ObjectPlan, type Plan, planFields } from './fields.ts'
import { withLost } from './lost.ts'
import { type Marks, openMarks } from './marks.ts'
import type { SalesforceOptions } from './options.ts'
import { type Position, readPosition, writePosition } from './position.ts'
import { asQueryError } from './query-error.ts'
import { toRecord } from './record.ts'
import { ROWS_START, type RowsAt, readRows, type Window } from './rows.ts'
import { scopeOf } from './scope.ts'
import { instant, select } from './soql.ts'

/** One of the readings that a pull is made of. */
type Stage =
  | { readonly what: 'rows' | 'left' | 'deletions'; readonly plan: ObjectPlan }
  | { readonly what: 'lists' }

type Part = Pick<Page, 'records' | 'lists' | 'changes'>

/** Before there was a Salesforce. */
const FIRST_DAY = Date.parse('1999-01-01T00:00:00Z')
/** A transaction may show rows that carry the time at which it began, and none is open for longer. */
const LONGEST_TRANSACTION_MS = 15 * 60_000

export async function* pullSalesforce(
  options: SalesforceOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const marks = openMarks(context.keep)
  refuseTooOld(request, marks, context.clock.now())
  const client = await openClient(options, context)
  const plan = withLost(await planFields(client, options), options, marks, context.log)
  const left = new Set<string>()
  const work = { client, plan, options, request, context, marks, window: windowOf(request), left }
  let held: { part: Part; at: Position } | null = null
  for await (const next of readParts(work, readPosition(request.resumeAfter))) {
    if (held !== null) yield { ...held.part, position: writePosition(held.at) }
    held = next
  }
  // The last part comes with the end, so that a pull that goes on from the last position has something to show.
  const end = await endOf(work, held?.at ?? null)
  yield { ...(held?.part ?? { records: [] }), position: held === null ? 'end' : writePosition(held.at), end }
  marks.save(request.window.to)
}

/** Whoever was deleted before is not in the recycle bin any more, nor in the log. */
function refuseTooOld({ mode, window }: PullRequest, marks: Marks, now: number): void {
  if (mode === 'full' || window.from === null) return
  // Where nothing changes, the window begins long before the last pull.
  if (Math.max(Date.parse(window.from), marks.readTo() ?? 0) > now - MEMORY_MS) return
  throw new ConnectorError('cursor-expired', {
    message: 'the last pull was more than 15 days ago, and Salesforce remembers deletions for 15 days',
  })
}

/** What all readings of a pull work with. */
interface Work {
  readonly client: Client
  readonly plan: Plan
  readonly options: SalesforceOptions
  readonly request: PullRequest
  readonly context: ConnectorContext
  readonly marks: Marks
  /** Null reads everything. */
  readonly window: Window | null
  /** Ids of those whom this pull showed though the options do not ask for them. */
  readonly left: Set<string>
}

function windowOf({ mode, window: { from, to } }: PullRequest): Window | null {
  return mode === 'full' ? null : { from: from === null ? FIRST_DAY : Date.parse(from), to: Date.parse(to) }
}

/** People first, then lists, so that whoever is on a list is known. */
function stagesOf({ plan, options, window }: Work): readonly Stage[] {
  const stages = plan.objects.flatMap((one): Stage[] => {
    const rows: Stage = { what: 'rows', plan: one }
    const left: Stage[] = whereOf(options, one) === null ? [] : [{ what: 'left', plan: one }]
    return window === null ? [rows, ...left] : [rows, ...left, { what: 'deletions', plan: one }]
  })
  return options.campaigns.length === 0 ? stages : [...stages, { what: 'lists' }]
}

/**
 * A full pull has them, too: what changed since the last pull, and is not asked for any more, says what it says of consent to
 * no later one. Null before there was any.
 */
function windowOfLeft({ window, marks, request }: Work): Window | null {
  const readTo = marks.readTo()
  if (window !== null || readTo === null) return window
  return { from: readTo - LONGEST_TRANSACTION_MS, to: Date.parse(request.window.to) }
}

/** Rows of those whom the options ask for, up to there. */
function seenUpTo(work: Work, { stage, seen, rows }: Position): number {
  return stagesOf(work)[stage]?.what === 'rows' ? seen + rows.seen : seen
}

async function* readParts(work: Work, start: Position): AsyncGenerator<{ part: Part; at: Position }> {
  const shown = new Set<string>()
  let at = start
  for (const [stage, one] of stagesOf(work).entries()) {
    if (stage < start.stage) continue
    if (stage > at.stage) at = { stage, part: 0, rows: ROWS_START, seen: seenUpTo(work, at) }
    for await (const { part, rows = at.rows } of readStage(work, one, at, shown)) {
      for (const { id, deleted } of part.records) if (deleted) shown.add(id)
      at = { ...at, part: at.part + 1, rows }
      yield { part, at }
    }
  }
}

function readStage(
  work: Work,
  stage: Stage,
  at: Position,
  shown: ReadonlySet<string>,
): AsyncGenerator<{ part: Part; rows?: RowsAt }> {
  if (stage.what === 'lists') return readLists(work)
  if (stage.what === 'deletions') return readDeleted(work, stage.plan, shown)
  return readPeople(work, stage.plan, at, stage.what)
}

/** `left`: those who changed and are not among whom the options ask for, perhaps any more. */
async function* readPeople(
  work: Work,
  one: ObjectPlan,
  at: Position,
  what: 'rows' | 'left',
): AsyncGenerator<{ part: Part; rows: RowsAt }> {
  const { client, plan, options, request, context } = work
  const window = what === 'left' ? windowOfLeft(work) : work.window
  if (what === 'left' && window === null) return
  const where = whereOf(options, one)
  const asked = where === null ? null : what === 'left' ? `(NOT (${where}))` : `(${where})`
  const selection = {
    columns: one.selected,
    sobject: one.object.sobject,
    conditions: [one.object.condition, asked],
  }
  const rowsRequest = { selection, window, all: what === 'rows', where, bulkAbove: options.bulkAbove }
  try {
    for await (const page of readRows(client, rowsRequest, at.rows, context)) {
      const records = page.rows.map((row) => toRecord(row, one, plan, what === 'left' ? 'out' : 'in'))
      if (what === 'left') for (const { id } of records) work.left.add(id)
      const survivors = work.window === null ? [] : await survivorsOf(work, records)
      // Of a full pull that began again in the middle, a record may be one that it has seen before.
      const changes = window !== null || page.again || request.resumeAfter !== null
      yield { part: { records: [...records, ...survivors], ...(changes ? { changes } : {}) }, rows: page.at }
    }
  } catch (error) {
    if (what === 'rows' || !(error instanceof ConnectorError && error.kind === 'field')) throw error
    context.log.warn(`${error.message} Who is not asked for any more is found by the next full pull.`)
  }
}

/** Those whom merged records went into, where they did not change themselves: nobody is let go before they are shown. */
async function survivorsOf(
  { client, plan, options }: Work,
  records: readonly SourceRecord[],
): Promise<readonly SourceRecord[]> {
  const here = new Set(records.map(({ id }) => id))
  const wanted = new Set(records.flatMap(({ mergedInto }) => mergedInto ?? []).filter((id) => !here.has(id)))
  const found: SourceRecord[] = []
  for (const one of plan.objects) {
    const ids = [...wanted].filter((id) => id.startsWith(PREFIXES[one.object.sobject]))
    if (ids.length === 0) continue
    const where = whereOf(options, one)
    const rows = await rowsOf(client, one, ids, [one.object.condition, where === null ? null : `(${where})`])
    found.push(...[...rows.values()].map((row) => toRecord(row, one, plan)))
  }
  return found
}

/** What all ids of an object begin with. */
const PREFIXES = { Contact: '003', Lead: '00Q', Account: '001' } as const

async function* readDeleted(
  work: Work,
  one: ObjectPlan,
  shown: ReadonlySet<string>,
): AsyncGenerator<{ part: Part }> {
  if (work.window === null) return
  const { client, plan, context, marks } = work
  for await (const records of readDeletions(client, one, plan, work.window, shown, marks, context))
    yield { part: { records, changes: true } }
}

async function* readLists(work: Work): AsyncGenerator<{ part: Part }> {
  const { client, plan, options, request, context, marks } = work
  for await (const lists of readCampaigns(client, options, plan, request.mode, marks, context))
    yield { part: { records: [], lists } }
}

async function endOf(work: Work, last: Position | null): Promise<PullEnd> {
  const scope = await scopeOf(work.client)
  const who = scope === null ? {} : { scope }
  if (work.window !== null) return { covers: 'changes', count: null, ...who }
  return { covers: 'everything', count: await countOf(work, last), ...who }
}

/**
 * What the organisation counts, and beside it those who are not asked for and came all the same: they must not stand in for
 * somebody who did not come. Read in one go, whoever was there before it began and did not change since has to have come. Read
 * in parts, only a count that is exactly what they showed says anything, and none where the parts before may have shown others.
 */
async function countOf(work: Work, last: Position | null): Promise<number | null> {
  const { client, plan, options, request, context } = work
  const inParts = request.resumeAfter !== null
  const settledAt = Date.parse(request.window.to) - LONGEST_TRANSACTION_MS
  const settled = inParts ? null : `SystemModstamp <= ${instant(settledAt)}`
  let count = 0
  for (const one of plan.objects) {
    const where = whereOf(options, one)
    const conditions = [settled, one.object.condition, where === null ? null : `(${where})`]
    const soql = select({ columns: ['COUNT()'], sobject: one.object.sobject, conditions })
    try {
      count += await client.count(soql, true)
    } catch (error) {
      if (!codesOf(error).includes('QUERY_TIMEOUT')) throw asQueryError(error, soql, where)
      context.log.info(`${one.object.sobject} could not be counted in time.`)
      return null
    }
  }
  if (!inParts) return count + work.left.size
  const seen = last === null ? 0 : seenUpTo(work, last)
  const asksForAll = plan.objects.every((one) => whereOf(options, one) === null)
  return asksForAll && seen === count ? count : null
}

const whereOf = ({ where }: SalesforceOptions, { object }: ObjectPlan) => where[object.kind] ?? null
