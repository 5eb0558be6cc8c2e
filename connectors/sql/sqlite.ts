// Owns the session with an SQLite file, opened for reading only. Its columns hold values of any type, so a cursor says
// which type its values have, and times are compared in one form whatever the rows write.
import Sqlite from 'better-sqlite3'
import { ConnectorError } from 'heysync/connector'
import type { Address } from './address.ts'
import type { Bounds, Column, Dialect, Session, SessionSettings, Sql } from './session.ts'
import { LEAST_MS } from './times.ts'

const BUSY_MS = 2_000
/** Seconds since 1970, to the millisecond. */
const BOUND = `unixepoch(?, 'subsec')`

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`

const sqliteDialect: Dialect = {
  quote,
  value: () => '?',
  read: ({ name }) => quote(name),
  compares: 'rows',
  // The times have to be worked out, so no index knows them; in the order of the id each row is looked at once.
  windowOrder: 'id',
  within: withinWindow,
  exact: ({ name }) => `${quote(name)} COLLATE BINARY`,
  cursor: (value) => {
    const type =
      typeof value === 'bigint' ? 'i' : typeof value === 'number' ? 'r' : Buffer.isBuffer(value) ? 'b' : 't'
    return `${type}:${Buffer.isBuffer(value) ? value.toString('hex') : value}`
  },
  limit: (select, rows) => `${select} LIMIT ${rows}`,
  plain: (value, { holds: type }) => {
    if (type === 'boolean' && (value === 0n || value === 1n)) return value === 1n
    if (type === 'object' && typeof value === 'string') return parsed(value)
    if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
    return Buffer.isBuffer(value) ? value.toString('hex') : value
  },
}

/** Each row's time is worked out once: in a large table that is what a pull mostly does. */
function withinWindow({ name }: Column, { from, to }: Bounds): Sql {
  const it = quote(name)
  const seconds = `CASE WHEN ${it} >= ${LEAST_MS} THEN ${it} / 1000.0 ELSE ${it} END`
  const at = `CASE typeof(${it}) WHEN 'text' THEN unixepoch(${it}, 'subsec') ELSE unixepoch(${seconds}, 'unixepoch', 'subsec') END`
  const zoned = `typeof(${it}) <> 'text' OR ${it} GLOB '*[Zz]' OR ${it} GLOB '*[+-][0-9][0-9]:[0-9][0-9]'`
  const between = from === null ? `${at} <= ${BOUND}` : `${at} BETWEEN ${BOUND} AND ${BOUND}`
  // What cannot be compared, such as an offset without a colon, comes in every window: else nobody would see it.
  const comes = `ifnull(${between}, ${it} IS NOT NULL)`
  const bounds = (side: 'instant' | 'wall') => [...(from === null ? [] : [from[side]]), to[side]]
  return {
    text: `CASE WHEN ${zoned} THEN ${comes} ELSE ${comes} END`,
    values: [...bounds('instant'), ...bounds('wall')],
  }
}

/** Synchronous below: a page of SQLite is read in less time than a switch of threads takes. */
export async function openSqlite({ address, signal }: SessionSettings): Promise<Session> {
  const fail = (cause: unknown) => sqliteError(cause, address)
  const attempt = <T>(work: () => T): T => {
    signal.throwIfAborted()
    try {
      return work()
    } catch (cause) {
      throw fail(cause)
    }
  }
  const db = attempt(() => {
    const opened = new Sqlite(address.database, { readonly: true, fileMustExist: true, timeout: BUSY_MS })
    opened.pragma('query_only = 1')
    return opened
  })
  const prepare = (text: string) => {
    const statement = db.prepare(text)
    if (!statement.reader || !statement.readonly)
      throw new ConnectorError('failed', {
        message: `${address.label}: the query does not only read.`,
        hint: 'Give a single SELECT.',
      })
    return statement
  }
  return {
    dialect: sqliteDialect,
    columns: async (from) =>
      attempt(() =>
        prepare(`SELECT * FROM ${from} LIMIT 0`)
          .columns()
          .map(({ name, type }) => columnOf(name, type)),
      ),
    rows: async ({ text, values }) =>
      attempt(() => {
        const statement = prepare(text).raw().safeIntegers()
        return statement.all(...values.map(decode)) as unknown[][]
      }),
    further: async ({ text, values }, rows) =>
      attempt(() => {
        const given = values.map(decode)
        const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all(...given)
        if (plan.some(({ detail }) => detail.includes('TEMP B-TREE'))) return null
        const statement = prepare(`${text} LIMIT 1 OFFSET ${rows - 1}`)
          .raw()
          .safeIntegers()
        return (statement.get(...given) as unknown[] | undefined) ?? null
      }),
    tables: async () =>
      attempt(() =>
        db
          .prepare<[], string>("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
          .pluck()
          .all(),
      ),
    // Only with a write-ahead log: in the older mode a reader that stays keeps everybody from writing.
    hold: async () =>
      attempt(() => {
        if (db.pragma('journal_mode', { simple: true }) !== 'wal') return false
        db.exec('BEGIN')
        return true
      }),
    passes: () => false,
    tookTooLong: () => false,
    recover: async () => {},
    close: async () => void db.close(),
  }
}

function decode(value: string): unknown {
  const [, type, text = ''] = /^([itrb]):(.*)$/s.exec(value) ?? []
  if (type === 'i') return BigInt(text)
  if (type === 'r') return Number(text)
  if (type === 'b') return Buffer.from(text, 'hex')
  return type === 't' ? text : value
}

function holds(type: string | null): Column['holds'] {
  const name = type?.toLowerCase() ?? ''
  if (/bool/.test(name)) return 'boolean'
  if (/json/.test(name)) return 'object'
  if (/blob/.test(name)) return 'binary'
  if (/date|time/.test(name)) return 'date'
  return /int|real|floa|doub|num|dec/.test(name) ? 'number' : 'text'
}

function columnOf(name: string, type: string | null): Column {
  return { name, type: type ?? 'any', holds: holds(type), time: 'mixed' }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function sqliteError(cause: unknown, { label }: Address): ConnectorError {
  if (cause instanceof ConnectorError) return cause
  const code = String((cause as { code?: unknown } | null)?.code ?? '')
  const message = `${label}: ${cause instanceof Error ? cause.message : cause}`
  const told = (kind: ConnectorError['kind'], hint?: string) =>
    new ConnectorError(kind, { message, cause, ...(hint === undefined ? {} : { hint }) })
  if (/does not exist|unable to open/.test(message) || code === 'SQLITE_CANTOPEN')
    return told(
      'not-found',
      'Correct the path of the file; a relative one starts from the folder of the config file.',
    )
  if (/no such table/.test(message)) return told('not-found')
  if (/no such column/.test(message)) return told('field')
  if (code === 'SQLITE_NOTADB')
    return told('unreadable', 'The file is no SQLite database, or it is encrypted.')
  if (code.startsWith('SQLITE_BUSY')) return told('busy', 'Somebody writes to it; the next run tries again.')
  return told('failed')
}
