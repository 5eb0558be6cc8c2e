// What the csv tests share: a folder that goes away, a clock that only moves when told, and a pull read to its end.

import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type {
  BadRecord,
  ConnectorContext,
  ConnectorError,
  Page,
  PullRequest,
  SourceRecord,
} from 'heysync/connector'
import { onTestFinished } from 'vitest'
import { csvConnector } from '../../../connectors/files/csv.ts'
import { type CsvOptions, csvOptions } from '../../../connectors/files/options.ts'
import { connectorContext } from '../../../src/connector/context.ts'

/** The time that every test starts at; files are dated an hour before unless a test says otherwise. */
export const START = Date.parse('2030-01-15T12:00:00Z')
export const HOUR = 3_600_000

export interface Workshop {
  readonly dir: string
  readonly context: ConnectorContext
  readonly logged: string[]
  /** What happens while the connector sleeps; called with the number of sleeps before. */
  onSleep: (nth: number) => Promise<void>
  slept: number[]
  /** Writes a file that was changed an hour ago, or at the time given in milliseconds. */
  write(name: string, content: string | Buffer, changedAt?: number): Promise<string>
  now(): number
}

export async function workshop(signal: AbortSignal = new AbortController().signal): Promise<Workshop> {
  const dir = await mkdtemp(join(tmpdir(), 'heysync-csv-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  let now = START
  const logged: string[] = []
  const shop: Workshop = {
    dir,
    logged,
    slept: [],
    onSleep: async () => {},
    now: () => now,
    write: async (name, content, changedAt = START - HOUR) => {
      const path = join(dir, name)
      await writeFile(path, content)
      await utimes(path, changedAt / 1_000, changedAt / 1_000)
      return path
    },
    context: connectorContext({
      signal,
      baseDir: dir,
      clock: {
        now: () => now,
        sleep: async (ms) => {
          const nth = shop.slept.push(ms) - 1
          now += ms
          await shop.onSleep(nth)
        },
      },
      log: {
        debug: (message) => void logged.push(message),
        info: (message) => void logged.push(message),
        warn: (message) => void logged.push(message),
      },
    }),
  }
  return shop
}

export function options(given: Record<string, unknown> = {}): CsvOptions {
  return csvOptions.parse({ path: 'contacts.csv', idColumn: 'id', ...given })
}

export const FULL: PullRequest = {
  mode: 'full',
  window: { from: null, to: '2030-01-15T12:00:00Z' },
  token: null,
  resumeAfter: null,
}

export function incremental(token: string | null, from: string | null = null): PullRequest {
  return { ...FULL, mode: 'incremental', token, window: { ...FULL.window, from } }
}

export interface Pulled {
  readonly pages: readonly Page[]
  readonly records: readonly SourceRecord[]
  readonly bad: readonly BadRecord[]
  readonly end: Page['end']
  readonly ids: readonly string[]
}

export async function pull(
  shop: Workshop,
  given: Record<string, unknown> = {},
  request: PullRequest = FULL,
): Promise<Pulled> {
  const pages: Page[] = []
  for await (const page of csvConnector.pull(options(given), request, shop.context)) pages.push(page)
  const records = pages.flatMap((page) => page.records)
  return {
    pages,
    records,
    bad: pages.flatMap((page) => page.bad ?? []),
    end: pages.at(-1)?.end,
    ids: records.map(({ id }) => id),
  }
}

/** The token that a pull ended with. */
export function tokenOf(pulled: Pulled): string {
  const token = pulled.end?.token
  if (token === undefined) throw new Error('the pull ended without a token')
  return token
}

/** What a promise fails with, to look at more than its message. */
export async function failure(work: Promise<unknown>): Promise<ConnectorError> {
  return work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: ConnectorError) => error,
  )
}
