// Everybody in Heymarket read by date cursor into an empty mirror, a thousand contacts a request.
import { join } from 'node:path'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { openEngine } from '../engine.mjs'
import { openLoopDatabase } from '../loops.mjs'

export const name = 'reconcile'
export const place = 7
export const about = "Reconcile: all of Heymarket's contacts by date cursor, into an empty mirror"
export const stage = 'file'
export const compare = ['recordsPerSecond']
export const reach = { peakMb: { atMost: 200 }, longestBlockMs: { atMost: 50 } }

export const ways = {
  heysync: ({ folder, records, measured }) =>
    withAccount(folder, async (url, own) => {
      const { reconcileFull } = await import('../../../dist/src/sync/reconcile/reconcile.js')
      const { systemClock } = await import('../../../dist/src/lib/clock.js')
      const { app, close } = await openEngine(own, { BENCH_HEYMARKET: url })
      const { mirror, client } = app.engine
      const deps = { mirror, contacts: client.contacts, clock: systemClock }
      const { seconds, result } = await measured(() => reconcileFull(deps))
      const requests = app.engine.requestCount()
      await close()
      if (result.seen !== records || !result.complete) throw new Error(JSON.stringify(result))
      return { recordsPerSecond: records / seconds, seconds, requests }
    }),
  loop: ({ folder, records, measured }) =>
    withAccount(folder, async (url, own) => {
      const { default: got } = await import('got')
      const db = await openLoopDatabase(own)
      const { seconds, result } = await measured(() => walk(got, db, url))
      db.close()
      if (result !== records) throw new Error(`${records} contacts were expected, and ${result} were seen`)
      return { recordsPerSecond: records / seconds, seconds }
    }),
}

const withAccount = (folder, work) =>
  beside(folder, { database: null }, async (own) => {
    const account = await startAccount({ data: join(folder, 'account.db') })
    try {
      return await work(account.url, own)
    } finally {
      await account.close()
    }
  })

/** No two contacts of a stage changed at the same instant, so that the plainest walk sees everybody. */
async function walk(got, db, url) {
  const { Agent } = await import('node:http')
  const agent = { http: new Agent({ keepAlive: true }) }
  const headers = { authorization: 'Bearer sandbox-key' }
  const upsert = db.prepare('INSERT OR REPLACE INTO contact (phone, hash, body) VALUES (?, ?, ?)')
  const keep = db.transaction((contacts) => {
    for (const contact of contacts) {
      const body = JSON.stringify(contact)
      upsert.run(contact.phone, Buffer.from(String(contact.id)), body)
    }
  })
  let date
  for (;;) {
    const json = { limit: 1_000, ...(date === undefined ? {} : { date }) }
    const page = await got.post(`${url}/v1/contacts`, { json, headers, agent }).json()
    keep(page)
    const last = page.at(-1)?.updated
    if (page.length === 0 || last === date) break
    date = last
  }
  agent.http.destroy()
  return db.prepare('SELECT count(*) FROM contact').pluck().get()
}
