// A new database with people in it and the options that read it, on whatever server; and a PostgreSQL for a whole test file.
import { afterAll, test as always, beforeAll } from 'vitest'
import { noPostgres, type PostgresServer, startPostgres } from './postgres-server.ts'

interface Server<Client> {
  url(database: string): string
  database(): Promise<string>
  client(database: string): Promise<Client>
}

/** A new database in which these statements ran, and options that read its table `people`. */
export async function sourceOn<Client extends { query(sql: string): Promise<unknown> }>(
  server: Server<Client>,
  statements: readonly string[],
) {
  const name = await server.database()
  const client = await server.client(name)
  for (const statement of statements) await client.query(statement)
  return {
    name,
    client,
    options: { database: server.url(name), table: 'people', idColumn: 'id', updatedColumn: 'updated_at' },
  }
}

export const POSTGRES_PEOPLE = `CREATE TABLE people (id bigint PRIMARY KEY, name text, phone text DEFAULT '+15102000000',
  updated_at timestamptz DEFAULT now())`

/** To be called once in a test file. Where no server can run, its `test` skips. */
export function withPostgres() {
  let started: PostgresServer | undefined
  beforeAll(async () => {
    if (noPostgres() === null) started = await startPostgres()
  })
  afterAll(() => started?.stop())
  const server = () => {
    if (started === undefined)
      throw new Error('The server runs from before the first test until after the last.')
    return started
  }
  return {
    test: always.skipIf(noPostgres() !== null),
    server,
    source: (...statements: string[]) => sourceOn(server(), statements),
  }
}
