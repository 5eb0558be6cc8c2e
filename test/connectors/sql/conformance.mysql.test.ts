// The kit, on a real MariaDB.
import { describeConnector } from 'heysync/connector/testing'
import { afterAll, beforeAll, describe } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { type MariadbServer, noMariadb, startMariadb } from './mariadb-server.ts'
import { PEOPLE, peopleWorld } from './world.ts'

const pageSize = 4

describe.skipIf(noMariadb() !== null)('with a MariaDB', () => {
  let server: MariadbServer
  beforeAll(async () => {
    server = await startMariadb()
  })
  afterAll(() => server.stop())

  describeConnector('sql: MariaDB', {
    connector: sqlConnector,
    pageSize,
    open: async (stage) => {
      const name = await server.database()
      const client = await server.client(name)
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
