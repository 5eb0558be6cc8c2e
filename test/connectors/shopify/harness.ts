// What the shopify tests share: a vendor, a clock that leaps over every sleep, and a pull read to its end.
import type { ConnectorError, Discovery, Page, PullRequest } from 'heysync/connector'
import { expect, onTestFinished } from 'vitest'
import { shopifyOptions } from '../../../connectors/shopify/options.ts'
import { shopifyConnector } from '../../../connectors/shopify/shopify.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import type { CustomerRow } from './shop.ts'
import { openVendor, TOKEN, type Vendor } from './vendor.ts'
import { PLAIN } from './world.ts'

export const START = Date.parse('2030-01-15T12:00:00Z')
export const HOUR = 3_600_000

export interface Bench extends Vendor {
  readonly logged: string[]
  readonly slept: number[]
  now(): number
  advance(ms: number): void
  /** A customer that changed an hour before the start, unless said otherwise. */
  add(id: number, more?: Partial<CustomerRow>): void
  pull(options?: Record<string, unknown>, request?: Partial<PullRequest>): AsyncIterable<Page>
  /** All pages. */
  read(options?: Record<string, unknown>, request?: Partial<PullRequest>): Promise<Page[]>
  discover(options?: Record<string, unknown>): Promise<Discovery>
}

export async function bench(): Promise<Bench> {
  let now = START
  const logged: string[] = []
  const slept: number[] = []
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms)
      now += ms
    },
    advance: (ms: number) => {
      now += ms
    },
  }
  const vendor = await openVendor(clock)
  onTestFinished(vendor.close)
  const log = (message: string) => void logged.push(message)
  const context = connectorContext({
    signal: new AbortController().signal,
    baseDir: '/',
    clock,
    log: { debug: log, info: log, warn: log },
  })
  const optionsOf = (given: Record<string, unknown>) =>
    shopifyOptions.parse({
      shop: 'example.myshopify.com',
      accessToken: TOKEN,
      url: vendor.server.url,
      bulkFrom: 'never',
      ...given,
    })
  const pull = (given: Record<string, unknown> = {}, request: Partial<PullRequest> = {}) =>
    shopifyConnector.pull(
      optionsOf(given),
      { mode: 'full', window: { from: null, to: iso(now) }, token: null, resumeAfter: null, ...request },
      context,
    )
  return Object.assign(vendor, {
    logged,
    slept,
    now: clock.now,
    advance: clock.advance,
    add: (id: number, more: Partial<CustomerRow> = {}) => {
      const at = START - HOUR
      vendor.shop.rows.set(id, { ...PLAIN, id, updatedAt: at, indexedAt: at, ...more })
    },
    pull,
    read: (given: Record<string, unknown> = {}, request: Partial<PullRequest> = {}) =>
      all(pull(given, request)),
    discover: (given: Record<string, unknown> = {}) => shopifyConnector.discover(optionsOf(given), context),
  })
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

export function news(from: number, to: number): Partial<PullRequest> {
  return { mode: 'incremental', window: { from: iso(from), to: iso(to) } }
}

export function idsOf(pages: readonly Page[]): string[] {
  return pages.flatMap(({ records }) => records.map(({ id }) => id))
}

/** The error that it fails with. */
export async function failure(promise: Promise<unknown>): Promise<ConnectorError> {
  const error = await promise.then(
    () => expect.fail('it did not fail'),
    (reason: unknown) => reason,
  )
  return error as ConnectorError
}
