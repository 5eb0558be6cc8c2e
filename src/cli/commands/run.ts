// Owns `run`: the background service in the foreground of a service manager.
import { keepNewSpaceLow } from '../../lib/heap.ts'
import { frontThreads } from '../../service/front/thread.ts'
import type { Command } from '../command.ts'

export const run: Command = {
  about:
    'Runs one cycle at once and then follows `schedule` and `fullSchedule` of each source, one cycle at a time. SIGTERM or ' +
    'Ctrl-C lets what is under way come to a clean end, for ten seconds at most; a second one stops at once. Nothing is lost ' +
    'either way: the next start reads back what became of a request under way. SIGHUP reads the config again, as `reload` does.',
  examples: [{ line: 'heysync run', what: 'until it is told to stop' }],
  run: async (call, io) => {
    // Before the service is loaded: what space that takes is kept.
    keepNewSpaceLow()
    // Both load at the same time, so that the service is ready sooner.
    const threads = frontThreads()
    const { runService } = await import('../run-service.ts')
    return runService(call, io, threads)
  },
}
