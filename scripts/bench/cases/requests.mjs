// How many requests a first load takes, beside the least that is possible on such an account: seeing what is there, writes,
// and reading them back in pages. Then the same again with no change.
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { openEngine } from '../engine.mjs'

const PAGE = 1_000
/** Before the first write: the team and the fields, without which no contact can be composed; that the account holds nobody, and its count. */
const BEFORE = 4
const MANY = 1_000
/** With more of them, these ways take long and say nothing more. */
const MOST = { hundred: 100_000, one: 10_000 }

export const name = 'requests'
export const place = 10
export const about =
  'Requests of a first load, beside the least possible; and of the same again with no change'
export const stage = 'empty'
export const rounds = 1
export const reach = {
  overLeast: {
    atMost: 1.02,
    why: `what an account does with many contacts in one request is not known before it was tried, so the first writes carry 5 and 100, and
  what they left is read, before any carries 1,000: four requests, which a few more writes make up for.`,
  },
  againRequests: { atMost: 2 },
  peakMb: { atMost: 200 },
}

export const ways = {
  'many in one request': (context) => counted(context, { per: MANY, dialects: {} }),
  'at most 100 in one request': (context) =>
    context.records > MOST.hundred
      ? null
      : counted(context, { per: 100, dialects: { batchSize: 100, searchSize: 100 } }),
  'one by one': (context) =>
    context.records > MOST.one
      ? null
      : counted(context, { per: 1, dialects: { batchCalls: 'gone', bulkCalls: 'gone' } }),
}

async function counted({ folder, records }, { per, dialects }) {
  const account = await startAccount({ dialects })
  try {
    return await beside(folder, { database: null }, async (own) => {
      const engine = await openEngine(own, { BENCH_HEYMARKET: account.url })
      const { report, seconds } = await engine.cycle()
      if (report.push.acked !== records) throw new Error(JSON.stringify(report))
      const requests = (await account.requests()).length
      await engine.cycle()
      const againRequests = (await account.requests()).length
      await engine.close()
      const leastRequests = BEFORE + Math.ceil(records / per) + Math.ceil(records / PAGE)
      return { requests, leastRequests, overLeast: requests / leastRequests, againRequests, seconds }
    })
  } finally {
    await account.close()
  }
}
