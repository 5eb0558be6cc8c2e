// A full pass over a table of PostgreSQL in which nothing changed.
import { join } from 'node:path'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { expectAll, openEngine } from '../engine.mjs'
import { keepRows, openLoopDatabase, tableRows } from '../loops.mjs'
import { withPostgres } from '../postgres.mjs'

export const name = 'pass-postgres'
export const place = 2
export const about = 'The same for a table of PostgreSQL, which runs on the same machine'
export const stage = 'postgres'
export const compare = ['recordsPerSecond']
export const reach = { peakMb: { atMost: 200 }, longestBlockMs: { atMost: 50 } }

export const ways = {
  heysync: ({ folder, records, measured }) =>
    withPostgres(folder, (env) =>
      beside(folder, {}, async (own) => {
        const account = await startAccount({ data: join(folder, 'account.db') })
        try {
          const engine = await openEngine(own, { ...env, BENCH_HEYMARKET: account.url })
          const { result } = await measured(() => engine.cycle({ toOutbox: true }))
          await engine.close()
          expectAll(result.report, records)
          return { recordsPerSecond: records / result.seconds, seconds: result.seconds }
        } finally {
          await account.close()
        }
      }),
    ),
  loop: ({ folder, records, measured }) =>
    withPostgres(folder, ({ BENCH_POSTGRES }) =>
      beside(folder, { database: null }, async (own) => {
        const db = await openLoopDatabase(own)
        await keepRows(db, tableRows(BENCH_POSTGRES))
        const { seconds } = await measured(() => keepRows(db, tableRows(BENCH_POSTGRES)))
        db.close()
        return { recordsPerSecond: records / seconds }
      }),
    ),
}
