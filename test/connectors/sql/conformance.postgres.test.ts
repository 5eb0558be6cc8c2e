// The kit, on a real PostgreSQL.
import { describeConnector } from 'heysync/connector/testing'
import { afterAll, test } from 'vitest'
import { sqlConnector } from '../../../connectors/sql/sql.ts'
import { noPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'
import { PEOPLE, peopleWorld } from './world.ts'

// Not in a hook: the kit opens a world before it registers its checks.
const server = noPostgres() === null ? await startPostgres() : null
afterAll(() => server?.stop())

const pageSize = 4

if (server === null) test.skip('sql: PostgreSQL', () => {})
else describeOn(server)

function describeOn(server: PostgresServer): void {
  describeConnector('sql: PostgreSQL', {
    connector: sqlConnector,
    pageSize,
    can: ['archive'],
    open: async (stage) => {
      const name = await server.database()
      const client = await server.client(name)
      await client.query(PEOPLE.replaceAll('TIME_TYPE', 'timestamptz'))
      const writer = {
        run: (sql: string) => client.query(sql),
        time: (ms: number) => `'${new Date(ms).toISOString()}'`,
        close: () => client.end(),
      }
      return peopleWorld({ database: server.url(name), pageSize }, writer, stage, server.password)
    },
  })
}
