// The kit, on a real MariaDB.
import { describeConnector } from 'heysync/connector/testing'
import { afterAll, describe } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { noMariadb, startMariadb } from './mariadb-server.ts'
import { PEOPLE, peopleWorld } from './world.ts'

const pageSize = 4

// Not in a hook: the kit opens a world before it registers its checks.
const server = noMariadb() === null ? await startMariadb() : null

describe.skipIf(server === null)('with a MariaDB', () => {
  if (server === null) return
  afterAll(() => server.stop())

  describeConnector('sql: MariaDB', {
    connector: sqlConnector,
    pageSize,
    can: ['archive'],
    open: async (stage) => {
      const name = await server.database()
      const client = await server.client(name)
      // So that a text of the world needs no second escape.
      await client.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
      await client.query(PEOPLE.replaceAll('TIME_TYPE', 'DATETIME(6) NULL'))
      const writer = {
        run: (sql: string) => client.query(sql),
        time: (ms: number) => `'${new Date(ms).toISOString().replace('T', ' ').replace('Z', '')}'`,
        close: () => client.end(),
      }
      return peopleWorld({ database: server.url(name), pageSize }, writer, stage, server.password)
    },
  })
})
