// Speed and memory of the sql connector over 200,000 rows: PostgreSQL and SQLite, full pulls. It needs a build first.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withPostgres } from '../postgres.mjs'
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

function postgres(dir) {
  return withPostgres(dir, async ({ BENCH_POSTGRES }) => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: BENCH_POSTGRES })
    await client.connect()
    await client.query(
      `CREATE TABLE people AS SELECT ${PEOPLE}, now() AS updated_at FROM generate_series(1, ${RECORDS}) AS id`,
    )
    await client.query('ALTER TABLE people ADD PRIMARY KEY (id)')
    await client.end()
    return await measure(BENCH_POSTGRES)
  })
}

const measure = (database) =>
  readEverybody('sql', { database, table: 'people', idColumn: 'id', updatedColumn: 'updated_at' })
