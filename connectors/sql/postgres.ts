// Owns the session with PostgreSQL. Everything runs in read-only transactions with settings of their own, so that it
// also works behind a pool that hands connections around, and leaves nothing behind there.
import type { Socket } from 'node:net'
import { ConnectorError } from 'heysync/connector'
import pg from 'pg'
import type { Address } from './address.ts'
import { columnOf, type PostgresType, readExpression, readerOf } from './postgres-types.ts'
import {
  type Dialect,
  networkError,
  type Session,
  type SessionSettings,
  type Sql,
  saying,
  unlessAborted,
  type Writers,
} from './session.ts'

const CONNECT_MS = 15_000

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

const postgresDialect: Dialect = {
  quote,
  value: (nth, { cast }) => `$${nth}::${cast ?? 'text'}`,
  read: (column) => readExpression(quote(column.name), column),
  compares: 'rows',
  windowOrder: 'time',
  // Most collations tell apart all that differs; citext and some of ICU do not, and 1.0 is the number 1.00.
  exact: ({ name, type, holds }) =>
    (holds === 'text' && type !== 'uuid') || type === 'numeric' ? `${quote(name)}::text COLLATE "C"` : null,
  cursor: (value, { holds }) => (holds === 'binary' ? `\\x${value}` : String(value)),
  limit: (select, rows) => `${select} LIMIT ${rows}`,
}

/** query_canceled */
const TOO_LONG = '57014'

export async function openPostgres({
  address,
  statementTimeoutMs,
  signal,
}: SessionSettings): Promise<Session> {
  const { host, port, user, password, database, tls } = address
  const client = new pg.Client({
    host,
    port,
    database,
    ...(user === '' ? {} : { user }),
    // A function, so that a missing password is not looked for in the environment or in ~/.pgpass.
    password: () => password,
    ssl:
      tls === 'off'
        ? false
        : {
            rejectUnauthorized: tls.verify,
            servername: host,
            ...(tls.ca === undefined ? {} : { ca: tls.ca }),
          },
    application_name: 'heysync',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
  })
  // Said again by the next statement; without a listener it would end the process.
  client.on('error', () => {})
  const fail = (cause: unknown) => postgresError(cause, address)
  const ask = <T>(work: Promise<T>) =>
    unlessAborted(work, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      throw fail(error)
    })
  let held = false

  const begin = async () => {
    await ask(
      client.query(
        `BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = ${statementTimeoutMs};
         SET LOCAL idle_in_transaction_session_timeout = '15min'; SET LOCAL TimeZone = 'UTC';
         SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'; SET LOCAL bytea_output = 'hex'`,
      ),
    )
  }
  const query = ({ text, values }: Sql) =>
    ask(
      client.query({
        text,
        values: [...values],
        rowMode: 'array',
        // Also without values, so that a second statement after a semicolon is refused.
        queryMode: 'extended',
        types: { getTypeParser: (oid: number) => readerOf(oid) as never },
      } as pg.QueryArrayConfig),
    )
  const inside = async <T>(work: () => Promise<T>): Promise<T> => {
    if (held) return work()
    await begin()
    try {
      return await work()
    } finally {
      await client.query('ROLLBACK').catch(() => {})
    }
  }
  const rows = async (sql: Sql) => (await inside(() => query(sql))).rows

  try {
    await ask(client.connect())
  } catch (error) {
    void client.end().catch(() => {})
    throw error
  }
  takeInByTurns(client.connection.stream as Socket)
  return {
    dialect: postgresDialect,
    rows,
    columns: (from) =>
      inside(async () => {
        const { fields } = await query({ text: `SELECT * FROM ${from} LIMIT 0`, values: [] })
        const types = await typesOf(
          query,
          fields.map(({ dataTypeID }) => dataTypeID),
        )
        return fields.map(({ name, dataTypeID }) =>
          columnOf(
            name,
            types.get(dataTypeID) ?? { oid: dataTypeID, name: 'text', cast: 'text', category: 'S' },
          ),
        )
      }),
    tables: async () => {
      const found = await rows({
        text: `SELECT CASE WHEN table_schema = current_schema() THEN table_name ELSE table_schema || '.' || table_name END
          FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema') LIMIT 1000`,
        values: [],
      })
      return found.map(([table]) => String(table))
    },
    hold: async () => {
      await begin()
      held = true
      return true
    },
    // A replica ends reads that stand in the way of what it has to replay; others are deadlocks.
    passes: (error) => error instanceof ConnectorError && /^(40001|40P01)$/.test(codeOf(error.cause)),
    tookTooLong: (error) => error instanceof ConnectorError && codeOf(error.cause) === TOO_LONG,
    recover: async () => {
      if (!held) return
      held = false
      await client.query('ROLLBACK').catch(() => {})
    },
    writers: () => inside(() => writers(query)),
    close: async () => {
      const stream = client.connection.stream as Socket
      if (signal.aborted) return stream.destroy() as never
      // It says goodbye and waits for no answer: a server that hangs, or a connection that is dead, would never give one.
      void client.end().catch(() => {})
      stream.destroySoon()
    },
  }
}

