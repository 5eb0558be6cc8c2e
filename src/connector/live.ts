// Owns the checks that can be run against a real account: they read and change nothing, neither there nor here.
import { createHash } from 'node:crypto'
import { instantKey } from '../lib/instant.ts'
import type { Connector, ConnectorContext, Page, PullRequest, SourceRecord } from './contract.ts'

export interface LiveFinding {
  readonly what: string
  readonly ok: boolean
  readonly says: string
}

export interface LiveRun {
  readonly connector: Connector
  /** Parsed. */
  readonly options: unknown
  readonly context: ConnectorContext
  /** Reading stops after so many records; infinity reads everything. */
  readonly limit: number
  /** What must not be seen in a position, a token or a message. */
  readonly secrets: readonly string[]
}

/** One finding after the other, as they are made. Errors: those of the connector. */
export async function* liveChecks(run: LiveRun): AsyncGenerator<LiveFinding> {
  const { connector, options, secrets } = run
  const { capabilities } = connector
  const said: string[] = []
  const hear = (level: 'debug' | 'info' | 'warn') => (message: string) => {
    said.push(message)
    run.context.log[level](message)
  }
  const context = { ...run.context, log: { debug: hear('debug'), info: hear('info'), warn: hear('warn') } }
  const from = context.clock.now()
  const all = { from: null, to: new Date(from).toISOString() }
  const full: PullRequest = { mode: 'full', window: all, token: null, resumeAfter: null }
  const look = (request: PullRequest, limit = run.limit) =>
    readUpTo(connector.pull(options, request, context), limit)

  const { fields, count } = await connector.discover(options, context)
  const samples = fields.filter((field) => field.samples.length > 0).length
  yield finding('looks at the source', fields.length > 0, `${fields.length} fields, ${samples} with samples`)

  const first = await look(full)
  const enough = first.whole && (first.count === null || new Set(first.ids).size >= first.count)
  yield finding('reads everything', enough || first.limited, readText(first, count))
  yield unique('ids are unique', first.ids.length, new Set(first.ids).size)
  const badTimes = first.records.filter(
    ({ updatedAt }) => updatedAt !== null && instantKey(updatedAt) === null,
  )
  yield finding(
    'times can be read',
    badTimes.length === 0,
    `${badTimes.length} of ${first.ids.length} cannot`,
  )
  yield unique('positions are unique', first.positions.length, new Set(first.positions).size)

  const again = await look(full)
  yield sameAgain(first, again)

  const middle = first.pages[Math.floor((first.pages.length - 1) / 2)]
  if (capabilities.resumable && middle !== undefined && first.pages.length > 1) {
    const before = first.pages.slice(0, first.pages.indexOf(middle) + 1).flatMap(idsOf)
    const after = first.ids.slice(before.length)
    const rest = await look({ ...full, resumeAfter: middle.position }, after.length + before.length)
    const shown = new Set(rest.ids)
    const missed = after.filter((id) => !shown.has(id))
    const says = `${after.length} records were to come, ${missed.length} did not`
    yield finding('goes on from the middle', isFew(missed.length, after.length), says)
  }

  if (capabilities.incremental === 'watermark' || (capabilities.incremental === 'token' && first.token)) {
    const window = { from: new Date(from).toISOString(), to: new Date(context.clock.now()).toISOString() }
    const news = await look({ mode: 'incremental', window, token: first.token, resumeAfter: null })
    const few = news.whole && (news.ids.length === 0 || news.ids.length < first.ids.length)
    yield finding('reads only news afterwards', few, readText(news, null))
  }

  const kept = [first, again].flatMap(({ positions, token }) => [...positions, token ?? ''])
  const shown = secrets.filter((secret) => [...said, ...kept].some((text) => text.includes(secret)))
  yield finding(
    'keeps secrets to itself',
    shown.length === 0,
    `${said.length} messages, ${kept.length} positions`,
  )
}

interface Reading {
  readonly pages: readonly Page[]
  readonly records: readonly SourceRecord[]
  readonly ids: readonly string[]
  readonly positions: readonly string[]
  readonly bad: number
  readonly token: string | null
  /** It came to its end. */
  readonly whole: boolean
  /** It was stopped at the limit. */
  readonly limited: boolean
  readonly count: number | null
}

/** Holds of each record what is compared, and not what it says of a person. */
async function readUpTo(source: AsyncIterable<Page>, limit: number): Promise<Reading> {
  const pages: Page[] = []
  let seen = 0
  let limited = false
  for await (const page of source) {
    const records = page.records.map(({ id, updatedAt, fields }) => ({
      id,
      updatedAt,
      fields: { hash: hashOf(fields) },
    }))
    pages.push({ ...page, records })
    seen += records.length
    limited = seen >= limit && page.end === undefined
    if (limited) break
  }
  const end = pages.at(-1)?.end
  return {
    pages,
    records: pages.flatMap(({ records }) => records),
    ids: pages.flatMap(idsOf),
    positions: pages.map(({ position }) => position),
    bad: pages.reduce((sum, { bad = [] }) => sum + bad.length, 0),
    token: end?.token ?? null,
    whole: end !== undefined,
    limited,
    count: end?.count ?? null,
  }
}

const idsOf = ({ records }: Page) => records.map(({ id }) => id)

function hashOf(fields: unknown): string {
  return createHash('sha256').update(JSON.stringify(fields)).digest('base64')
}

/** An account lives on while it is looked at. */
function isFew(odd: number, of: number): boolean {
  return odd <= Math.max(1, of / 100)
}

function sameAgain(first: Reading, again: Reading): LiveFinding {
  const before = new Map(first.records.map((record) => [record.id, record]))
  const both = again.records.flatMap((record) => {
    const old = before.get(record.id)
    return old === undefined ? [] : [{ old, record }]
  })
  const missing = first.ids.length - both.length
  const otherwise = both.filter(
    ({ old, record }) => old.updatedAt === record.updatedAt && old.fields.hash !== record.fields.hash,
  )
  const says = `${both.length} came again, ${missing} did not, ${otherwise.length} came otherwise without a change`
  const ok = isFew(missing, first.ids.length) && isFew(otherwise.length, both.length)
  return finding('reads the same again', ok, says)
}

function readText({ ids, bad, whole, limited, count }: Reading, discovered: number | null): string {
  const end = whole ? 'to the end' : limited ? 'and stopped at the limit' : 'and NO END was said'
  const of = count ?? discovered
  return `${ids.length} records${of === null ? '' : ` of ${of}`}, ${bad} that could not be read, ${end}`
}

function unique(what: string, all: number, different: number): LiveFinding {
  return finding(what, all === different, `${different} different of ${all}`)
}

function finding(what: string, ok: boolean, says: string): LiveFinding {
  return { what, ok, says }
}
