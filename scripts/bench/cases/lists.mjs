// Fifty rules over everybody, and then one contact's change, which moves it from one list to another.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { startAccount } from '../account.mjs'
import { beside } from '../beside.mjs'
import { openEngine } from '../engine.mjs'
import { personOf } from '../people.mjs'
import { RULES } from '../stages.mjs'

export const name = 'lists'
export const place = 12
export const about = `Lists: ${RULES} rules over everybody, a first time; then one contact's change`
export const stage = 'lists'
export const compare = ['recordsPerSecond']
export const reach = { peakMb: { atMost: 200 }, longestBlockMs: { atMost: 50 } }

export const ways = {
  heysync: async (context) => ({ ...(await everybody(context)), ...(await oneChange(context)) }),
  loop: async ({ records, measured }) => {
    const { Environment } = await import('@marcbachmann/cel-js')
    const cel = new Environment().registerVariable('contact', 'map')
    const rules = Array.from({ length: RULES }, (_, n) =>
      cel.parse(`contact.last == "Last${n}" && !contact.optedOut`),
    )
    let members = 0
    const { seconds } = await measured(async () => {
      for (let n = 0; n < records; n += 1) {
        const contact = { ...personOf(n), optedOut: false }
        for (const rule of rules) if (rule({ contact })) members += 1
      }
    })
    if (members === 0) throw new Error('Nobody is on a list.')
    return { recordsPerSecond: records / seconds }
  },
}

/** All rules over all contacts, to the moment at which it is saved who gets on which list. */
function everybody({ folder, records, measured }) {
  return withEngine(folder, 'unlisted-', async ({ cycle }) => {
    const { result } = await measured(() => cycle({ sources: [], toOutbox: true }))
    const { report, seconds } = result
    if (report.plan.listAdd === 0) throw new Error(`Nobody gets on a list: ${JSON.stringify(report)}`)
    return { recordsPerSecond: records / seconds, seconds }
  })
}

/** A person gets another last name, and with it another list. */
function oneChange({ folder }) {
  return withEngine(folder, '', async ({ cycle }, own) => {
    // All people were changed at one instant, so that the first pull reads them all once more: other cases measure that.
    write(own, 'Last0')
    await cycle()
    write(own, 'Last1')
    const { report, seconds } = await cycle({ toOutbox: true })
    const { update, listAdd, listRemove } = report.plan
    if (update !== 1 || listAdd + listRemove !== 2) throw new Error(JSON.stringify(report))
    return { oneChangeMs: seconds * 1000 }
  })
}

function write(own, last) {
  const crm = new Database(join(own, 'crm.db'))
  crm
    .prepare("UPDATE people SET last = ?, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ') WHERE id = 'P-0'")
    .run(last)
  crm.close()
}

function withEngine(folder, before, work) {
  return beside(folder, { database: `${before}heysync.db` }, async (own) => {
    const account = await startAccount({ data: join(folder, `${before}account.db`) })
    try {
      const engine = await openEngine(own, { BENCH_HEYMARKET: account.url })
      const result = await work(engine, own)
      await engine.close()
      return result
    } finally {
      await account.close()
    }
  })
}
