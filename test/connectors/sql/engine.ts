// The engine's own pull of an sql source into a database of its own, on the machine's clock, for what only shows over several pulls.
import type { Page } from 'heysync/connector'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { compileNormalizer } from '../../../src/sync/normalize/normalize.ts'
import { pull } from '../../../src/sync/pull/pull.ts'
import { aDatabase } from '../../support/folder.ts'

interface EngineSetup {
  readonly options: Record<string, unknown>
  readonly map?: Record<string, string>
  readonly overlapSeconds?: number
}

export function engineOf({
  options,
  map = { phone: 'phone', first: 'name' },
  overlapSeconds = 0,
}: EngineSetup) {
  const mirror = openMirror(aDatabase())
  const { sources } = configSchema.parse({
    heymarket: { auth: { apiKey: 'none' } },
    sources: [{ id: 'crm', connector: 'sql', map, overlapSeconds }],
  })
  const [config] = sources
  if (config === undefined) throw new Error('A config with one source has a first one.')
  const normalizer = compileNormalizer(config, { defaultCountry: 'US', keyPath: ['sources', 0] })
  // A moment ahead: what the server wrote in this very millisecond belongs to a pull that begins in it.
  const clock = { now: () => Date.now() + 50, sleep: async () => {} }
  const warned: string[] = []
  const log = { debug: () => {}, info: () => {}, warn: (message: string) => void warned.push(message) }
  let cycle = 0
  return {
    warned,
    states: () =>
      Object.fromEntries(
        mirror.records
          .unseen('crm', -1, { after: '', to: null })
          .map(({ record_id: id }) => [id, mirror.records.find('crm', id)?.state ?? '']),
      ),
    pull: (mode: 'full' | 'incremental', onPage: (page: Page) => unknown = () => {}) => {
      cycle += 1
      const { signal } = new AbortController()
      const connector = {
        ...sqlConnector,
        pull: async function* (...args: Parameters<typeof sqlConnector.pull>) {
          for await (const page of sqlConnector.pull(...args)) {
            yield page
            await onPage(page)
          }
        },
      }
      return pull(
        mirror,
        { config, connector, options: sqlConnector.options.parse(options), normalizer },
        {
          cycleId: `c${cycle}`,
          mode,
          asked: 'hand',
          allowEmpty: false,
          clock,
          context: connectorContext({ signal, baseDir: '/', clock, log }),
        },
      )
    },
  }
}
