// A case has a name, a place in the table, what it is about, the stage that it needs, and ways: the first is heysync, the
// others are what it is compared with by the figures of `compare`. `reach`: what the first way should come to.
//
// This one is a full pass over a CSV file in which nothing changed: its first two rows stand the other way round, so that it
// is a new version of the file, and everything is read, recognised, swept and compared.
import { join } from 'node:path'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { expectAll, openEngine } from '../engine.mjs'
import { csvRows, keepRows, openLoopDatabase } from '../loops.mjs'

export const name = 'pass'
export const place = 1
export const about =
  'No-change full pass of a CSV file: pull, recognise as unchanged, sweep, diff, plan of nothing'
export const stage = 'file'
export const compare = ['recordsPerSecond']
export const reach = {
  recordsPerSecond: { at: 1_000_000, atLeast: 120_000 },
  peakMb: { atMost: 200 },
  longestBlockMs: {
    atMost: 50,
    why: `ten million were measured once, when here whoever committed also brought the log into the database; in the service a thread does that, and in
  the other figures of this page too.`,
  },
}

export const ways = {
  heysync: (context) => passOver('people-turned.csv', context, 0),
  loop: ({ folder, records, measured }) =>
    beside(folder, { people: 'people-turned.csv', database: null }, async (own) => {
      const db = await openLoopDatabase(own)
      await keepRows(db, csvRows(join(folder, 'people.csv')))
      const { seconds } = await measured(() => keepRows(db, csvRows(join(own, 'people.csv'))))
      db.close()
      return { recordsPerSecond: records / seconds }
    }),
}

/** A pass over one of the files of the stage, to the moment at which its changes are in the outbox. */
export function passOver(people, { folder, records, measured }, changes) {
  return beside(folder, { people }, async (own) => {
    const account = await startAccount({ data: join(folder, 'account.db') })
    try {
      const engine = await openEngine(own, { BENCH_HEYMARKET: account.url })
      const { result } = await measured(() => engine.cycle({ toOutbox: true }))
      await engine.close()
      const { report, seconds, readSeconds } = result
      expectAll(report, records)
      if (report.plan.update !== changes)
        throw new Error(`${changes} changes were expected: ${JSON.stringify(report)}`)
      return { recordsPerSecond: records / seconds, seconds, readSeconds }
    } finally {
      await account.close()
    }
  })
}
