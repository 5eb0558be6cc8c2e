// Owns what is read: the FROM of the options, its columns, and which of them are key, time and mark of deletion.
import { closest } from 'fastest-levenshtein'
import { ConnectorError } from 'heysync/connector'
import { idColumns, type SqlOptions } from './options.ts'
import type { Column, Dialect, Session } from './session.ts'

export interface Table {
  readonly dialect: Dialect
  /** What stands behind FROM. */
  readonly from: string
  /** How messages and places call it. */
  readonly label: string
  /** Those that are read, in their order. */
  readonly columns: readonly Column[]
  /** Where in `columns`. */
  readonly idAt: readonly number[]
  readonly updatedAt: number | null
  readonly deletedAt: number | null
  /** Of changes that the database keeps itself: where it says what became of a row. No field. */
  readonly operationAt?: number
}

export function columnAt({ columns }: Table, at: number): Column {
  const column = columns[at]
  if (column === undefined) throw new Error(`There is no column ${at}.`)
  return column
}

/** `crm.contacts`, or with names of any kind: `"My schema"."Contacts"`. Each name is taken as it is written. */
function tableNames(table: string): readonly string[] {
  const names = [...table.matchAll(/"((?:[^"]|"")+)"|([^."]+)/g)]
  return names.map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain?.trim() ?? '')
}

function fromOf({ table, query }: SqlOptions, session: Session): string {
  if (table !== undefined) return tableNames(table).map(session.dialect.quote).join('.')
  // On lines of its own, so that a comment at the end of the query swallows nothing.
  return `(\n${query?.replace(/[;\s]+$/, '')}\n) AS ${session.dialect.quote('heysync_source')}`
}

/** @throws ConnectorError not-found and field with the nearest name, and what the session throws. */
export async function openTable(options: SqlOptions, session: Session): Promise<Table> {
  const from = fromOf(options, session)
  const label = options.table ?? 'query'
  const all = await session.columns(from).catch((error: unknown) => explain(error, options, session))
  const twice = all.find(({ name }, at) => all.findIndex((other) => other.name === name) !== at)
  if (twice !== undefined) {
    throw new ConnectorError('field', {
      message: `The ${label} has two columns "${twice.name}".`,
      hint: `Give one of them another name: ${twice.name} AS other_name.`,
    })
  }
  const find = (name: string): Column => {
    const found = all.find((column) => column.name === name)
    if (found === undefined) throw missing(name, all, label)
    return found
  }
  const ids = idColumns(options).map(find)
  const updated = options.updatedColumn === undefined ? null : find(options.updatedColumn)
  const deleted = options.deletedColumn === undefined ? null : find(options.deletedColumn)
  if (updated !== null && updated.time === undefined) throw noTime(updated, label)
  const asked = options.columns?.map(find) ?? all.filter(({ holds }) => holds !== 'binary')
  const named = [...ids, updated, deleted].filter((column) => column !== null)
  const columns = [...new Set([...asked, ...named])]
  const at = (column: Column | null) => (column === null ? null : columns.indexOf(column))
  return {
    dialect: session.dialect,
    from,
    label,
    columns,
    idAt: ids.map((column) => columns.indexOf(column)),
    updatedAt: at(updated),
    deletedAt: at(deleted),
  }
}

function nearestName(name: string, names: readonly string[]): string | null {
  if (names.length === 0) return null
  return names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? closest(name, [...names])
}

function missing(name: string, all: readonly Column[], label: string): ConnectorError {
  const names = all.map((column) => column.name)
  const shown =
    names.length > 30 ? `${names.slice(0, 30).join(', ')} and ${names.length - 30} more` : names.join(', ')
  return new ConnectorError('field', {
    message: `The ${label} has no column "${name}". Its columns are: ${shown}`,
    hint: `Did you mean "${nearestName(name, names)}"? Correct the column in the options of this source.`,
    place: label,
  })
}

function noTime({ name, type }: Column, label: string): ConnectorError {
  return new ConnectorError('field', {
    message: `The column "${name}" of ${label}, which updatedColumn names, is of type ${type} and holds no time.`,
    hint: 'Name a column with a date and time, or make one of it in a query.',
    place: label,
  })
}

async function explain(error: unknown, { table }: SqlOptions, session: Session): Promise<never> {
  if (!(error instanceof ConnectorError && error.kind === 'not-found') || table === undefined) throw error
  await session.recover()
  const near = nearestName(table, await session.tables().catch(() => []))
  throw new ConnectorError('not-found', {
    message: error.message,
    hint:
      near === null
        ? 'The user sees no tables at all: check its grants.'
        : `Did you mean ${near}? Correct table in the options, or check the grants.`,
    cause: error.cause,
  })
}
