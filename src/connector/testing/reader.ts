// Owns reading a connector as heysync does: the engine's own pull into a database that is thrown away, and what it then knows.
import type { SourceConfig } from '../../config/schema.ts'
import { configSchema } from '../../config/schema.ts'
import { openDatabase } from '../../db/open.ts'
import { openMirror } from '../../sync/mirror/mirror.ts'
import { compileNormalizer } from '../../sync/normalize/normalize.ts'
import { type PullResult, pull } from '../../sync/pull/pull.ts'
import { connectorContext } from '../context.ts'
import type { Connector, ConnectorContext, Discovery, Page, PullRequest } from '../contract.ts'
import { keepOver } from '../http/keep.ts'
import { sourceRequests } from '../http/source-http.ts'
import type { ConnectorWorld } from './world.ts'

/** What heysync knows of somebody. */
export interface Known {
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly email: string
}

export interface Reader {
  /** Pulls as a cycle does. Errors: those of the engine. */
  pull(
    mode: 'full' | 'incremental',
    more?: { signal?: AbortSignal; onPage?: (page: Page) => void },
  ): Promise<PullResult>
  discover(): Promise<Discovery>
  /** What the next pull would ask for; nothing is read. */
  ask(mode: 'full' | 'incremental'): Promise<PullRequest>
  /** Pages straight from the connector, from the start to now; nothing is saved. */
  pagesOf(): AsyncIterator<Page>
  /** Everybody who counts, in the order of their numbers. */
  known(): Known[]
  /** Numbers that must not be texted, in order. */
  optedOut(): string[]
  /** Numbers of those on a list of the source, in order. */
  onList(title: string): string[]
  /** Everything that was logged, and every message of an error. */
  readonly said: string[]
  readonly pages: Page[]
  close(): void
}

const SOURCE = 'source'

/** No check has so many; whoever gets there goes round in circles. */
const MOST_PAGES = 200

export function openReader(
  connector: Connector,
  world: ConnectorWorld,
  place: {
    readonly clock: ConnectorContext['clock']
    readonly folder: string
    readonly mostPages?: number
  },
): Reader {
  const { mostPages = MOST_PAGES } = place
  const db = openDatabase(':memory:')
  const mirror = openMirror(db)
  const config = sourceConfig(connector.kind, world)
  const normalizer = compileNormalizer(config, { defaultCountry: 'US', keyPath: ['sources', 0] })
  const parsed = connector.options.parse(world.options)
  const accepted = db.prepare<[], { phone: string; contact: string }>(
    `SELECT phone, contact FROM source_record WHERE state = 'accepted' ORDER BY phone, record_id`,
  )
  const optedOut = db
    .prepare<[], string>(`SELECT phone FROM consent WHERE state = 'opted_out' ORDER BY phone`)
    .pluck()
  const said: string[] = []
  const pages: Page[] = []
  const log = (message: string) => void said.push(message)
  let cycle = 0
  const requests = sourceRequests(() => 1)
  const ground = {
    clock: place.clock,
    log: { debug: log, info: log, warn: log },
    baseDir: place.folder,
    requests,
  }
  // One for all pulls, so that what is kept outlives each of them.
  const { keep } = connectorContext({ ...ground, signal: new AbortController().signal })
  const contextFor = (signal: AbortSignal) => connectorContext({ ...ground, keep, signal })
  const lookingContext = () =>
    connectorContext({ ...ground, keep: keepOver(keep), signal: new AbortController().signal })
  const run = async (
    mode: 'full' | 'incremental',
    signal: AbortSignal,
    read: (request: PullRequest, context: ConnectorContext) => AsyncIterable<Page>,
  ) => {
    cycle += 1
    const watched: Connector = { ...connector, pull: (_options, request, context) => read(request, context) }
    return pull(
      mirror,
      { config, connector: watched, options: parsed, normalizer },
      {
        cycleId: `c${String(cycle).padStart(4, '0')}`,
        mode,
        asked: 'hand',
        allowEmpty: false,
        clock: place.clock,
        context: contextFor(signal),
      },
    )
  }
  return {
    said,
    pages,
    pull: async (mode, { signal = new AbortController().signal, onPage } = {}) => {
      const read = async function* (request: PullRequest, context: ConnectorContext) {
        let count = 0
        for await (const page of connector.pull(parsed, request, context)) {
          count += 1
          if (count > mostPages) throw new Error(`the pull came to no end in ${mostPages} pages`)
          pages.push(page)
          onPage?.(page)
          yield page
        }
      }
      try {
        return await run(mode, signal, read)
      } catch (error) {
        for (let one: unknown = error; one instanceof Error; one = one.cause)
          said.push(`${one.message} ${one.stack ?? ''}`)
        throw error
      }
    },
    ask: async (mode) => {
      let asked: PullRequest | undefined
      // biome-ignore lint/correctness/useYield: it looks at the request and reads nothing
      const look = async function* (request: PullRequest): AsyncIterable<Page> {
        asked = request
        throw new Error('only asked')
      }
      await run(mode, new AbortController().signal, look).catch(() => null)
      if (asked === undefined) throw new Error('The engine asked for nothing.')
      return asked
    },
    pagesOf: () => {
      const to = new Date(place.clock.now()).toISOString()
      const request = { mode: 'full', window: { from: null, to }, token: null, resumeAfter: null } as const
      return connector.pull(parsed, request, lookingContext())[Symbol.asyncIterator]()
    },
    optedOut: () => optedOut.all(),
    onList: (title) =>
      accepted
        .all()
        .map(({ phone }) => phone)
        .filter((phone) => mirror.sourceLists.ofPhone(phone).some((list) => list.title === title)),
    discover: () => connector.discover(parsed, lookingContext()),
    known: () =>
      accepted.all().map(({ phone, contact }) => {
        const { first = '', last = '', email = '' } = JSON.parse(contact) as Partial<Known>
        return { phone, first, last, email }
      }),
    close: () => {
      requests.close()
      db.close()
    },
  }
}

function sourceConfig(connector: string, { map, lagSeconds = 0 }: ConnectorWorld): SourceConfig {
  const { sources } = configSchema.parse({
    heymarket: { auth: { apiKey: 'none' } },
    sources: [{ id: SOURCE, connector, map, lagSeconds }],
  })
  const [source] = sources
  if (source === undefined) throw new Error('A config with one source has a first one.')
  return source
}
