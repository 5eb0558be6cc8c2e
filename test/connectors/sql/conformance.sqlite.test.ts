// The kit, on real SQLite files: one with a write-ahead log, one in the older mode.
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describeConnector } from 'heysync/connector/testing'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { PEOPLE, peopleWorld } from './world.ts'

const pageSize = 4

for (const mode of ['wal', 'delete']) {
  describeConnector(`sql: SQLite, journal mode ${mode}`, {
    connector: sqlConnector,
    pageSize,
    can: ['archive'],
    open: (stage) => {
      const db = new Sqlite(join(stage.folder, 'crm.db'))
      db.pragma(`journal_mode = ${mode}`)
      db.exec(PEOPLE.replaceAll('TIME_TYPE', 'TEXT'))
      const writer = {
        run: async (sql: string) => db.exec(sql),
        time: (ms: number) => `'${new Date(ms).toISOString()}'`,
        close: async () => void db.close(),
      }
      return peopleWorld({ database: 'sqlite:crm.db', pageSize }, writer, stage)
    },
  })
}
