// Requests per second through outbox, client and acks where no limit holds them: one contact a request, so that each carries
// all that heysync does for one.
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { openEngine } from '../engine.mjs'
import { personOf, phoneOf } from '../people.mjs'

/** One request each: more would take long and say nothing else. */
const MOST = 100_000

export const name = 'push'
export const place = 8
export const about =
  'Push: contacts created one by one through outbox and client, when no limit holds it. Before each request heysync counts those of the last two minutes: under a limit of 500 a minute these are a thousand, here tens of thousands, and with 100,000 people that count takes most of the time'
export const stage = 'empty'
export const compare = ['requestsPerSecond']
export const reach = { peakMb: { atMost: 200 }, longestBlockMs: { atMost: 50 } }
export const sizes = (given) => given.filter((records) => records <= MOST)

export const ways = {
  heysync: ({ folder, records, measured }) =>
    beside(folder, { database: null }, (own) =>
      withAccount(async (url) => {
        const engine = await openEngine(own, { BENCH_HEYMARKET: url, BENCH_WRITES: 'single' })
        await engine.cycle({ toOutbox: true })
        const before = engine.app.engine.requestCount()
        const { seconds, result } = await measured(() => engine.cycle({ sources: [] }))
        const requests = engine.app.engine.requestCount() - before
        await engine.close()
        if (result.report.push.acked !== records) throw new Error(JSON.stringify(result.report))
        return { requestsPerSecond: requests / seconds, seconds }
      }),
    ),
  loop: ({ records, measured }) =>
    withAccount(async (url) => {
      const { default: got } = await import('got')
      const { default: pLimit } = await import('p-limit')
      const { Agent } = await import('node:http')
      const agent = { http: new Agent({ keepAlive: true }) }
      const headers = { authorization: 'Bearer sandbox-key' }
      const limit = pLimit(8)
      const create = (n) => {
        const { first, last, email } = personOf(n)
        const json = { phone: phoneOf(n), first, last, email }
        return got.post(`${url}/v1/contact`, { json, headers, agent })
      }
      const { seconds } = await measured(() =>
        Promise.all(Array.from({ length: records }, (_, n) => limit(() => create(n)))),
      )
      agent.http.destroy()
      return { requestsPerSecond: records / seconds, seconds }
    }),
}

async function withAccount(work) {
  const account = await startAccount()
  try {
    return await work(account.url)
  } finally {
    await account.close()
  }
}
