// Owns the background service: config, log, lease and app around the daemon, anew where its database was lost.
import { type App, openApp } from '../app.ts'
import { configChanges } from '../config/changes.ts'
import type { LoadedConfig } from '../config/load.ts'
import { checkpointsBeside } from '../db/checkpoints.ts'
import { upgradeText } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { asHeysyncError, HeysyncError } from '../lib/errors.ts'
import { createLogger, type Logger } from '../lib/logger.ts'
import type { Control } from '../service/control.ts'
import { type Reopened, runDaemon } from '../service/daemon.ts'
import { drain } from '../service/drain.ts'
import { type BegunFront, beginFront } from '../service/front/open.ts'
import { frontOptions, serveFront } from '../service/front/serve.ts'
import type { FrontThreads } from '../service/front/thread.ts'
import { takeLease } from '../service/lease.ts'
import type { Call } from './command.ts'
import type { Io } from './io.ts'
import { loadFor, readFor } from './open.ts'

/** Runs until it is told to stop. `threads`: where its front runs. */
export async function runService(call: Call, io: Io, threads: FrontThreads): Promise<0> {
  const loaded = await loadFor(call, io)
  const secrets = [...loaded.secrets]
  const log = await createLogger({
    level: loaded.config.log.level,
    pretty: io.terminal,
    secrets,
    stream: io.errorStream,
  })
  // Schedules keep the process alive; without any, waiting for the signal has to do it.
  const alive = setInterval(() => {}, 60_000)
  const service: Service = { call, io, log, threads, secrets, loaded, control: null }
  // Set once, and before anything else takes time: it would end the process.
  io.onHangUp(() => void hangUp(service))
  try {
    if (loaded.config.sources.every((source) => !source.schedule && !source.fullSchedule))
      log.warn('no source has a schedule, so only one cycle is run; add `schedule:` to heysync.yaml')
    while (!io.signal.aborted) await runUntilLost(service)
    log.info('heysync stopped')
    return 0
  } finally {
    clearInterval(alive)
  }
}

interface Service {
  readonly call: Call
  readonly io: Io
  readonly log: Logger
  readonly threads: FrontThreads
  /** Grows with each config. */
  readonly secrets: string[]
  loaded: LoadedConfig
  /** Null while nobody can be asked. */
  control: Control | null
}

/** Returns when the service stopped, or when its database is lost, which a new start mends. */
async function runUntilLost(service: Service): Promise<void> {
  const { io, log, loaded, threads } = service
  const { clock, random, signal } = io
  // Closed last: it says that this process is the service.
  const own = openDatabase(loaded.databasePath, (upgrade) => log.info(upgrade, upgradeText(upgrade)))
  const checkpoints = checkpointsBeside(loaded.databasePath)
  checkpoints.leaveTo(own)
  const stop = drain({ clock, signal, log })
  let lease: ReturnType<typeof takeLease> | undefined
  let early: BegunFront | null = null
  try {
    const taken = takeLease(own, loaded.databasePath, { clock, pid: process.pid })
    lease = taken
    // It opens while the rest does, so that the service is ready sooner.
    const nothingYet = { startedAt: clock.now(), next: {}, paused: [], problems: [], waiting: [] }
    early = beginFront(frontOptions(loaded, nothingYet), threads, log)
    const openWith = (by: LoadedConfig) => {
      const app = openApp({ loaded: by, clock, random, signal: stop.signal, log })
      checkpoints.leaveTo(app.db)
      return app
    }
    await runDaemon({
      app: openWith(loaded),
      ...{ clock, random, signal, log },
      openFront: (app, control, state) => {
        service.control = control
        return serveFront(
          {
            ...{ app, clock, log },
            open: (options, asked, told) => {
              const begun = early ?? beginFront(options, threads, log)
              early = null
              return begun.serve(asked, told, options.state)
            },
          },
          control,
          state,
        )
      },
      onReady: (url) => {
        taken.answersAt(url)
        const sources = service.loaded.config.sources.map(({ id }) => id)
        log.info({ sources, url, readyMs: Math.round(io.uptimeMs()) }, 'heysync is running')
      },
      reopen: (app) => reopen(service, app, openWith),
    })
  } catch (thrown) {
    if (!(thrown instanceof HeysyncError) || thrown.code !== 'ERR_DATABASE_LOST') throw thrown
    log.error({ code: thrown.code }, `${thrown.message} It is opened anew, and both sides are read again.`)
  } finally {
    service.control = null
    await early?.cancel()
    stop.done()
    lease?.release()
    await checkpoints.stop()
    own.close()
  }
}

/** Errors: those of a config; what ran before runs on. */
async function reopen(service: Service, app: App, openWith: (by: LoadedConfig) => App): Promise<Reopened> {
  const fresh = await readFor(service.call, service.io)
  if (fresh.databasePath !== app.loaded.databasePath) {
    throw new HeysyncError('ERR_CONFIG_INVALID', {
      message: '`database` names another file now, and a service keeps to the one that it began with.',
      hint: 'Start `heysync run` again for that, or put the key back.',
    })
  }
  service.secrets.push(...fresh.secrets)
  const opened = openWith(fresh)
  service.loaded = fresh
  return {
    app: opened,
    changed: configChanges(app.loaded, fresh),
    warnings: fresh.warnings.map(({ place, message }) => `${place}: ${message}`),
  }
}

async function hangUp({ control, log }: Service): Promise<void> {
  try {
    const said = await control?.reload()
    for (const warning of said?.warnings ?? []) log.warn(warning)
  } catch (thrown) {
    const { code, message, hint } = asHeysyncError(thrown)
    log.error({ code, hint }, `The config is not taken, and what ran before runs on: ${message}`)
  }
}
