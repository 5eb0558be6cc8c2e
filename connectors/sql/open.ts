// Owns which driver a database is read with. Each is loaded only when a source asks for it.
import type { ConnectorContext } from 'heysync/connector'
import { readAddress } from './address.ts'
import type { SqlOptions } from './options.ts'
import type { Session } from './session.ts'

export async function openSession(options: SqlOptions, context: ConnectorContext): Promise<Session> {
  const address = await readAddress(options, context.baseDir)
  const { statementTimeoutMs } = options
  const settings = { address, statementTimeoutMs, signal: context.signal }
  switch (address.driver) {
    case 'postgres':
      return (await import('./postgres.ts')).openPostgres(settings)
    case 'mysql':
      return (await import('./mysql.ts')).openMysql(settings)
    case 'sqlserver':
      return (await import('./sqlserver.ts')).openSqlserver(settings)
    case 'sqlite':
      return (await import('./sqlite.ts')).openSqlite(settings)
  }
}
