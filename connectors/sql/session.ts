// Owns what the rest of the connector asks of a database: how its SQL is written, and a session that only reads.
import { ConnectorError } from 'heysync/connector'
import type { Address } from './address.ts'

export interface Column {
  readonly name: string
  /** As the database calls it, for messages. */
  readonly type: string
  readonly holds: 'text' | 'number' | 'boolean' | 'date' | 'list' | 'object' | 'binary'
  /** What a value says of time: an instant, the time on a clock of some zone, either of them by row, or a rowversion. */
  readonly time?: 'instant' | 'wall' | 'mixed' | 'rowversion'
  /** What a cursor's text is cast to, where the database needs to be told. */
  readonly cast?: string
}

/** A piece of SQL with its values. They are text, and stand in it in their order. */
export interface Sql {
  readonly text: string
  readonly values: readonly string[]
}

/** Bounds of a window: both inclusive, as instants and as what clocks of the configured zone showed. */
export interface Bounds {
  readonly from: { readonly instant: string; readonly wall: string } | null
  readonly to: { readonly instant: string; readonly wall: string }
}

export interface Dialect {
  quote(name: string): string
  /** The nth value (from 1) of a statement, to be compared with a column. */
  value(nth: number, column: Column): string
  /** What is read of a column. */
  read(column: Column): string
  /** `rows`: (a, b) > (1, 2) uses an index. `steps`: it has to be written out. */
  readonly compares: 'rows' | 'steps'
  /** What pages of a window follow: its time and then the id, or the id alone. */
  readonly windowOrder: 'time' | 'id'
  /** That a column lies in a window, where it takes more than comparing it with its bounds. */
  within?(column: Column, bounds: Bounds, firstNth: number): Sql
  /**
   * What differs wherever two values do, also where the database takes them for the same: because of case, accents, blanks at
   * their end. Null for a column in which that cannot be.
   */
  exact(column: Column): string | null
  /** A value that was read of a key column, as the text of a cursor. */
  cursor(value: unknown, column: Column): string
  limit(select: string, rows: number): string
  /** It keeps versions of rows and of tables, as SQL Server does. */
  readonly tracked?: true
  /** A value that was read, as a field holds it: what JSON can hold. Where it is missing, rows hold such values already. */
  plain?(value: unknown, column: Column): unknown
}

/** Who else writes just now, and so may show rows later that are stamped earlier. */
export interface Writers {
  /** RFC 3339: when the oldest of them began; null when nobody writes, or nobody can tell. */
  readonly since: string | null
  /** Why nobody can tell, as a sentence with a way out. */
  readonly unknown: string | null
}

export interface Session {
  readonly dialect: Dialect
  /** Columns of what stands behind FROM. @throws ConnectorError as `rows`. */
  columns(from: string): Promise<readonly Column[]>
  /** Null for no value. @throws ConnectorError; the signal's reason when it aborts. */
  rows(sql: Sql): Promise<readonly (readonly unknown[])[]>
  /** Names of the tables and views that can be seen, for hints. */
  tables(): Promise<readonly string[]>
  /** From now on all rows are those of one instant, where the database can do that. Says whether it can. */
  hold(): Promise<boolean>
  /** True for what passes when the same is asked again. */
  passes(error: unknown): boolean
  /** True for a statement that was stopped because it took longer than `statementTimeoutMs`. */
  tookTooLong(error: unknown): boolean
  /** Ready again after an error; what was held is not any more. */
  recover(): Promise<void>
  writers?(): Promise<Writers>
  /**
   * Where everybody waits while rows of a window are looked for: the row that stands so many further down what `sql` selects in
   * an order. Null when fewer are left, or when that order has to be worked out.
   */
  further?(sql: Sql, rows: number): Promise<readonly unknown[] | null>
  close(): Promise<void>
}

export interface SessionSettings {
  readonly address: Address
  readonly statementTimeoutMs: number
  readonly signal: AbortSignal
}

/** What a driver said, without the password. */
export function saying(cause: unknown, { password }: Address): string {
  const said =
    cause instanceof Error ? cause.message || String((cause as { code?: unknown }).code) : String(cause)
  return password === '' ? said : said.replaceAll(password, '***')
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
])
const NO_TLS = /does not support SSL|does not support secure|HANDSHAKE_NO_SSL|without encryption/i
const BAD_CERTIFICATE = /certificate|CERT_|SELF_SIGNED|altname|unable to (get|verify)/i

/** What no driver has words of its own for: a server that cannot be reached, or cannot be trusted. */
export function networkError(cause: unknown, address: Address): ConnectorError {
  const code = String((cause as { code?: unknown } | null)?.code ?? '')
  const said = saying(cause, address)
  const { host, port, label } = address
  if (UNREACHABLE.has(code)) {
    return new ConnectorError('failed', {
      message: `The server ${host}:${port} cannot be reached (${code}).`,
      hint: 'Check host and port, that the server is up, and that its firewall lets this machine in.',
    })
  }
  if (NO_TLS.test(said)) {
    return new ConnectorError('failed', {
      message: `The server ${host}:${port} does not encrypt its connections.`,
      hint: 'Turn TLS on there; or, on a network that nobody else listens to, set tls: off.',
    })
  }
  if (BAD_CERTIFICATE.test(said) || BAD_CERTIFICATE.test(code)) {
    return new ConnectorError('failed', {
      message: `The server ${host}:${port} could not prove who it is: ${said}`,
      hint: 'Give the certificate of its authority as tlsCaFile. tls: encrypt does without the proof.',
    })
  }
  return new ConnectorError('failed', { message: `${label}: ${said}` })
}

/** Settles with the work, or throws the signal's reason as soon as it aborts. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } catch (error) {
    work.catch(() => {})
    signal.throwIfAborted()
    throw error
  } finally {
    if (stop) signal.removeEventListener('abort', stop)
  }
}
