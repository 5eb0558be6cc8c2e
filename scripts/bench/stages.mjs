// What a case finds when it begins: a folder with people in a source, a config, an account and heysync's database, made once
// for each number of records in a process of its own. A case changes nothing in it; whoever has to, works in a folder beside it.
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { fillAccount, startAccount } from './account.mjs'
import { openEngine } from './engine.mjs'
import { changedPersonOf, messyPersonOf, personOf, phoneOf, writePeople } from './people.mjs'
import { fillPostgres, withPostgres } from './postgres.mjs'

export const RULES = 50
const HEADER =
  'id TEXT PRIMARY KEY, phone TEXT, first TEXT, last TEXT, email TEXT, plan TEXT, country TEXT, updated_at TEXT'

const csv = '{ path: ./people.csv, idColumn: id, snapshot: true, settleMs: 0 }'
const rows = '{ database: "sqlite:./crm.db", table: people, idColumn: id, updatedColumn: updated_at }'

/** By name. `synced`: the account holds everybody already, and heysync knows it. With `lists` both also as they were before these. */
const STAGES = {
  empty: { connector: 'csv', options: csv, fill: writeFiles, synced: false },
  messy: { connector: 'csv', options: csv, fill: writeMessyFile, synced: false },
  file: { connector: 'csv', options: csv, fill: writeFiles, synced: true },
  table: { connector: 'sql', options: rows, fill: writeTable, synced: true },
  lists: { connector: 'sql', options: rows, fill: writeTable, synced: true, lists: RULES },
  postgres: {
    connector: 'sql',
    options: '{ database: "${BENCH_POSTGRES}", table: people, idColumn: id, pageSize: 10000 }',
    fill: fillPostgres,
    around: withPostgres,
    synced: true,
  },
}

/** Makes the folder ready. It is to be called in a process that does nothing else. */
export async function makeStage(name, folder, records) {
  const { fill, around = (_folder, work) => work({}), synced, lists } = STAGES[name]
  writeConfig(folder, { ...STAGES[name], lists: 0 })
  await fill(folder, records)
  if (!synced) return
  await fillAccount(join(folder, 'account.db'), records)
  await around(folder, (env) => synchronise(folder, env, 'full'))
  if (lists === undefined) return
  for (const kept of ['account.db', 'heysync.db'])
    copyFileSync(join(folder, kept), join(folder, `unlisted-${kept}`))
  writeConfig(folder, STAGES[name])
  await synchronise(folder, {}, 'incremental')
}

/** One whole cycle, which has to find that the account is what the source says. */
async function synchronise(folder, env, mode) {
  const account = await startAccount({ data: join(folder, 'account.db') })
  try {
    const engine = await openEngine(folder, { ...env, BENCH_HEYMARKET: account.url })
    const { report } = await engine.cycle({ mode })
    await engine.close()
    const { create, update, remove } = report.plan
    if (report.status !== 'ok' || create + update + remove > 0)
      throw new Error(`The account is not what the source says: ${JSON.stringify(report)}`)
  } finally {
    await account.close()
  }
}

function writeConfig(folder, { connector, options, lists = 0 }) {
  const wide = '{ ratio: 1, min: 1000000000 }'
  const rules = Array.from(
    { length: lists },
    (_, n) => `  - { title: List ${n}, where: 'contact.last == "Last${n}" && !contact.optedOut' }`,
  )
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: "\${BENCH_HEYMARKET}"
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: \${BENCH_RATE:-100000000}
  writes: \${BENCH_WRITES:-auto}
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: ${connector}
    schedule: "0 0 1 1 *"
    options: ${options}
    country: country
    map: { phone: phone, first: first, last: last, email: email, custom: { Plan: plan } }
${lists === 0 ? '' : `lists:\n${rules.join('\n')}\n`}guard: { removals: ${wide}, listRemovals: ${wide}, updates: ${wide}, blanks: ${wide}, optOuts: ${wide} }
service: { listen: "127.0.0.1:0" }
`,
    { mode: 0o600 },
  )
}

/** The same people three times: as they are, with the first two rows the other way round, and one in a hundred changed. */
function writeFiles(folder, records) {
  writePeople(join(folder, 'people.csv'), records)
  writePeople(join(folder, 'people-turned.csv'), records, personOf, (n) => (n < 2 ? 1 - n : n))
  writePeople(join(folder, 'people-changed.csv'), records, changedPersonOf)
}

function writeMessyFile(folder, records) {
  writePeople(join(folder, 'people.csv'), records, messyPersonOf)
}

function writeTable(folder, records) {
  const db = new Database(join(folder, 'crm.db'))
  db.exec(`CREATE TABLE people (${HEADER}) STRICT; CREATE INDEX people_by_time ON people (updated_at, id)`)
  const insert = db.prepare(
    'INSERT INTO people VALUES (@id, @phone, @first, @last, @email, @plan, @country, @at)',
  )
  const longAgo = new Date(Date.now() - 86_400_000).toISOString()
  db.transaction(() => {
    for (let n = 0; n < records; n += 1) insert.run({ ...personOf(n), phone: phoneOf(n), at: longAgo })
  })()
  db.close()
}
