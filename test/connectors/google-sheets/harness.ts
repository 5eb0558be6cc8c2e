// What the google-sheets tests share: a vendor with one tab, a clock that leaps over every sleep, and a pull read to its end.
import type { ConnectorError, Discovery, Page, PullRequest } from 'heysync/connector'
import { expect, onTestFinished } from 'vitest'
import { googleSheetsConnector } from '../../../connectors/google-sheets/google-sheets.ts'
import { sheetsOptions } from '../../../connectors/google-sheets/options.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { openVendor, type Value, type Vendor } from './vendor.ts'

export interface Bench extends Vendor {
  readonly logged: string[]
  advance(ms: number): void
  /** All pages; incremental where a token is given. */
  read(options?: Record<string, unknown>, token?: string | null): Promise<Page[]>
  discover(options?: Record<string, unknown>): Promise<Discovery>
}

export async function bench(rows: Value[][], gridRows = 1_000): Promise<Bench> {
  let now = Date.parse('2030-01-15T12:00:00Z')
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms
    },
    advance: (ms: number) => {
      now += ms
    },
  }
  const vendor = await openVendor(clock)
  onTestFinished(vendor.server.close)
  vendor.tabs.push({ id: 0, title: 'Sheet1', gridRows, rows })
  const logged: string[] = []
  const log = (message: string) => void logged.push(message)
  const signal = new AbortController().signal
  const context = connectorContext({ signal, baseDir: '/', clock, log: { debug: log, info: log, warn: log } })
  const optionsOf = (given: Record<string, unknown>) =>
    sheetsOptions.parse({
      spreadsheet: vendor.spreadsheet,
      idColumn: 'id',
      clientEmail: vendor.email,
      privateKey: vendor.privateKey,
      url: vendor.server.url,
      ...given,
    })
  return Object.assign(vendor, {
    logged,
    advance: clock.advance,
    read: async (given: Record<string, unknown> = {}, token: string | null = null) => {
      const request: PullRequest = {
        mode: token === null ? 'full' : 'incremental',
        window: { from: null, to: new Date(now).toISOString() },
        token,
        resumeAfter: null,
      }
      const pages: Page[] = []
      for await (const page of googleSheetsConnector.pull(optionsOf(given), request, context))
        pages.push(page)
      return pages
    },
    discover: (given: Record<string, unknown> = {}) =>
      googleSheetsConnector.discover(optionsOf(given), context),
  })
}

export function recordsOf(pages: readonly Page[]) {
  return pages.flatMap(({ records }) => records)
}

export function idsOf(pages: readonly Page[]): string[] {
  return recordsOf(pages).map(({ id }) => id)
}

export function badOf(pages: readonly Page[]) {
  return pages.flatMap(({ bad = [] }) => bad)
}

export function tokenOf(pages: readonly Page[]): string {
  return pages.at(-1)?.end?.token ?? ''
}

/** The error that it fails with. */
export async function failure(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  )
  return error as ConnectorError
}
