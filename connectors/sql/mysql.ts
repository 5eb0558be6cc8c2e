// Owns the session with MySQL or MariaDB: read-only, in UTC, with texts that need no escaping beyond the usual.
import { ConnectorError } from 'heysync/connector'
import { type Connection, createConnection } from 'mysql2/promise'
import type { Address } from './address.ts'
import { columnOf, type MysqlField, readValue } from './mysql-types.ts'
import {
  type Bounds,
  type Column,
  type Dialect,
  networkError,
  type Session,
  type SessionSettings,
  type Sql,
  saying,
  unlessAborted,
} from './session.ts'

const CONNECT_MS = 15_000

const quote = (name: string) => `\`${name.replaceAll('`', '``')}\``

const mysqlDialect: Dialect = {
  quote,
  value: (_nth, { cast, holds }) =>
    holds === 'binary' ? 'UNHEX(?)' : cast === undefined ? '?' : `CAST(? AS ${cast})`,
  read: ({ name }) => quote(name),
  // (a, b) > (1, 2) reads the whole index.
  compares: 'steps',
  windowOrder: 'time',
  within: withinWindow,
  exact: ({ name, holds }) => (holds === 'text' ? `CAST(${quote(name)} AS BINARY)` : null),
  cursor: (value, { time, holds }) => {
    if (holds === 'boolean') return String(Number(value))
    return time === undefined ? String(value) : String(value).replace('T', ' ').replace('Z', '')
  },
  limit: (select, rows) => `${select} LIMIT ${rows}`,
}

/** Dates that are none, such as 0000-00-00, lie in no window: they are read as null, and as such no page can end with one. */
function withinWindow(column: Column, { from, to }: Bounds): Sql {
  const side = column.time === 'instant' ? 'instant' : 'wall'
  const it = quote(column.name)
  const bound = mysqlDialect.value(1, column)
  return {
    text: `${it} >= ${bound} AND ${it} <= ${bound} AND MONTH(${it}) > 0 AND DAYOFMONTH(${it}) > 0`,
    values: [from?.[side] ?? '0001-01-01 00:00:00', to[side]],
  }
}

export async function openMysql({ address, statementTimeoutMs, signal }: SessionSettings): Promise<Session> {
  const { host, port, user, password, database, tls } = address
  const fail = (cause: unknown) => mysqlError(cause, address)
  const ask = <T>(work: Promise<T>) =>
    unlessAborted(work, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      throw fail(error)
    })
  const connecting = createConnection({
    host,
    port,
    user,
    password,
    database,
    charset: 'utf8mb4',
    connectTimeout: CONNECT_MS,
    connectAttributes: { program_name: 'heysync' },
    ...(tls === 'off'
      ? {}
      : {
          ssl: {
            rejectUnauthorized: tls.verify,
            verifyIdentity: tls.verify,
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          },
        }),
  })
  const connection = await ask(connecting).catch((error: unknown) => {
    connecting.then((late) => late.destroy()).catch(() => {})
    throw error
  })
  connection.on('error', () => {})
  const query = async ({ text, values }: Sql): Promise<{ rows: unknown[][]; fields: MysqlField[] }> => {
    const asked = connection.query<never>({
      sql: text,
      values: [...values],
      rowsAsArray: true,
      typeCast: false,
    })
    const [rows, fields] = await ask(asked)
    return { rows: Array.isArray(rows) ? rows : [], fields: (fields ?? []) as MysqlField[] }
  }
  const run = async (text: string) => void (await query({ text, values: [] }))
  try {
    await prepare(connection, run, statementTimeoutMs)
  } catch (error) {
    connection.destroy()
    throw fail(error)
  }
  return {
    dialect: mysqlDialect,
    columns: async (from) =>
      (await query({ text: `SELECT * FROM ${from} LIMIT 0`, values: [] })).fields.map(columnOf),
    rows: async (sql) => {
      const { rows, fields } = await query(sql)
      const columns = fields.map(columnOf)
      return rows.map((row) =>
        row.map((value, at) => {
          const [field, column] = [fields[at], columns[at]]
          return Buffer.isBuffer(value) && field && column ? readValue(value, field, column) : value
        }),
      )
    },
    tables: async () => {
      const { rows } = await query({
        text: 'SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() LIMIT 1000',
        values: [],
      })
      return rows.map(([table]) => String(table))
    },
    hold: async () => {
      await run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY')
      return true
    },
    // A deadlock, or a lock that was waited for too long.
    passes: (error) => error instanceof ConnectorError && [1213, 1205].includes(numberOf(error.cause)),
    tookTooLong: (error) => error instanceof ConnectorError && [3024, 1969].includes(numberOf(error.cause)),
    recover: async () => {
      await connection.query('ROLLBACK').catch(() => {})
    },
    close: async () => {
      if (signal.aborted) connection.destroy()
      else await connection.end().catch(() => connection.destroy())
    },
  }
}

async function prepare(
  connection: Connection,
  run: (text: string) => Promise<void>,
  statementTimeoutMs: number,
): Promise<void> {
  const [rows] = await connection.query<never[]>('SELECT VERSION() AS version')
  const isMaria = /mariadb/i.test(JSON.stringify(rows))
  // Without modes a backslash is an escape and an empty date is a value, whatever the server prefers.
  await run(`SET SESSION sql_mode = '', time_zone = '+00:00'`)
  await run('SET SESSION TRANSACTION READ ONLY')
  await run(
    isMaria
      ? `SET SESSION max_statement_time = ${statementTimeoutMs / 1_000}`
      : `SET SESSION max_execution_time = ${statementTimeoutMs}`,
  )
}

function numberOf(cause: unknown): number {
  return Number((cause as { errno?: unknown } | null)?.errno ?? 0)
}

const KINDS: Readonly<Record<number, readonly [ConnectorError['kind'], string?]>> = {
  1044: ['unauthorized', 'GRANT SELECT ON the database TO the user, as the docs of this connector show.'],
  1045: ['unauthorized', 'Check user and password, and from which hosts the user may sign in.'],
  1698: [
    'unauthorized',
    'This user signs in without a password, on its own machine only. Make one for heysync.',
  ],
  1142: ['unauthorized', 'GRANT SELECT ON the table TO the user, as the docs of this connector show.'],
  1143: ['unauthorized', 'GRANT SELECT ON the columns TO the user, or name those that it sees in columns.'],
  1370: ['unauthorized', 'GRANT EXECUTE ON what the query calls, or leave it out.'],
  1049: ['not-found', 'Correct the name of the database.'],
  1146: ['not-found'],
  1054: ['field'],
  1792: ['failed', 'heysync only reads. Take what writes out of the query.'],
  3024: ['failed', 'Add an index on the updated and id columns, or raise statementTimeoutMs.'],
  1969: ['failed', 'Add an index on the updated and id columns, or raise statementTimeoutMs.'],
  1060: ['field', 'Two columns of the query have one name: give one of them another, with AS.'],
  1064: ['failed', 'Correct query in the options: it has to be a single SELECT.'],
}

function mysqlError(cause: unknown, address: Address): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const message = `${address.label}: ${saying(cause, address)}`
  const known = KINDS[numberOf(cause)]
  if (known === undefined && numberOf(cause) < 1000) return networkError(cause, address)
  const [kind, hint] = known ?? ['failed']
  return new ConnectorError(kind, { message, cause, ...(hint === undefined ? {} : { hint }) })
}
