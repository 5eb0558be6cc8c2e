// What the salesforce tests share: an organisation, a clock that leaps, and pulls as the engine asks for them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorContext, Discovery, Keep, Page, PullRequest, SourceRecord } from 'heysync/connector'
import type { Stage } from 'heysync/connector/testing'
import { onTestFinished } from 'vitest'
import { salesforceConnector } from '../../../connectors/salesforce/salesforce.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { sourceRequests } from '../../../src/connector/http/source-http.ts'
import { openReader } from '../../../src/connector/testing/reader.ts'
import type { Manners } from './manners.ts'
import { startSalesforce, type Vendor } from './vendor.ts'
import { openSalesforceWorld } from './world.ts'

export const HOUR = 3_600_000

export interface Shop {
  readonly vendor: Vendor
  readonly clock: Stage['clock']
  readonly said: string[]
  readonly kept: Map<string, string>
  context(more?: Partial<ConnectorContext>): ConnectorContext
  /** Everything, or what changed in the last hour. */
  pull(more?: Pulling): Promise<Page[]>
  records(more?: Pulling): Promise<SourceRecord[]>
  discover(options?: object): Promise<Discovery>
}

export interface Pulling {
  readonly mode?: PullRequest['mode']
  readonly options?: object
  readonly from?: number
  readonly to?: number
  readonly resumeAfter?: string
  readonly onPage?: (page: Page) => void
}

export function leapingClock(): Stage['clock'] {
  let now = Date.parse('2030-01-15T12:00:00Z')
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += ms
    },
    advance: (ms) => {
      now += ms
    },
  }
}

export async function openShop(manners: Partial<Manners> = {}): Promise<Shop> {
  const clock = leapingClock()
  const vendor = await startSalesforce(clock, manners)
  const said: string[] = []
  const kept = new Map<string, string>()
  const requests = sourceRequests(() => 1)
  onTestFinished(async () => {
    requests.close()
    await vendor.close()
  })
  const log = (message: string) => void said.push(message)
  const keep: Keep = {
    get: (name) => kept.get(name) ?? null,
    set: (name, value) => void kept.set(name, value),
  }
  const shop: Shop = {
    vendor,
    clock,
    said,
    kept,
    context: (more = {}) => ({
      ...connectorContext({
        signal: new AbortController().signal,
        clock,
        log: { debug: log, info: log, warn: log },
        baseDir: '/',
        keep,
        requests,
      }),
      ...more,
    }),
    pull: async ({ mode = 'full', options = {}, from, to, resumeAfter, onPage } = {}) => {
      const bound = (ms: number) => new Date(ms).toISOString()
      const request: PullRequest = {
        mode,
        token: null,
        resumeAfter: resumeAfter ?? null,
        window: {
          from: mode === 'full' ? null : bound(from ?? clock.now() - HOUR),
          to: bound(to ?? clock.now()),
        },
      }
      const parsed = salesforceConnector.options.parse({ ...vendor.options, ...options })
      const pages: Page[] = []
      for await (const page of salesforceConnector.pull(parsed, request, shop.context())) {
        pages.push(page)
        onPage?.(page)
      }
      return pages
    },
    records: async (more) => (await shop.pull(more)).flatMap(({ records }) => records),
    discover: (options = {}) =>
      salesforceConnector.discover(
        salesforceConnector.options.parse({ ...vendor.options, ...options }),
        shop.context(),
      ),
  }
  return shop
}

/** The engine over an organisation: what it knows after each pull. */
export async function openEngine(manners: Partial<Manners> = {}, options: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-salesforce-'))
  const clock = leapingClock()
  const world = await openSalesforceWorld({ clock, folder }, manners, options)
  const reader = openReader(salesforceConnector, world, { clock, folder })
  onTestFinished(async () => {
    reader.close()
    await world.close?.()
    rmSync(folder, { recursive: true, force: true })
  })
  return { clock, world, reader, vendor: world.vendor, org: world.vendor.org }
}
