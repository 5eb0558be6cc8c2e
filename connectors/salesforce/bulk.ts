// Owns reading many rows through Bulk API 2.0: a job that is waited for, and its results part by part.
import type { ConnectorContext, HttpAnswer } from 'heysync/connector'
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import { errorsOf, readAs } from './answers.ts'
import type { Client, Row } from './client.ts'

/** Where the reading of a job stands. */
export interface JobAt {
  readonly id: string
  /** Of the next part; null behind the last one. */
  readonly locator: string | null
  /** Rows that were read before the job, and with it. */
  readonly seenBefore: number
  readonly seen: number
}

/** This organisation, this user or this query cannot be read in bulk, or a job came to nothing. */
export class NoBulk extends Error {}

const job = z.looseObject({ id: z.string(), state: z.string(), errorMessage: z.string().nullish() })

/** Results may be larger than pages, since nobody waits for them. */
const PART_ROWS = 5_000
const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 30_000
/** Then the job is left alone: Salesforce ends it by itself. */
const PATIENCE_MS = 60 * 60_000

/**
 * The rows of a query, in no order, each part with where it stands. `at`: a job that was begun before; its parts stay what
 * they are for seven days. Errors: NoBulk; those of Http.
 */
export async function* bulkRows(
  client: Client,
  soql: string,
  all: boolean,
  at: JobAt | null,
  seenBefore: number,
  context: ConnectorContext,
): AsyncGenerator<{ rows: readonly Row[]; job: JobAt }> {
  const { parse } = await import('csv-parse/sync')
  let state = at ?? { id: await begin(client, soql, all), locator: '', seenBefore, seen: seenBefore }
  if (at === null) await finished(client, state.id, context)
  while (state.locator !== null) {
    const asked = { maxRecords: PART_ROWS, locator: state.locator === '' ? undefined : state.locator }
    const answer = await orNoBulk(client.csv(`jobs/query/${state.id}/results`, asked))
    const rows: Row[] = parse(answer.text, { columns: true, bom: true, skip_empty_lines: true })
    checkWhole(rows, answer)
    state = { ...state, locator: nextOf(answer), seen: state.seen + rows.length }
    if (rows.length > 0) yield { rows, job: state }
  }
}

async function begin(client: Client, query: string, all: boolean): Promise<string> {
  // Sorting would keep Salesforce from dividing the work, and parts come in no order anyway.
  const unsorted = query.replace(/ ORDER BY Id$/, '')
  const body = {
    operation: all ? 'queryAll' : 'query',
    query: unsorted,
    contentType: 'CSV',
    columnDelimiter: 'COMMA',
    lineEnding: 'LF',
  }
  return readAs(job, await orNoBulk(client.post('jobs/query', body)), 'a job').id
}

async function finished(client: Client, id: string, { clock, signal }: ConnectorContext): Promise<void> {
  const giveUpAt = clock.now() + PATIENCE_MS
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    const { state, errorMessage } = readAs(job, await orNoBulk(client.json(`jobs/query/${id}`)), 'a job')
    if (state === 'JobComplete') return
    if (state === 'Failed' || state === 'Aborted')
      throw new NoBulk(`The bulk job ended as ${state}${errorMessage ? ` (${errorMessage})` : ''}.`)
    if (clock.now() >= giveUpAt) throw new NoBulk('The bulk job was not done within an hour.')
    await clock.sleep(waitMs, signal)
  }
}

/** A refusal means that the other way has to do, whatever its reason: it is asked for the same rows, and says why not. */
async function orNoBulk<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof HttpRefusal)) throw error
    const [{ code, message } = { code: String(error.answer.status), message: '' }] = errorsOf(error.answer)
    throw new NoBulk(`Salesforce does not read this in bulk: ${code}${message && ` (${message})`}.`)
  }
}

/** An answer that was cut off between two lines looks whole but for its count. */
function checkWhole(rows: readonly Row[], { headers }: HttpAnswer): void {
  const said = headers['sforce-numberofrecords']
  if (said === undefined) throw withoutHeader('Sforce-NumberOfRecords')
  if (Number(said) === rows.length) return
  throw new ConnectorError('failed', {
    message: `A part of a bulk job should hold ${said} rows, and held ${rows.length}.`,
  })
}

/** The word `null` in the header means that nothing follows; an answer without the header says nothing of that. */
function nextOf({ headers }: HttpAnswer): string | null {
  const locator = headers['sforce-locator']
  if (typeof locator !== 'string' || locator === '') throw withoutHeader('Sforce-Locator')
  return locator === 'null' ? null : locator
}

function withoutHeader(name: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `A part of a bulk job came without the header ${name}, so that nobody can tell whether it is all.`,
    hint: 'Let the proxy between here and Salesforce pass on headers that begin with Sforce-; or raise bulkAbove in the options.',
  })
}
