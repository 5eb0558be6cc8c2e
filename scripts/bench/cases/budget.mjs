// How much of the account's limit is used while work waits, in real time: 1,200 contacts, one by one, at 450 and at 500
// requests a minute.
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { busiestMinute, shareUsed } from '../budget-used.mjs'
import { openEngine } from '../engine.mjs'

const PEOPLE = 1_200
const LIMIT = 500

export const name = 'budget'
export const place = 9
export const about = 'Budget: share of the limit that is used while work waits; 1 is all of it'
export const stage = 'empty'
export const rounds = 1
export const reach = { shareAt450: { atLeast: 0.98 }, shareAt500: { atLeast: 0.98 } }
export const sizes = (given) => [Math.min(PEOPLE, given[0])]

export const ways = {
  heysync: async (context) => {
    const [shareAt450, shareAt500] = await Promise.all([used(context, 450), used(context, 500)])
    return { shareAt450, shareAt500 }
  },
}

/** Errors: more requests in any 60 seconds than there may be, and a request that the account refused for it. */
async function used({ folder, records }, perMinute) {
  const account = await startAccount({ requestsPerMinute: LIMIT })
  try {
    await beside(folder, { database: null }, async (own) => {
      const env = { BENCH_HEYMARKET: account.url, BENCH_WRITES: 'single', BENCH_RATE: String(perMinute) }
      const engine = await openEngine(own, env)
      const { report } = await engine.cycle()
      await engine.close()
      if (report.push.acked !== records) throw new Error(JSON.stringify(report))
    })
    const requests = await account.requests()
    if (requests.some(({ status }) => status === 429)) throw new Error('The account refused a request.')
    const instants = requests.map(({ at }) => at).sort((a, b) => a - b)
    if (busiestMinute(instants) > perMinute) throw new Error(`More than ${perMinute} requests in a minute.`)
    return shareUsed(instants, perMinute)
  } finally {
    await account.close()
  }
}
