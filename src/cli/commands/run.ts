// Owns `run`: the background service in the foreground of a service manager.
import { schedule } from 'node-cron'
import { openApp } from '../../app.ts'
import { createLogger } from '../../lib/logger.ts'
import { runDaemon } from '../../service/daemon.ts'
import type { Command } from '../command.ts'
import { loadFor } from '../open.ts'

export const run: Command = {
  name: 'run',
  summary: 'keep syncing in the background, on the schedules of the config',
  about:
    'Runs one cycle at once and then follows `schedule` and `fullSchedule` of each source, one cycle at a time. SIGTERM or ' +
    'Ctrl-C stops it within moments: the next cycle reads back what became of a request under way, and nothing is lost.',
  examples: [{ line: 'heysync run', what: 'until it is told to stop' }],
  run: async (call, io) => {
    const loaded = loadFor(call, io)
    const log = createLogger({
      level: loaded.config.log.level,
      pretty: io.terminal,
      secrets: loaded.secrets,
      stream: io.errorStream,
    })
    const app = openApp({ loaded, clock: io.clock, random: io.random, signal: io.signal, log })
    // Schedules keep the process alive; without any, waiting for the signal has to do it.
    const alive = setInterval(() => {}, 60_000)
    try {
      if (loaded.config.sources.every((source) => !source.schedule && !source.fullSchedule))
        log.warn('no source has a schedule, so only one cycle is run; add `schedule:` to heysync.yaml')
      await runDaemon({ app, clock: io.clock, signal: io.signal, log, schedule })
      return 0
    } finally {
      clearInterval(alive)
      app.close()
    }
  },
}
