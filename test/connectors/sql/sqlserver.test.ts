// SQL Server: the text of its SQL, and nothing else. No server runs here, so nothing is said about what one would answer.
import { describe, expect, test } from 'vitest'
import { sqlOptions } from '../../../connectors/sql/options.ts'
import { toRecord } from '../../../connectors/sql/record.ts'
import { columnOf, sqlserverDialect } from '../../../connectors/sql/sqlserver-dialect.ts'
import { keyOf, pageSql, twinsSql } from '../../../connectors/sql/statements.ts'
import type { Table } from '../../../connectors/sql/table.ts'
import { boundsOf } from '../../../connectors/sql/times.ts'
import { sinceOf, trackedTable, versionBounds } from '../../../connectors/sql/versions.ts'

function table(types: Record<string, string>, updatedAt: number | null = null): Table {
  const columns = Object.entries(types).map(([name, type]) => columnOf(name, type))
  return {
    dialect: sqlserverDialect,
    from: '[dbo].[people]',
    label: 'dbo.people',
    columns,
    idAt: [0],
    updatedAt,
    deletedAt: null,
  }
}

const flat = (text: string) => text.replace(/\s+/g, ' ')

test('a page of a window: bounds, then the key written out, and as many rows as asked', () => {
  const people = table({ id: 'bigint', changed: 'datetime2(7)' }, 1)
  const window = boundsOf({ from: '2030-01-01T00:00:00.1234567Z', to: '2030-01-02T00:00:00Z' }, 'UTC')
  const after = ['2030-01-01 10:00:00.1234567', '9007199254740993']
  const sql = pageSql(people, { key: keyOf(people, 'window'), after, window, rows: 11 })
  const [at, id] = [(n: number) => `CAST(@p${n} AS datetime2(7))`, (n: number) => `CAST(@p${n} AS bigint)`]
  expect(sql.text).toBe(
    'SELECT TOP (11) CONVERT(varchar(64), [id]), CONVERT(varchar(33), CAST([changed] AS datetime2(7)), 126)' +
      ` FROM [dbo].[people] WHERE [changed] >= ${at(1)} AND [changed] <= ${at(2)}` +
      ` AND [changed] >= ${at(3)} AND ([changed] > ${at(4)} OR ([changed] = ${at(5)} AND [id] > ${id(6)}))` +
      ' AND [id] IS NOT NULL ORDER BY [changed], [id]',
  )
  const [time = '', key = ''] = after
  expect(sql.values).toEqual(['2030-01-01 00:00:00.1234567', '2030-01-02 00:00:00', time, time, time, key])
})

test('ids that its collation takes for the same are asked for by their bytes; numbers have none', () => {
  expect(twinsSql({ ...table({ id: 'nvarchar(18)', part: 'int' }), idAt: [0, 1] }, 20)?.text).toBe(
    'SELECT TOP (20) [id], [part] FROM [dbo].[people] WHERE [id] IS NOT NULL AND [part] IS NOT NULL' +
      ' GROUP BY [id], [part] HAVING count(DISTINCT CONVERT(varbinary(8000), [id])) > 1',
  )
  expect(twinsSql(table({ id: 'bigint' }), 20)).toBeNull()
})

test('a rowversion column is a window of versions', () => {
  const people = table({ id: 'int', version: 'timestamp' }, 1)
  const window = versionBounds('0x0000000000000001', 'rowversion 0x00000000000000FF')
  const sql = pageSql(people, { key: keyOf(people, 'window'), after: null, window, rows: 2 })
  expect(sql.text).toContain(
    'WHERE [version] >= CONVERT(binary(8), @p1, 1) AND [version] <= CONVERT(binary(8), @p2, 1)',
  )
  expect(sql.values).toEqual(['0x0000000000000001', '0x00000000000000FF'])
})

describe('change tracking', () => {
  const options = sqlOptions.parse({
    database: 'sqlserver://u:p@127.0.0.1/crm',
    table: 'dbo.people',
    idColumn: 'id',
    changeTracking: true,
  })

  test('reads changes as a table of its own, with the id also of rows that are gone', () => {
    const tracked = trackedTable(table({ id: 'int', name: 'nvarchar(50)' }), '41')
    expect(flat(tracked.from)).toBe(
      "(SELECT changed.[id], present.[name], CASE WHEN present.[id] IS NULL THEN 'D' ELSE changed.SYS_CHANGE_OPERATION END" +
        ' AS [heysync_operation] FROM CHANGETABLE(CHANGES [dbo].[people], 41) AS changed' +
        ' LEFT JOIN [dbo].[people] AS present ON present.[id] = changed.[id]) AS heysync_source',
    )
    expect(toRecord([7, null, 'D'], tracked, options)).toMatchObject({
      id: '7',
      deleted: true,
      fields: { id: 7, name: null },
    })
    expect(toRecord([8, 'Ann', 'U'], tracked, options)).toEqual({
      id: '8',
      fields: { id: 8, name: 'Ann' },
      updatedAt: null,
      place: 'dbo.people:8',
    })
  })

  test('takes no version from before what is kept, of another kind, or none', () => {
    expect(sinceOf('tracking 41', 'tracking', '41')).toBe('41')
    for (const token of ['tracking 40', 'rowversion 0x0000000000000001', 'tracking x', null]) {
      expect(() => sinceOf(token, 'tracking', '41')).toThrow(
        expect.objectContaining({ kind: 'cursor-expired' }),
      )
    }
  })
})
