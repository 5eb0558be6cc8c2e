// Owns the SELECTs: pages of a table in the order of a key, each beginning where the last one ended.
import type { Bounds, Column, Dialect, Sql } from './session.ts'
import { columnAt, type Table } from './table.ts'

/** Columns that put rows in an order in which no two are equal. */
export function keyOf(table: Table, by: 'id' | 'window'): readonly number[] {
  const withTime = by === 'window' && table.dialect.windowOrder === 'time' && table.updatedAt !== null
  // A column is sorted by once, also where somebody uses the time as a part of the id.
  return [...new Set([...(withTime ? [table.updatedAt as number] : []), ...table.idAt])]
}

export interface PageQuery {
  readonly key: readonly number[]
  /** Texts of the key of the last row, or null for the first page. */
  readonly after: readonly string[] | null
  readonly window: Bounds | null
  /** Texts of the key of the last row that is looked at, where the dialect compares rows; null for all rows. */
  readonly upTo?: readonly string[] | null
  readonly rows: number
}

export function pageSql(table: Table, { rows, ...query }: PageQuery): Sql {
  const { text, values } = inOrder(table, table.columns, query)
  return { text: table.dialect.limit(text, rows), values }
}

/** The keys behind this one. */
export function keysSql(table: Table, key: readonly number[], after: readonly string[] | null): Sql {
  const columns = key.map((at) => columnAt(table, at))
  return inOrder(table, columns, { key, after, window: null })
}

function inOrder(
  table: Table,
  columns: readonly Column[],
  { key, after, window, upTo = null }: Omit<PageQuery, 'rows'>,
): Sql {
  const { dialect } = table
  const values: string[] = []
  const conditions: string[] = []
  const add = (sql: Sql) => {
    conditions.push(sql.text)
    values.push(...sql.values)
  }
  const keyColumns = key.map((at) => columnAt(table, at))
  if (window !== null && table.updatedAt !== null) {
    add(withinSql(columnAt(table, table.updatedAt), window, values.length + 1, dialect))
  }
  if (after !== null) add(afterSql(keyColumns, after, values.length + 1, dialect))
  const order = keyColumns.map(({ name }) => dialect.quote(name)).join(', ')
  if (upTo !== null) {
    const bounds = keyColumns.map((column, nth) => dialect.value(values.length + 1 + nth, column))
    add({ text: `(${order}) <= (${bounds.join(', ')})`, values: upTo })
  }
  conditions.push(whole(table))
  const where = conditions.join(' AND ')
  const text = `SELECT ${readList(columns, dialect)} FROM ${table.from} WHERE ${where} ORDER BY ${order}`
  return { text, values }
}

export function readList(columns: readonly Column[], dialect: Dialect): string {
  return columns.map((column) => dialect.read(column)).join(', ')
}

/** All rows, and those whose id is whole: only these can be read in its order. */
export function countSql(table: Table): Sql {
  return {
    text: `SELECT count(*), count(CASE WHEN ${whole(table)} THEN 1 END) FROM ${table.from}`,
    values: [],
  }
}

/** Rows of which a part of the id is null. */
export function keylessSql(table: Table, rows: number): Sql {
  const { columns, dialect, from } = table
  const select = `SELECT ${readList(columns, dialect)} FROM ${from} WHERE NOT (${whole(table)})`
  return { text: dialect.limit(select, rows), values: [] }
}

/** The table as only its id, of which there may be groups. */
export function idsOf(table: Table): Table {
  return {
    ...table,
    columns: table.idAt.map((at) => columnAt(table, at)),
    idAt: table.idAt.map((_, at) => at),
    updatedAt: null,
    deletedAt: null,
  }
}

/** Ids that the database takes for the same though they are not, one of each kind; null where that cannot be. */
export function twinsSql(table: Table, rows: number): Sql | null {
  const { columns, dialect, from } = idsOf(table)
  const exact = columns.map((column) => dialect.exact(column)).filter((sql) => sql !== null)
  if (exact.length === 0) return null
  const names = columns.map(({ name }) => dialect.quote(name)).join(', ')
  const differ = exact.map((sql) => `count(DISTINCT ${sql}) > 1`).join(' OR ')
  const select = `SELECT ${readList(columns, dialect)} FROM ${from} WHERE ${whole(table)} GROUP BY ${names} HAVING ${differ}`
  return { text: dialect.limit(select, rows), values: [] }
}

function whole(table: Table): string {
  return table.idAt.map((at) => `${table.dialect.quote(columnAt(table, at).name)} IS NOT NULL`).join(' AND ')
}

function withinSql(column: Column, window: Bounds, firstNth: number, dialect: Dialect): Sql {
  if (dialect.within) return dialect.within(column, window, firstNth)
  const side = column.time === 'instant' ? 'instant' : 'wall'
  const name = dialect.quote(column.name)
  const { from, to } = window
  return {
    text: [
      ...(from === null ? [] : [`${name} >= ${dialect.value(firstNth, column)}`]),
      `${name} <= ${dialect.value(firstNth + (from === null ? 0 : 1), column)}`,
    ].join(' AND '),
    values: [...(from === null ? [] : [from[side]]), to[side]],
  }
}

function afterSql(key: readonly Column[], after: readonly string[], firstNth: number, dialect: Dialect): Sql {
  const names = key.map(({ name }) => dialect.quote(name))
  if (dialect.compares === 'rows') {
    const values = key.map((column, nth) => dialect.value(firstNth + nth, column))
    return { text: `(${names.join(', ')}) > (${values.join(', ')})`, values: after }
  }
  return stepsSql(key, names, after, firstNth, dialect)
}

/** a >= 1 AND (a > 1 OR (a = 1 AND (b > 2 OR …))): the first part is what an index is used for. */
function stepsSql(
  key: readonly Column[],
  names: readonly string[],
  after: readonly string[],
  firstNth: number,
  dialect: Dialect,
): Sql {
  const values: string[] = []
  const value = (nth: number) => {
    values.push(after[nth] ?? '')
    return dialect.value(firstNth + values.length - 1, key[nth] as Column)
  }
  const steps = (nth: number): string => {
    const name = names[nth]
    const further = `${name} > ${value(nth)}`
    return nth === names.length - 1
      ? further
      : `(${further} OR (${name} = ${value(nth)} AND ${steps(nth + 1)}))`
  }
  const first = names.length === 1 ? '' : `${names[0]} >= ${value(0)} AND `
  return { text: `${first}${steps(0)}`, values }
}
