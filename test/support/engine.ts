// Owns a whole engine in a test: a real database, the sandbox as Heymarket, and one source kept in memory.
import type { Capabilities, Page, SourceRecord } from 'heysync/connector'
import {
  configSchema,
  type GuardConfig,
  type ListConfig,
  type SourceConfig,
} from '../../src/config/schema.ts'
import { connectorContext } from '../../src/connector/context.ts'
import type { Db } from '../../src/db/open.ts'
import { createLogger } from '../../src/lib/logger.ts'
import { type CycleOutcome, runCycle } from '../../src/sync/cycle.ts'
import { cycleStore } from '../../src/sync/cycles.ts'
import { lookupCache } from '../../src/sync/diff/lookups.ts'
import { fieldPolicies } from '../../src/sync/diff/policy.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { draftStore } from '../../src/sync/guard/draft.ts'
import { dialsOfSource } from '../../src/sync/guard/guard.ts'
import { heldMemberStore } from '../../src/sync/guard/held-members.ts'
import { heldStore } from '../../src/sync/guard/held-store.ts'
import { compileListRules } from '../../src/sync/lists/rule.ts'
import { openMirror } from '../../src/sync/mirror/mirror.ts'
import { compileNormalizer } from '../../src/sync/normalize/normalize.ts'
import { openOutbox } from '../../src/sync/outbox/outbox.ts'
import { rowStore } from '../../src/sync/plan/row-store.ts'
import { removalOf } from '../../src/sync/removal.ts'
import { aDatabase } from './folder.ts'
import { type Box, withSandbox } from './heymarket.ts'
import { type MemorySource, memorySource } from './memory-source.ts'

const log = await createLogger({ level: 'silent', pretty: false, secrets: [], stream: process.stderr })

/** The config of a source as the loader hands it over. */
export function aSource(
  given: Partial<Omit<SourceConfig, 'map'>> & { map?: Partial<SourceConfig['map']> } = {},
) {
  const parsed = configSchema.parse({
    heymarket: { auth: { apiKey: 'k' } },
    sources: [
      {
        id: 'clinic',
        connector: 'memory',
        ...given,
        map: { phone: 'phone', first: 'first', last: 'last', ...given.map },
      },
    ],
  })
  const [source] = parsed.sources
  if (!source) throw new Error('no source')
  return source
}

/** The dials at their defaults, some of them set. */
export function dials(given: Partial<Record<keyof GuardConfig, object>> = {}): GuardConfig {
  return configSchema.shape.guard.parse(given)
}

export interface TestEngine extends Box {
  readonly db: Db
  readonly engine: Engine
  readonly source: MemorySource
  /** Of the sources after the first. */
  readonly others: readonly MemorySource[]
  /** What the source holds; a full pull shows all of it. */
  rows: Record<string, Record<string, unknown>>
  cycle(
    mode?: 'full' | 'incremental',
    more?: {
      planOnly?: boolean
      onPlan?: () => void
      yieldNow?: () => boolean
      sources?: readonly string[]
      allowEmpty?: readonly string[]
    },
  ): Promise<CycleOutcome>
}

/** One page with every row, and the proof that it is everything. */
function everything(
  rows: Readonly<Record<string, Record<string, unknown>>>,
  count: number | null = null,
): Page {
  const records = Object.entries(rows).map(([id, fields]): SourceRecord => ({ id, fields, updatedAt: null }))
  return { records, position: 'end', end: { covers: 'everything', count } }
}

export async function anEngine(
  given: {
    box?: Box
    db?: Db
    source?: SourceConfig
    /** More sources, which come after the first. */
    others?: readonly SourceConfig[]
    guard?: GuardConfig
    tagPolicy?: 'add' | 'replace'
    writes?: Engine['writes']
    lists?: readonly Partial<ListConfig>[]
    tagPriority?: readonly string[]
    /** What the connector can do beside what `memorySource` can. */
    can?: Partial<Capabilities>
    /** The `fields` of the config. */
    fields?: object
  } = {},
): Promise<TestEngine> {
  const box = given.box ?? (await withSandbox())
  const db = given.db ?? aDatabase()
  const config = given.source ?? aSource()
  const source = memorySource(given.can)
  const configs = [config, ...(given.others ?? [])]
  const others = (given.others ?? []).map(() => memorySource(given.can))
  const { clock, client, exchanges } = box
  const sources = [source, ...others].map(({ connector }, nth) => {
    const one = configs[nth] ?? config
    const normalizer = compileNormalizer(one, { defaultCountry: 'US', keyPath: ['sources', nth] })
    return { config: one, connector, options: {}, normalizer }
  })
  const mirror = openMirror(db)
  const named = {
    customFields: sources.flatMap(({ normalizer }) => normalizer.customFields),
    tags: [
      ...sources.flatMap(({ normalizer }) => normalizer.tagLiterals),
      ...(config.removedTag === undefined ? [] : [config.removedTag]),
    ],
  }
  const { signal } = new AbortController()
  const removal = (id: string) => removalOf(configs.find((one) => one.id === id))
  const engine: Engine = {
    mirror,
    outbox: openOutbox(db),
    drafts: draftStore(db),
    planRows: rowStore(db),
    held: heldStore(db),
    heldMembers: heldMemberStore(db),
    cycles: cycleStore(db),
    client,
    lookups: lookupCache(db, client, { account: 'test', fields: true, tags: true }, clock),
    sources,
    named,
    lists: compileListRules((given.lists ?? []).map((list) => ({ owned: false, ...list }))),
    resolvePolicy: { sourceOrder: configs.map(({ id }) => id), mode: 'winner', removal },
    tagPolicy: given.tagPolicy ?? 'add',
    tagPriority: given.tagPriority ?? [],
    policies: fieldPolicies(configSchema.shape.fields.parse(given.fields ?? {})),
    removal,
    onPhoneChange: () => config.onPhoneChange,
    guard: () => dialsOfSource(given.guard ?? dials(), config.guard),
    concurrency: 8,
    pullConcurrency: 4,
    writes: given.writes ?? 'single',
    undoKeepDays: 30,
    clock,
    random: () => 1,
    signal,
    log,
    connectorContext: () =>
      connectorContext({
        signal,
        clock,
        baseDir: '/',
        log: { debug: () => {}, info: () => {}, warn: () => {} },
      }),
    requestCount: () => exchanges.length,
  }
  let cycles = engine.cycles.latest(10_000).length
  const made: TestEngine = {
    ...box,
    db,
    engine,
    source,
    others,
    rows: {},
    cycle: (mode = 'full', more = {}) => {
      cycles += 1
      const request = {
        id: `c${String(cycles).padStart(4, '0')}`,
        mode,
        trigger: 'test',
        sources: more.sources ?? [config.id],
        ...(more.yieldNow ? { yieldNow: more.yieldNow } : {}),
        allowEmpty: more.allowEmpty ?? [],
        planOnly: more.planOnly ?? false,
      }
      return runCycle(engine, request, { onPlan: () => more.onPlan?.() })
    },
  }
  source.pages = () => [everything(made.rows)]
  return made
}