/** The rows of a large page arrive faster than they are understood, and piece after piece nobody else would have a turn. */
function takeInByTurns(stream: Socket): void {
  stream.on('data', () => {
    stream.pause()
    setImmediate(() => stream.resume())
  })
}

type Query = (sql: Sql) => Promise<pg.QueryArrayResult>

async function typesOf(query: Query, oids: readonly number[]): Promise<Map<number, PostgresType>> {
  // A domain is what it is made of.
  const { rows } = await query({
    text: `SELECT t.oid::text, b.oid::text, format_type(b.oid, NULL), format('%I.%I', n.nspname, b.typname),
        b.typcategory::text
      FROM pg_type t JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
      JOIN pg_namespace n ON n.oid = b.typnamespace
      WHERE t.oid::text = ANY (string_to_array($1, ','))`,
    values: [oids.join(',')],
  })
  return new Map(
    rows.map(([oid, base, name, cast, category]) => [
      Number(oid),
      { oid: Number(base), name: String(name), cast: String(cast), category: String(category) },
    ]),
  )
}

/**
 * `now()` is when a transaction began, and nobody sees its rows before it ends: so the oldest writer bounds what can be
 * seen whole. A transaction that has not written yet still may; one that has not for ten minutes is taken for a reader.
 */
async function writers(query: Query): Promise<Writers> {
  const { rows } = await query({
    text: `SELECT CASE WHEN pg_is_in_recovery() THEN 'replica'
        WHEN NOT pg_has_role('pg_read_all_stats', 'USAGE') THEN 'hidden' END,
      (SELECT min(began) FROM (
        SELECT xact_start AS began FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND (backend_xid IS NOT NULL
          OR backend_type = 'client backend' AND application_name <> 'heysync'
            AND xact_start > clock_timestamp() - interval '10 minutes')
        UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()) AS open)`,
    values: [],
  })
  const [unknown, since] = rows[0] ?? []
  return {
    since: typeof since === 'string' ? since : null,
    unknown:
      unknown === 'replica'
        ? 'This is a replica, which does not show who writes: a transaction that is open for longer than overlapSeconds may be missed until the next full pull. Read from the primary where that matters.'
        : unknown === 'hidden'
          ? 'This role does not see the transactions of others: one that is open for longer than overlapSeconds may be missed until the next full pull. Once, as an administrator: GRANT pg_read_all_stats TO the role.'
          : null,
  }
}

function codeOf(cause: unknown): string {
  return String((cause as { code?: unknown } | null)?.code ?? '')
}

function postgresError(cause: unknown, address: Address): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const code = codeOf(cause)
  const { label, user } = address
  const said = `${label}: ${saying(cause, address)}`
  if (code.startsWith('28'))
    return new ConnectorError('unauthorized', {
      message: said,
      hint: 'Check user, password and pg_hba.conf.',
      cause,
    })
  if (code === '3D000')
    return new ConnectorError('not-found', {
      message: said,
      hint: 'Correct the name of the database.',
      cause,
    })
  if (code === '42501') {
    const hint = `GRANT USAGE ON SCHEMA … and GRANT SELECT ON … TO ${user === '' ? 'its role' : user}, as the docs of this connector show.`
    return new ConnectorError('unauthorized', { message: said, hint, cause })
  }
  if (code === '42P01' || code === '3F000') return new ConnectorError('not-found', { message: said, cause })
  if (code === '42703') return new ConnectorError('field', { message: said, cause })
  if (code === '25006') {
    const hint = 'heysync only reads. Take what writes out of the query.'
    return new ConnectorError('failed', { message: said, hint, cause })
  }
  if (code === TOO_LONG) {
    const hint = 'Add an index on the updated and id columns, or raise statementTimeoutMs.'
    return new ConnectorError('failed', { message: said, hint, cause })
  }
  if (code.startsWith('42'))
    return new ConnectorError('failed', {
      message: said,
      hint: 'Correct query or table in the options.',
      cause,
    })
  if (/^[0-9A-Z]{5}$/.test(code)) return new ConnectorError('failed', { message: said, cause })
  return networkError(cause, address)
}
