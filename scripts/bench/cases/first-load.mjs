// The local work of a first load: from the first byte of the file to the moment at which everybody is in the outbox.
import { join } from 'node:path'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { openEngine } from '../engine.mjs'
import { csvRows, loadRows, openLoopDatabase } from '../loops.mjs'

export const name = 'first-load'
export const place = 4
export const about = 'First load, local work: pull, normalize, mirror, resolve, diff, plan, outbox'
export const stage = 'empty'
export const compare = ['recordsPerSecond']
export const reach = {
  recordsPerSecond: {
    at: 1_000_000,
    atLeast: 50_000,
    why: `a plain loop that hashes and keeps one row for each person comes no further than the figure beside it. heysync writes each
  person into four tables (record, contact, operation, and the plan between them) and seven indexes, so that every later question has its
  answer: why somebody is not there, what a cycle changed, what was there before. Under the limit of the API, telling Heymarket
  takes longer than that, even with 1,000 people in one request.`,
  },
  peakMb: { atMost: 200 },
  longestBlockMs: { atMost: 50 },
}

/** `planned`: how many creates there have to be. */
export const loadWays = (planned) => ({
  heysync: ({ folder, records, measured }) =>
    beside(folder, { database: null }, async (own) => {
      const account = await startAccount()
      try {
        const engine = await openEngine(own, { BENCH_HEYMARKET: account.url })
        const { result } = await measured(() => engine.cycle({ toOutbox: true }))
        await engine.close()
        const { report, seconds, readSeconds } = result
        if (!planned(report, records)) throw new Error(`Not everybody was planned: ${JSON.stringify(report)}`)
        return { recordsPerSecond: records / seconds, seconds, readSeconds }
      } finally {
        await account.close()
      }
    }),
  loop: ({ folder, records, measured }) =>
    beside(folder, { database: null }, async (own) => {
      const db = await openLoopDatabase(own)
      const { seconds } = await measured(() => loadRows(db, csvRows(join(folder, 'people.csv'))))
      db.close()
      return { recordsPerSecond: records / seconds }
    }),
})

export const ways = loadWays(({ plan }, records) => plan.create === records)
