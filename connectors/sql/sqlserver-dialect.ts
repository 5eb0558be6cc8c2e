// Owns how SQL for SQL Server is written. Pure, so that it can be looked at without a server.
import type { Column, Dialect, Sql } from './session.ts'

const quote = (name: string) => `[${name.replaceAll(']', ']]')}]`

export const sqlserverDialect: Dialect = {
  quote,
  value: (nth, { cast = 'nvarchar(4000)', holds, time }) => {
    if (time === 'rowversion') return `CONVERT(binary(8), @p${nth}, 1)`
    return holds === 'binary' ? `CONVERT(${cast}, @p${nth}, 2)` : `CAST(@p${nth} AS ${cast})`
  },
  read: readExpression,
  // It has no (a, b) > (1, 2).
  compares: 'steps',
  windowOrder: 'time',
  exact: ({ name, type }) => (/char/.test(type) ? `CONVERT(varbinary(8000), ${quote(name)})` : null),
  cursor: (value, { time, holds }) => {
    if (holds === 'boolean') return String(Number(value))
    return time === 'wall' ? String(value).replace('T', ' ') : String(value)
  },
  tracked: true,
  limit: (select, rows) => select.replace(/^SELECT /, `SELECT TOP (${rows}) `),
}

export const tablesSql: Sql = {
  text: `SELECT CASE WHEN table_schema = SCHEMA_NAME() THEN table_name ELSE table_schema + '.' + table_name END
    FROM information_schema.tables`,
  values: [],
}

/** Names and types of what a SELECT yields, as `columnOf` takes them. */
export function columnsSql(select: string): Sql {
  return {
    text: `SELECT name, system_type_name FROM sys.dm_exec_describe_first_result_set(@p1, NULL, 0)
      WHERE is_hidden = 0 ORDER BY column_ordinal`,
    values: [select],
  }
}

/** As text where a number or a date of JavaScript would lose digits. Without a name: ORDER BY would sort by it, as text. */
function readExpression({ name, type }: Column): string {
  const it = quote(name)
  if (/^(decimal|numeric|bigint)/.test(type)) return `CONVERT(varchar(64), ${it})`
  if (/money/.test(type)) return `CONVERT(varchar(64), ${it}, 2)`
  if (type.startsWith('datetimeoffset'))
    return `CONVERT(varchar(33), CAST(SWITCHOFFSET(${it}, 0) AS datetime2(7)), 126) + 'Z'`
  // A datetime counts in steps of 1/300 second; as datetime2(7) it has all its digits, also when it is compared.
  if (/^(small)?datetime/.test(type)) return `CONVERT(varchar(33), CAST(${it} AS datetime2(7)), 126)`
  if (type === 'date') return `CONVERT(varchar(10), ${it}, 23)`
  if (type.startsWith('time(')) return `CONVERT(varchar(16), ${it})`
  if (type === 'timestamp') return `CONVERT(varchar(18), CAST(${it} AS binary(8)), 1)`
  if (/binary|image/.test(type)) return `CONVERT(varchar(max), CAST(${it} AS varbinary(max)), 2)`
  if (/^(xml|text|ntext|sql_variant)/.test(type)) return `CAST(${it} AS nvarchar(max))`
  return it
}

/** `type` as the server names it, e.g. `decimal(10,2)`; `timestamp` is its older word for rowversion. */
export function columnOf(name: string, type: string): Column {
  const base = { name, type, cast: type }
  if (type.startsWith('datetimeoffset'))
    return { ...base, holds: 'date', time: 'instant', cast: 'datetimeoffset(7)' }
  if (/^(small)?datetime/.test(type)) return { ...base, holds: 'date', time: 'wall', cast: 'datetime2(7)' }
  if (type === 'date') return { ...base, holds: 'date', time: 'wall' }
  if (type === 'timestamp') return { ...base, holds: 'text', time: 'rowversion' }
  if (type === 'bit') return { ...base, holds: 'boolean' }
  if (/int$|^(decimal|numeric|float|real)|money/.test(type)) return { ...base, holds: 'number' }
  if (/binary|image/.test(type)) return { ...base, holds: 'binary' }
  if (/^(xml|text|ntext|sql_variant)/.test(type)) return { ...base, holds: 'text', cast: 'nvarchar(4000)' }
  return { ...base, holds: 'text' }
}
