// Owns the engine of a simulated world: the product's own wiring, on a disk in memory and a line without a network.
import { pino } from 'pino'
import { type App, openApp } from '../../../src/app.ts'
import type { LoadedConfig } from '../../../src/config/load.ts'
import { type Config, configSchema } from '../../../src/config/schema.ts'
import type { Connector } from '../../../src/connector/contract.ts'
import type { Line } from '../../../src/heymarket/line.ts'
import type { Chance } from './chance.ts'
import { REMOVED_TAG } from './contact.ts'
import type { Process } from './crash.ts'
import type { Rule } from './lists.ts'
import type { Business, System } from './people.ts'
import type { WorldTime } from './time.ts'

const SILENT = pino({ level: 'silent' })

export function configOf(
  business: Business,
  rules: readonly Rule[],
  { start: chance, pulls, believes }: { start: Chance; pulls: Chance; believes: boolean },
): Config {
  return configSchema.parse({
    heymarket: {
      auth: { apiKey: 'sandbox-key' },
      requestsPerMinute: chance.pick([30, 120, 450]),
      timeoutMs: chance.pick([4_000, 30_000]),
      concurrency: chance.pick([1, 4, 16]),
      ...writesOf(chance.pick(['auto', 'bulk', 'single']), believes),
    },
    service: { pullConcurrency: pulls.pick([1, 2, 4]) },
    defaultCountry: 'US',
    resolve: chance.pick(['winner', 'fill']),
    guard: {
      removals: { ratio: 0.4, min: 3 },
      ...(chance.odds(0.3) ? { updates: { ratio: 0.6, min: 4 } } : {}),
      ...(chance.odds(0.3) ? { blanks: { ratio: 0.3, min: 3 } } : {}),
      ...(chance.odds(0.3) ? { optOuts: { ratio: 0.3, min: 3 } } : {}),
      ...(rules.length > 0 && chance.odds(0.3) ? { listRemovals: { ratio: 0.4, min: 3 } } : {}),
    },
    sources: business.systems.map(sourceOf),
    lists: rules.map(({ title, where, owned }) => ({ title, where, owned })),
  })
}

/** Whoever believes that an account takes many makes use of it. */
function writesOf(picked: 'auto' | 'bulk' | 'single', believes: boolean) {
  return { writes: believes ? ('bulk' as const) : picked }
}

function sourceOf({ id, onRemoved }: System) {
  return {
    id,
    connector: id,
    onRemoved,
    removedTag: REMOVED_TAG,
    filter: 'record.status != "archived"',
    map: {
      phone: 'phone',
      first: 'first',
      last: 'last',
      email: 'email',
      optedOut: 'out',
      tags: '=record.vip == "1" ? ["VIP"] : []',
      custom: { Plan: 'plan' },
    },
  }
}

export function openEngine(
  config: Config,
  connectors: ReadonlyMap<string, Connector>,
  parts: { process: Process; line: Line; time: WorldTime; random: () => number },
): App {
  const loaded: LoadedConfig = {
    config,
    path: '/heysync.yaml',
    baseDir: '/',
    databasePath: '/heysync.db',
    sources: new Map([...connectors].map(([id, connector]) => [id, { connector, options: {} }])),
    secrets: [],
    warnings: [],
    placeOf: () => '',
  }
  const { process, line, time, random } = parts
  return openApp({
    loaded,
    clock: time.told,
    random,
    signal: process.signal,
    log: SILENT,
    openDb: () => process.db,
    line,
  })
}

/** It was at work on this account before, which then took many at once and kept everything; perhaps it does no more. */
export function believe({ engine }: App, now: number): void {
  const { ways } = engine.mirror
  const stored = ['custom', 'displayName', 'email', 'first', 'last', 'optedOut', 'tags']
  for (const name of ['create.batch', 'create.bulk', 'update.batch'] as const)
    ways.put({ ...ways.get(name), state: 'works', fits: 1000, stored, learntAt: now })
}
