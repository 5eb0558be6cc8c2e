// Owns `run`: the background service in the foreground of a service manager.
import { openApp } from '../../app.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { createLogger, type Logger } from '../../lib/logger.ts'
import { runDaemon } from '../../service/daemon.ts'
import { serveFront } from '../../service/front/serve.ts'
import type { Command } from '../command.ts'
import type { Io } from '../io.ts'
import { loadFor } from '../open.ts'

export const run: Command = {
  about:
    'Runs one cycle at once and then follows `schedule` and `fullSchedule` of each source, one cycle at a time. SIGTERM or ' +
    'Ctrl-C stops it within moments: the next cycle reads back what became of a request under way, and nothing is lost.',
  examples: [{ line: 'heysync run', what: 'until it is told to stop' }],
  run: async (call, io) => {
    const loaded = await loadFor(call, io)
    const log = await createLogger({
      level: loaded.config.log.level,
      pretty: io.terminal,
      secrets: loaded.secrets,
      stream: io.errorStream,
    })
    // Schedules keep the process alive; without any, waiting for the signal has to do it.
    const alive = setInterval(() => {}, 60_000)
    try {
      if (loaded.config.sources.every((source) => !source.schedule && !source.fullSchedule))
        log.warn('no source has a schedule, so only one cycle is run; add `schedule:` to heysync.yaml')
      while (!io.signal.aborted) await runUntilLost(loaded, io, log)
      log.info('heysync stopped')
      return 0
    } finally {
      clearInterval(alive)
    }
  },
}

/** Returns when the service stopped, or when its database is lost, which a new start mends. */
async function runUntilLost(loaded: LoadedConfig, io: Io, log: Logger): Promise<void> {
  const { clock, random, signal } = io
  const app = openApp({ loaded, clock, random, signal, log })
  try {
    await runDaemon({ app, clock, signal, log, serve: serveFront })
  } catch (thrown) {
    if (!(thrown instanceof HeysyncError) || thrown.code !== 'ERR_DATABASE_LOST') throw thrown
    log.error({ code: thrown.code }, `${thrown.message} It is opened anew, and both sides are read again.`)
  } finally {
    app.close()
  }
}
