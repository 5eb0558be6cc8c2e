// From the start of `heysync run` until it is ready, with everybody in the mirror, and from SIGTERM to its end; and how large
// the database is. Beside it: what Node takes to open the same file and to listen, with the plain libraries.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { withDaemon } from '../daemon.mjs'

export const name = 'start'
export const place = 13
export const about =
  'Start to ready and shutdown of the daemon with everybody in the mirror, and the size of the database: what the bytes are for, and why they are more than 400, is in [operations](operations.md#how-large-the-database-gets)'
export const stage = 'table'
export const compare = ['readyMs']
export const reach = {
  readyMs: { at: 1_000_000, atMost: 500 },
  bytesPerContact: {
    at: 1_000_000,
    atMost: 400,
    why: `the fields of a person are there three times, as the source, as the sources together and as Heymarket says them, because each of them changes
  without the others; [operations](operations.md#how-large-the-database-gets) tells it by table.`,
  },
  peakMb: { atMost: 200 },
}

export const ways = {
  heysync: ({ folder, records }) =>
    beside(folder, {}, async (own) => {
      const account = await startAccount({ data: join(folder, 'account.db') })
      try {
        const seen = await withDaemon(own, { BENCH_HEYMARKET: account.url }, async () => ({}))
        return {
          ...seen,
          longestBlockMs: undefined,
          bytesPerContact: statSync(join(own, 'heysync.db')).size / records,
        }
      } finally {
        await account.close()
      }
    }),
  loop: async ({ folder }) => {
    const program = `
      const Database = require('better-sqlite3')
      new Database(process.argv[1], { readonly: true }).prepare('SELECT count(*) FROM meta').get()
      require('node:http').createServer().listen(0, '127.0.0.1', () => process.stdout.write('ready'))`
    const begun = performance.now()
    const child = spawn(process.execPath, ['-e', program, join(folder, 'heysync.db')], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const readyMs = performance.now() - begun
    const ended = once(child, 'exit')
    child.kill()
    await ended
    return { readyMs }
  },
}
