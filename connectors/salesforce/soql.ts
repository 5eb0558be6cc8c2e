// Owns the text of queries. Pure.

export interface Selection {
  readonly columns: readonly string[]
  readonly sobject: string
  /** All of them hold; null stands for none. */
  readonly conditions: readonly (string | null)[]
}

export function select({ columns, sobject, conditions }: Selection): string {
  const held = conditions.filter((condition) => condition !== null)
  const where = held.length === 0 ? '' : ` WHERE ${held.join(' AND ')}`
  return `SELECT ${columns.join(', ')} FROM ${sobject}${where}`
}

/** In the order of ids, which never change, from behind one of them on. */
export function selectById(selection: Selection, after: string, limit: number | null): string {
  const behind = after === '' ? null : `Id > ${quoted(after)}`
  const text = select({ ...selection, conditions: [...selection.conditions, behind] })
  return `${text} ORDER BY Id${limit === null ? '' : ` LIMIT ${limit}`}`
}

export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

export function isOneOf(column: string, values: readonly string[]): string {
  return `${column} IN (${values.map(quoted).join(', ')})`
}

/** Milliseconds since 1970 as SOQL has instants: without quotes. */
export function instant(ms: number): string {
  return new Date(ms).toISOString()
}

/** Within both bounds, which are milliseconds since 1970. */
export function stampedWithin({ from, to }: { readonly from: number; readonly to: number }): string {
  return `SystemModstamp >= ${instant(from)} AND SystemModstamp <= ${instant(to)}`
}
