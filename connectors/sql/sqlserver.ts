// Owns the session with SQL Server. It asks for a replica that only reads, and waits for no lock longer than a statement may take.
import { ConnectorError } from 'heysync/connector'
import { Connection, ISOLATION_LEVEL, Request, TYPES } from 'tedious'
import type { Address } from './address.ts'
import {
  networkError,
  type Session,
  type SessionSettings,
  type Sql,
  saying,
  unlessAborted,
} from './session.ts'
import { columnOf, columnsSql, sqlserverDialect, tablesSql } from './sqlserver-dialect.ts'

const CONNECT_MS = 15_000

export async function openSqlserver({
  address,
  statementTimeoutMs,
  signal,
}: SessionSettings): Promise<Session> {
  const { host, port, user, password, database, tls } = address
  const fail = (cause: unknown) => sqlserverError(cause, address)
  const connection = new Connection({
    server: host,
    authentication: { type: 'default', options: { userName: user, password } },
    options: {
      port,
      database,
      appName: 'heysync',
      encrypt: tls !== 'off',
      trustServerCertificate: tls !== 'off' && !tls.verify,
      ...(tls === 'off' || tls.ca === undefined ? {} : { cryptoCredentialsDetails: { ca: tls.ca } }),
      readOnlyIntent: true,
      connectTimeout: CONNECT_MS,
      requestTimeout: statementTimeoutMs,
      rowCollectionOnRequestCompletion: false,
      useUTC: true,
    },
  })
  connection.on('error', () => {})
  const connected = new Promise<void>((ready, failed) =>
    connection.connect((cause) => (cause ? failed(cause) : ready())),
  )
  const ask = <T>(work: Promise<T>) =>
    unlessAborted(work, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      throw fail(error)
    })
  const rows = async ({ text, values }: Sql): Promise<unknown[][]> => {
    const found: unknown[][] = []
    const done = new Promise<void>((ready, failed) => {
      const request = new Request(text, (cause) => (cause ? failed(cause) : ready()))
      for (const [nth, value] of values.entries()) request.addParameter(`p${nth + 1}`, TYPES.NVarChar, value)
      request.on('row', (row: { value: unknown }[]) => found.push(row.map(({ value }) => value)))
      // As a batch of its own what it sets stays; with values it runs as a procedure, and what that sets does not.
      if (values.length === 0) connection.execSqlBatch(request)
      else connection.execSql(request)
    })
    await ask(done)
    return found
  }
  let held = false
  const run = async (text: string) => void (await rows({ text, values: [] }))
  try {
    await ask(connected)
    await run(`SET LOCK_TIMEOUT ${statementTimeoutMs}; SET DEADLOCK_PRIORITY LOW`)
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    dialect: sqlserverDialect,
    rows,
    columns: async (from) => {
      const select = `SELECT TOP (0) * FROM ${from}`
      // What is wrong with it, the server says only when it is asked for rows.
      await rows({ text: select, values: [] })
      return (await rows(columnsSql(select))).map(([name, type]) => columnOf(String(name), String(type)))
    },
    tables: async () => (await rows(tablesSql)).map(([table]) => String(table)),
    // Only where the database keeps versions of rows: anything else would lock out those who write.
    hold: async () => {
      const allowed = await rows({
        text: 'SELECT snapshot_isolation_state FROM sys.databases WHERE database_id = DB_ID()',
        values: [],
      })
      if (Number(allowed[0]?.[0]) !== 1) return false
      await new Promise<void>((ready, failed) =>
        connection.beginTransaction(
          (cause) => (cause ? failed(fail(cause)) : ready()),
          'heysync',
          ISOLATION_LEVEL.SNAPSHOT,
        ),
      )
      held = true
      return true
    },
    // A deadlock, a lock that was waited for too long, a row that changed under a snapshot, or a table that was altered.
    passes: (error) =>
      error instanceof ConnectorError && [1205, 1222, 3960, 3961].includes(numberOf(error.cause)),
    tookTooLong: (error) => error instanceof ConnectorError && codeOf(error.cause) === TOO_LONG,
    recover: async () => {
      if (!held) return
      held = false
      await new Promise<void>((done) => connection.rollbackTransaction(() => done()))
      await run('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
    },
    close: async () => connection.close(),
  }
}

const TOO_LONG = 'ETIMEOUT'

function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | null)?.code ?? '')
}

function numberOf(cause: unknown): number {
  return Number((cause as { number?: unknown } | null)?.number ?? 0)
}

const KINDS: Readonly<Record<number, readonly [ConnectorError['kind'], string?]>> = {
  18456: ['unauthorized', 'Check user and password, and that the server takes SQL logins.'],
  4060: ['not-found', 'Correct the name of the database, or make a user for this login in it.'],
  229: ['unauthorized', 'GRANT SELECT ON the table TO the user, as the docs of this connector show.'],
  230: ['unauthorized', 'GRANT SELECT ON the columns TO the user, or name those that it sees in columns.'],
  208: ['not-found'],
  207: ['field'],
  8156: ['field', 'Two columns of the query have one name: give one of them another, with AS.'],
  1222: ['failed', 'Somebody held a lock for longer than statementTimeoutMs.'],
}

function sqlserverError(cause: unknown, address: Address): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const message = `${address.label}: ${saying(cause, address)}`
  if (codeOf(cause) === TOO_LONG) {
    const hint = 'Add an index on the updated and id columns, or raise statementTimeoutMs.'
    return new ConnectorError('failed', { message, hint, cause })
  }
  const known = KINDS[numberOf(cause)]
  if (known === undefined) {
    return numberOf(cause) > 0
      ? new ConnectorError('failed', { message, cause })
      : networkError(cause, address)
  }
  const [kind, hint] = known
  return new ConnectorError(kind, { message, cause, ...(hint === undefined ? {} : { hint }) })
}
