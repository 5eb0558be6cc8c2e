// From an edit in the source to the request that carries it: a person is edited in a table, the daemon is asked to sync, and
// the instant at which the request came to the account counts. It is counted from asking, with all that is read before the
// record is; and from the instant at which the record was read: heysync's own database holds it, which another process sees.
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { withDaemon } from '../daemon.mjs'
import { percentile } from '../percentile.mjs'

/** More than twenty: the first, which reads everything, is not to be the one that a p95 is. */
const EDITS = 60
const PATIENCE_MS = 30_000

export const name = 'edit'
export const place = 11
export const about = `Edit to request: ${EDITS} edits in a table, one after the other, each from asking the daemon to the request, and from the moment at which its record was read (is saved in heysync's database), which the goal is about; the first reads all rows, which are of one instant`
export const stage = 'table'
export const rounds = 1
export const compare = ['editMs']
export const reach = {
  afterReadMs95: { atMost: 1_000 },
}

/** Hardly any of a few people: then it is only tried whether it works. */
const editsOf = (records) => Math.min(EDITS, Math.ceil(records / 100))

export const ways = {
  heysync: ({ folder, records }) =>
    beside(folder, {}, async (own) => {
      const account = await startAccount({ data: join(folder, 'account.db') })
      const crm = new Database(join(own, 'crm.db'))
      const mirror = new Database(join(own, 'heysync.db'), { readonly: true })
      const edit = crm.prepare(
        "UPDATE people SET first = ?, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = ?",
      )
      try {
        return await withDaemon(own, { BENCH_HEYMARKET: account.url }, async (daemon) => {
          await settled(daemon.url)
          daemon.watchAnew()
          const took = []
          const afterRead = []
          for (let n = 0; n < editsOf(records); n += 1) {
            await account.requests()
            const person = `P-${Math.floor((n * records) / editsOf(records))}`
            edit.run(`Edited${n}`, person)
            const begun = Date.now()
            await ask(daemon.url)
            const [read, sent] = await Promise.all([
              readAt(mirror, person, `Edited${n}`),
              firstWrite(account),
            ])
            took.push(sent - begun)
            afterRead.push(sent - Math.min(read, sent))
            await settled(daemon.url)
          }
          return {
            editMs: percentile(took, 0.5),
            editMs95: percentile(took, 0.95),
            firstEditMs: took[0],
            afterReadMs: percentile(afterRead, 0.5),
            afterReadMs95: percentile(afterRead, 0.95),
          }
        })
      } finally {
        mirror.close()
        crm.close()
        await account.close()
      }
    }),
  loop: ({ folder, records, measured }) => directly(folder, records, measured),
}

async function ask(url) {
  const answer = await fetch(`${url}/api/sync`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  if (answer.status !== 202) throw new Error(`/api/sync answered ${answer.status}: ${await answer.text()}`)
}

/** When nothing is under way any more. */
async function settled(url) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(10)) {
    const { cycles } = await (await fetch(`${url}/api/cycles?limit=1`)).json()
    if (cycles.length > 0 && cycles[0].status !== 'running') return
  }
  throw new Error('The daemon does not come to rest.')
}

/** When the record as it was edited was to be seen in heysync's database, within a few milliseconds. */
async function readAt(mirror, person, first) {
  const saved = mirror
    .prepare("SELECT contact ->> 'first' FROM source_record WHERE source_id = 'people' AND record_id = ?")
    .pluck()
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(2))
    if (saved.get(person) === first) return Date.now()
  throw new Error('The edit did not come to heysync.')
}

async function firstWrite(account) {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await delay(5)) {
    const write = (await account.requests()).find(({ method }) => method === 'PUT')
    if (write !== undefined) return write.at
  }
  throw new Error('The edit did not come to the account.')
}

/** A row read by its key, and one request about it, with nothing between. */
async function directly(folder, records, measured) {
  const { default: got } = await import('got')
  const account = await startAccount({ data: join(folder, 'account.db') })
  const crm = new Database(join(folder, 'crm.db'), { readonly: true })
  const row = crm.prepare('SELECT * FROM people WHERE id = ?')
  const headers = { authorization: 'Bearer sandbox-key' }
  const took = []
  try {
    await measured(async () => {
      for (let n = 0; n < editsOf(records); n += 1) {
        const begun = performance.now()
        const { phone } = row.get(`P-${Math.floor((n * records) / editsOf(records))}`)
        const json = { phone }
        await got.post(`${account.url}/v1/contact/get`, { json, headers }).json()
        took.push(performance.now() - begun)
      }
    })
    return { editMs: percentile(took, 0.5) }
  } finally {
    crm.close()
    await account.close()
  }
}
