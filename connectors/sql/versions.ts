// Owns the two exact ways in which SQL Server tells what changed: a rowversion column, and Change Tracking. Their
// versions are the token of a source.
import { ConnectorError } from 'heysync/connector'
import type { SqlOptions } from './options.ts'
import type { Bounds, Session, Sql } from './session.ts'
import { columnAt, type Table } from './table.ts'

type Kind = 'rowversion' | 'tracking'

/** How changes of the table are told; null where its time of change has to do. */
export function kindOf(table: Table, { changeTracking }: SqlOptions): Kind | null {
  if (changeTracking) return 'tracking'
  return table.updatedAt !== null && columnAt(table, table.updatedAt).time === 'rowversion'
    ? 'rowversion'
    : null
}

/**
 * The version up to which everything can be seen now, and the oldest from which changes are still known. For rowversion
 * it lies below all that open transactions wrote. For Change Tracking the second is null where it is off.
 */
function versionSql(table: Table, kind: Kind): Sql {
  if (kind === 'rowversion') {
    const before = 'CAST(CAST(MIN_ACTIVE_ROWVERSION() AS bigint) - 1 AS binary(8))'
    return { text: `SELECT CONVERT(varchar(18), ${before}, 1), '0'`, values: [] }
  }
  return {
    text: `SELECT CONVERT(varchar(20), CHANGE_TRACKING_CURRENT_VERSION()),
      CONVERT(varchar(20), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(@p1)))`,
    values: [table.from],
  }
}

interface Version {
  /** The token of a pull that begins now. */
  readonly token: string
  readonly oldest: string
}

/** @throws ConnectorError failed where the database or the table has no such versions. */
export async function readVersion(session: Session, table: Table, kind: Kind): Promise<Version> {
  if (session.dialect.tracked === undefined) {
    throw new ConnectorError('failed', {
      message: 'Change Tracking is there in SQL Server only.',
      hint: 'Remove changeTracking, and name an updatedColumn.',
    })
  }
  const [row] = await session.rows(versionSql(table, kind))
  const [now, oldest] = row ?? []
  if (typeof now !== 'string' || typeof oldest !== 'string') {
    throw new ConnectorError('failed', {
      message: `${table.label} has no Change Tracking, or this user may not see it.`,
      hint: 'Turn it on: ALTER DATABASE … SET CHANGE_TRACKING = ON, ALTER TABLE … ENABLE CHANGE_TRACKING, and GRANT VIEW CHANGE TRACKING ON … TO the user.',
    })
  }
  return { token: `${kind} ${now}`, oldest }
}

const TOKEN = /^(rowversion|tracking) (\d+|0x[0-9A-F]{16})$/

/** The version of a token. @throws ConnectorError cursor-expired for one that is not taken any more. */
export function sinceOf(token: string | null, kind: Kind, oldest: string): string {
  const [, of, since = ''] = TOKEN.exec(token ?? '') ?? []
  if (of === kind && (kind === 'rowversion' || BigInt(since) >= BigInt(oldest))) return since
  throw new ConnectorError('cursor-expired', {
    message: `changes since version ${since || 'none'} are not kept any more; the oldest is ${oldest}`,
  })
}

/** A window of versions is one of values like any other. */
export function versionBounds(since: string, token: string): Bounds {
  const now = TOKEN.exec(token)?.[2] ?? ''
  return { from: { instant: since, wall: since }, to: { instant: now, wall: now } }
}

/** The changes of a table as a table: the rows as they are now, those that are gone with their id alone. */
export function trackedTable(table: Table, since: string): Table {
  const { columns, dialect, from, idAt } = table
  const ids = idAt.map((at) => dialect.quote(columnAt(table, at).name))
  const read = columns.map(
    ({ name }, at) => `${idAt.includes(at) ? 'changed' : 'present'}.${dialect.quote(name)}`,
  )
  const gone = `CASE WHEN present.${ids[0]} IS NULL THEN 'D' ELSE changed.SYS_CHANGE_OPERATION END`
  const on = ids.map((id) => `present.${id} = changed.${id}`).join(' AND ')
  const operation = { name: 'heysync_operation', type: 'nchar(1)', holds: 'text', cast: 'nchar(1)' } as const
  return {
    ...table,
    from: `(SELECT ${read.join(', ')}, ${gone} AS ${dialect.quote(operation.name)}
      FROM CHANGETABLE(CHANGES ${from}, ${BigInt(since)}) AS changed LEFT JOIN ${from} AS present ON ${on}) AS heysync_source`,
    columns: [...columns, operation],
    operationAt: columns.length,
  }
}
