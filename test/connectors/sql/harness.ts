// What the sql tests share: a pull read to its end through the connector, and through the engine.
import type { ConnectorContext, ConnectorError, Page, PullRequest, SourceRecord } from 'heysync/connector'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { connectorContext } from '../../../src/connector/context.ts'

export interface Desk {
  readonly context: ConnectorContext
  readonly said: string[]
  readonly slept: number[]
}

export function desk({
  signal = new AbortController().signal,
  now = () => Date.parse('2030-01-15T12:00:00Z'),
  baseDir = '/',
} = {}): Desk {
  const said: string[] = []
  const slept: number[] = []
  const log = (message: string) => void said.push(message)
  const clock = { now, sleep: async (ms: number) => void slept.push(ms) }
  return {
    said,
    slept,
    context: connectorContext({ signal, baseDir, clock, log: { debug: log, info: log, warn: log } }),
  }
}

export const FULL: PullRequest = {
  mode: 'full',
  window: { from: null, to: '2030-01-15T12:00:00.000Z' },
  token: null,
  resumeAfter: null,
}

export function since(from: string | null, to = FULL.window.to, token: string | null = null): PullRequest {
  return { mode: 'incremental', window: { from, to }, token, resumeAfter: null }
}

export interface Pulled {
  readonly pages: readonly Page[]
  readonly records: readonly SourceRecord[]
  readonly ids: readonly string[]
  readonly bad: readonly string[]
  readonly end: Page['end']
}

/** `onPage` is awaited between two pages. */
export async function pull(
  options: Record<string, unknown>,
  request: PullRequest = FULL,
  { context }: Desk = desk(),
  onPage: (page: Page, nth: number) => unknown = () => {},
): Promise<Pulled> {
  const pages: Page[] = []
  for await (const page of sqlConnector.pull(sqlConnector.options.parse(options), request, context)) {
    pages.push(page)
    await onPage(page, pages.length)
  }
  const records = pages.flatMap((page) => page.records)
  return {
    pages,
    records,
    ids: records.map(({ id }) => id),
    bad: pages.flatMap((page) => page.bad ?? []).map(({ id, code }) => `${code} ${id ?? ''}`.trim()),
    end: pages.at(-1)?.end,
  }
}

export async function discover(options: Record<string, unknown>, { context }: Desk = desk()) {
  return sqlConnector.discover(sqlConnector.options.parse(options), context)
}

/** What a promise fails with, to look at more than its message. */
export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: ConnectorError) => error,
  )
}
