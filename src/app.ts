// Owns the wiring: a loaded config becomes an engine that can run cycles. What was opened last is closed first.
import { readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { LoadedConfig } from './config/load.ts'
import { connectorContext } from './connector/context.ts'
import { keepOver } from './connector/http/keep.ts'
import { sourceRequests } from './connector/http/source-http.ts'
import { acquireLock, isWanted } from './db/lock.ts'
import { lossGuard } from './db/loss.ts'
import type { Upgrade } from './db/migrate.ts'
import { type Db, openDatabase } from './db/open.ts'
import { createAuthorizer } from './heymarket/auth.ts'
import { openBudget, type RequestBudget } from './heymarket/budget.ts'
import { createClient, type HeymarketClient } from './heymarket/client.ts'
import type { Line } from './heymarket/line.ts'
import { createTransport, type Transport } from './heymarket/transport.ts'
import type { Clock } from './lib/clock.ts'
import { HeysyncError } from './lib/errors.ts'
import { contentHash } from './lib/hash.ts'
import type { Logger } from './lib/logger.ts'
import { nearest } from './lib/suggest.ts'
import { cycleStore } from './sync/cycles.ts'
import { lookupCache } from './sync/diff/lookups.ts'
import { fieldPolicies } from './sync/diff/policy.ts'
import type { Engine } from './sync/engine.ts'
import { draftStore } from './sync/guard/draft.ts'
import { dialsOfSource } from './sync/guard/guard.ts'
import { heldMemberStore } from './sync/guard/held-members.ts'
import { heldStore } from './sync/guard/held-store.ts'
import { compileListRules } from './sync/lists/rule.ts'
import { sourceKeep } from './sync/mirror/keep.ts'
import { openMirror } from './sync/mirror/mirror.ts'
import { compileNormalizer } from './sync/normalize/normalize.ts'
import { openOutbox } from './sync/outbox/outbox.ts'
import { rowStore } from './sync/plan/row-store.ts'
import type { Source } from './sync/pull/pull.ts'
import { removalOf } from './sync/removal.ts'

export interface AppOptions {
  readonly loaded: LoadedConfig
  readonly clock: Clock
  readonly random: () => number
  readonly signal: AbortSignal
  readonly log: Logger
  /** Default: the file at the path. */
  readonly openDb?: (path: string) => Db
  /** Told when a database of an older heysync is about to be brought up to date. */
  readonly onUpgrade?: (upgrade: Upgrade) => void
  /** Default: HTTP to `heymarket.baseUrl`. */
  readonly line?: Line
}

export interface App {
  readonly loaded: LoadedConfig
  readonly db: Db
  /** What the client's functions go through; for endpoints by name. */
  readonly transport: Transport
  readonly client: HeymarketClient
  readonly budget: RequestBudget
  readonly engine: Engine
  /** Runs `work` as the only heysync process that works on this database. Errors: ERR_DATABASE_BUSY. */
  alone<T>(
    holder: string,
    work: () => Promise<T>,
    onWait?: (holder: string) => void,
    /** Ends the wait for the others, and not the work. */
    signal?: AbortSignal,
  ): Promise<T>
  /** True when another heysync process waits for this one to finish its cycle. */
  wanted(): boolean
  /** Runs `work` as the only heysync process that sends messages; cycles may run beside it. Errors: ERR_DATABASE_BUSY. */
  sending<T>(holder: string, work: () => Promise<T>, onWait?: (holder: string) => void): Promise<T>
  /** Runs `work` on a copy of the database that is thrown away: looking leaves no trace. */
  onCopy<T>(work: (engine: Engine) => Promise<T>): Promise<T>
  /** Errors: ERR_SOURCE_UNKNOWN, with the nearest id. */
  sourceIds(wanted: readonly string[]): string[]
  close(): void
}

/** Between two cycles, so that whoever waits for a turn gets it also when the next cycle is due at once, in milliseconds. */
export const TURN_MS = 500

/** How long a command waits for another heysync process to finish its cycle, in milliseconds. */
const LOCK_WAIT_MS = 10 * 60_000

/** Opens everything that the config names. Errors: ERR_EXPRESSION, ERR_DATABASE_*. No request is sent yet. */
export function openApp(options: AppOptions): App {
  const { loaded, clock, random, signal, log, line, onUpgrade } = options
  const { openDb = (path) => openDatabase(path, onUpgrade) } = options
  const { config } = loaded
  const sources = compileSources(loaded)
  const lists = compileListRules(config.lists)
  const releasers: (() => void)[] = []
  const close = () => {
    while (releasers.length > 0) releasers.pop()?.()
  }
  let assertNotLost = () => {}
  const locked = async <T>(
    path: string,
    holder: string,
    work: () => Promise<T>,
    onWait?: (holder: string) => void,
    waits: AbortSignal = signal,
  ): Promise<T> => {
    assertNotLost()
    const lock = await acquireLock(path, {
      holder: `${holder} (process ${process.pid})`,
      waitMs: LOCK_WAIT_MS,
      clock,
      signal: waits,
      ...(onWait ? { onWait } : {}),
    })
    try {
      assertNotLost()
      return await work()
    } finally {
      lock.release()
    }
  }
  try {
    const db = openDb(loaded.databasePath)
    releasers.push(() => db.close())
    assertNotLost = lossGuard(loaded.databasePath)
    let requests = 0
    const budget = openBudget(db, config.heymarket.requestsPerMinute, clock)
    const transport = createTransport({
      baseUrl: config.heymarket.baseUrl,
      authorizer: createAuthorizer(config.heymarket.auth, clock),
      budget,
      clock,
      random,
      signal,
      timeoutMs: config.heymarket.timeoutMs,
      concurrency: config.heymarket.concurrency,
      ...(line ? { line } : {}),
      onExchange: ({ method, path, status, requestId, ms }) => {
        requests += 1
        log.debug({ method, path: path.replace(/\d+$/, ':id'), status, requestId, ms }, 'request')
      },
    })
    releasers.push(() => transport.close())
    const sourceHttp = sourceRequests(random)
    releasers.push(() => sourceHttp.close())
    const client = createClient(transport)
    const named = {
      customFields: sources.flatMap((source) => source.normalizer.customFields),
      tags: sources.flatMap((source) => [
        ...source.normalizer.tagLiterals,
        ...(source.config.removedTag === undefined ? [] : [source.config.removedTag]),
      ]),
    }
    // Names are cached and the budget is kept in the real database also while a plan is made on a copy of it.
    const lookups = lookupCache(db, client, lookupNeeds(loaded), clock)
    const removal = (sourceId: string) => removalOf(config.sources.find((source) => source.id === sourceId))
    const engineOn = (on: Db): Engine => ({
      mirror: openMirror(on),
      outbox: openOutbox(on),
      drafts: draftStore(on),
      planRows: rowStore(on),
      held: heldStore(on),
      heldMembers: heldMemberStore(on),
      cycles: cycleStore(on),
      client,
      lookups,
      sources,
      named,
      lists,
      resolvePolicy: {
        sourceOrder: config.sources.map((source) => source.id),
        mode: config.resolve,
        removal,
      },
      tagPolicy: config.tags.policy,
      tagPriority: config.tags.priority,
      policies: fieldPolicies(config.fields),
      removal,
      onPhoneChange: (sourceId) =>
        config.sources.find((one) => one.id === sourceId)?.onPhoneChange ?? 'create',
      guard: (sourceId) =>
        dialsOfSource(config.guard, config.sources.find((source) => source.id === sourceId)?.guard),
      concurrency: config.heymarket.concurrency,
      pullConcurrency: config.service.pullConcurrency,
      writes: config.heymarket.writes,
      undoKeepDays: config.undo.keepDays,
      clock,
      random,
      signal,
      log,
      connectorContext: (source, { looks } = { looks: false }) =>
        connectorContext({
          signal,
          clock,
          baseDir: loaded.baseDir,
          // Marks go away with the copy that holds what they mark; a token that was rotated must not.
          keep: looks || on !== db ? keepOver(sourceKeep(db, source)) : sourceKeep(db, source),
          requests: sourceHttp,
          log: {
            debug: (message) => log.debug({ source }, message),
            info: (message) => log.info({ source }, message),
            warn: (message) => log.warn({ source }, message),
          },
        }),
      requestCount: () => requests,
    })
    const engine = engineOn(db)
    return {
      loaded,
      db,
      transport,
      client,
      budget,
      engine,
      alone: (holder, work, onWait, waits) => locked(loaded.databasePath, holder, work, onWait, waits),
      wanted: () => isWanted(loaded.databasePath),
      sending: (holder, work, onWait) => locked(`${loaded.databasePath}-messages`, holder, work, onWait),
      onCopy: async (work) => {
        const prefix = `${basename(loaded.databasePath)}-plan-`
        const folder = dirname(loaded.databasePath)
        const path = join(folder, `${prefix}${process.pid}`)
        try {
          // A plan that was killed left its copy behind. Nobody else plans now: this process works alone.
          for (const name of readdirSync(folder))
            if (name.startsWith(prefix)) rmSync(join(folder, name), { force: true })
          db.prepare('VACUUM INTO ?').run(path)
          const copy = openDatabase(path)
          try {
            return await work(engineOn(copy))
          } finally {
            copy.close()
          }
        } finally {
          for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
        }
      },
      sourceIds: (wanted) => checkSourceIds(loaded, wanted),
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

function compileSources(loaded: LoadedConfig): Source[] {
  const { config } = loaded
  return config.sources.map((source, index) => {
    const ready = loaded.sources.get(source.id)
    if (!ready) throw new HeysyncError('ERR_INTERNAL', { message: `Source ${source.id} was not loaded.` })
    const normalizer = compileNormalizer(source, {
      defaultCountry: config.defaultCountry,
      keyPath: ['sources', index],
    })
    return { config: source, connector: ready.connector, options: ready.options, normalizer }
  })
}

function lookupNeeds({ config }: LoadedConfig) {
  const { auth, baseUrl } = config.heymarket
  // With the key in it, a changed or mistyped key is tried before anything else is done.
  const credential = 'secretId' in auth ? `${auth.secretId} ${auth.secretKey}` : auth.apiKey
  return {
    account: contentHash(`${baseUrl} ${credential}`).toString('hex'),
    fields: config.sources.some((source) => source.map.custom !== undefined),
    tags: config.sources.some((source) => source.map.tags !== undefined || source.removedTag !== undefined),
  }
}

function checkSourceIds({ config }: LoadedConfig, wanted: readonly string[]): string[] {
  const ids = config.sources.map((source) => source.id)
  for (const id of wanted) {
    if (ids.includes(id)) continue
    const near = nearest(id, ids)
    throw new HeysyncError('ERR_SOURCE_UNKNOWN', {
      message: `There is no source "${id}" in ${loadedName(ids)}.`,
      hint: near ? `Did you mean "${near}"?` : `The sources are: ${ids.join(', ')}.`,
    })
  }
  return wanted.length === 0 ? ids : [...wanted]
}

function loadedName(ids: readonly string[]): string {
  return ids.length === 1 ? 'the config, which has one' : `the config, which has ${ids.length}`
}
