// Owns `heysync`, the package's first door: the sync inside another Node program. The command line and the daemon do more.
import { connectors } from '../connectors/index.ts'
import { openApp } from './app.ts'
import { connectorsInUse } from './config/connectors-in-use.ts'
import { loadConfig } from './config/load.ts'
import { systemClock } from './lib/clock.ts'
import { createLogger } from './lib/logger.ts'
import { runCycle } from './sync/cycle.ts'
import type { CycleReport } from './sync/report.ts'
import { readStatus, type StatusReport } from './sync/status.ts'

export { HeysyncError } from './lib/errors.ts'
export type { CycleReport, StatusReport }

export interface OpenOptions {
  /** Path of heysync.yaml. */
  readonly config: string
  /** What `${NAME}` in it reads; default: this process's environment. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Aborted: what is under way comes to its end, and rejects with ERR_ABORTED. */
  readonly signal?: AbortSignal
  /** Lines of JSON, without secrets and full phone numbers; default: none. */
  readonly log?: NodeJS.WritableStream
}

export interface SyncOptions {
  /** Ids; default: all. */
  readonly sources?: readonly string[]
  /** Read everything on both sides, as `heysync resync` does. */
  readonly full?: boolean
  /** Sources that may really be empty now. */
  readonly allowEmpty?: readonly string[]
}

export interface Heysync {
  /**
   * Runs one cycle, alone on the database: waits for another heysync process to finish its own. Resolves to what
   * `heysync sync --json` prints. Errors: HeysyncError, with code, hint and verdict.
   */
  sync(options?: SyncOptions): Promise<CycleReport>
  /** Reads the database alone; what `heysync status --json` prints. */
  status(): StatusReport
  close(): void
}

/** Opens everything that the config names. No request is sent yet. Errors: ERR_CONFIG_*, ERR_EXPRESSION, ERR_DATABASE_*. */
export async function openHeysync(options: OpenOptions): Promise<Heysync> {
  const { config, env = process.env, signal = new AbortController().signal } = options
  const where = { path: config, env, cwd: process.cwd() }
  const loaded = loadConfig({ ...where, connectors: await connectorsInUse(where, connectors) })
  const log = await createLogger({
    level: options.log === undefined ? 'silent' : loaded.config.log.level,
    pretty: false,
    secrets: loaded.secrets,
    stream: options.log ?? process.stderr,
  })
  const app = openApp({ loaded, clock: systemClock, random: Math.random, signal, log })
  return {
    sync: ({ sources = [], full = false, allowEmpty = [] } = {}) => {
      const ids = app.sourceIds(sources)
      app.sourceIds(allowEmpty)
      return app.alone('a program with heysync inside', async () => {
        const { report } = await runCycle(app.engine, {
          id: app.engine.cycles.nextId(systemClock.now()),
          mode: full ? 'full' : 'incremental',
          trigger: 'program',
          sources: ids,
          allowEmpty,
          planOnly: false,
        })
        return report
      })
    },
    status: () => readStatus(app.db, loaded.config, false, systemClock.now()),
    close: () => app.close(),
  }
}
