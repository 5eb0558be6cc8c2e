// A real MariaDB of this machine, started on loopback in a folder of its own, with a new database for whoever asks.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { type Connection, createConnection } from 'mysql2/promise'
import { freePort } from '../../support/port.ts'

const SERVER = '/usr/sbin/mariadbd'
const INSTALL = '/usr/bin/mariadb-install-db'
const PASSWORD = 'maria-secret-4711'

/** Why there is none here, with the command that changes it; null where there is one. */
export function noMariadb(): string | null {
  if (existsSync(SERVER) && existsSync(INSTALL)) return null
  const why = 'MariaDB is not installed, so nothing of it is tested: apt-get install -y mariadb-server'
  process.stderr.write(`\n${why}\n\n`)
  return why
}

export interface MariadbServer {
  readonly password: string
  url(database: string, user?: string): string
  database(): Promise<string>
  client(database: string): Promise<Connection>
  restart(): Promise<void>
  stop(): Promise<void>
}

export async function startMariadb(): Promise<MariadbServer> {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-mariadb-'))
  const data = join(dir, 'data')
  const me = `--user=${userInfo().username}`
  execFileSync(
    INSTALL,
    ['--no-defaults', `--datadir=${data}`, me, '--skip-test-db', '--auth-root-authentication-method=normal'],
    {
      stdio: 'ignore',
    },
  )
  const init = join(dir, 'init.sql')
  writeFileSync(
    init,
    `CREATE USER IF NOT EXISTS 'admin'@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION;`.replaceAll(
      '; ',
      ';\n',
    ),
  )
  const port = await freePort()
  let server: ChildProcess
  const start = () =>
    new Promise<void>((ready, failed) => {
      server = spawn(
        SERVER,
        [
          ...['--no-defaults', `--datadir=${data}`, me, `--port=${port}`, '--bind-address=127.0.0.1'],
          ...[`--socket=${join(dir, 'socket')}`, `--pid-file=${join(dir, 'pid')}`, `--init-file=${init}`],
          ...['--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=32M'],
          '--log-warnings=0',
        ],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      )
      let said = ''
      server.stderr?.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (said.includes('ready for connections')) ready()
      })
      server.once('exit', () => failed(new Error(`MariaDB ended: ${said.slice(-2_000)}`)))
    })
  const end = () =>
    new Promise<void>((ended) => {
      server.removeAllListeners('exit')
      server.once('exit', () => ended())
      server.kill('SIGTERM')
    })
  await start()
  let databases = 0
  const clients = new Set<Connection>()
  const client = async (database?: string) => {
    const opened = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'admin',
      password: PASSWORD,
      timezone: 'Z',
      multipleStatements: true,
      ...(database === undefined ? {} : { database }),
    })
    opened.on('error', () => {})
    await opened.query("SET time_zone = '+00:00'")
    clients.add(opened)
    return opened
  }
  return {
    password: PASSWORD,
    url: (database, user = 'admin') => `mariadb://${user}:${PASSWORD}@127.0.0.1:${port}/${database}`,
    database: async () => {
      databases += 1
      const name = `db${databases}`
      const admin = await client()
      await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
      await admin.end()
      return name
    },
    client,
    restart: async () => {
      await end()
      await start()
    },
    stop: async () => {
      for (const one of clients) one.destroy()
      await end()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
