// A table of people for the conformance kit, in whatever database: the world writes SQL that all of them understand.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'

export interface Writer {
  /** Runs statements that change data. A text with a ' in it has been doubled already. */
  run(sql: string): Promise<unknown>
  /** A literal of a time for the column `updated_at`. */
  time(ms: number): string
  close(): Promise<void>
}

export const PEOPLE = `CREATE TABLE people (id VARCHAR(40) PRIMARY KEY, phone VARCHAR(40), first_name VARCHAR(100),
  last_name VARCHAR(100), email VARCHAR(200), updated_at TIME_TYPE, deleted_at TIME_TYPE)`

export function peopleWorld(
  options: Record<string, unknown>,
  writer: Writer,
  { clock }: Stage,
  secret?: string,
): ConnectorWorld {
  const text = (value: string | null) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`)
  const mark = async (keys: readonly string[], deleted: boolean) => {
    const now = writer.time(clock.now())
    const among = keys.map(text).join(', ')
    await writer.run(
      `UPDATE people SET deleted_at = ${deleted ? now : 'NULL'}, updated_at = ${now} WHERE id IN (${among})`,
    )
  }
  return {
    options: {
      table: 'people',
      idColumn: 'id',
      updatedColumn: 'updated_at',
      deletedColumn: 'deleted_at',
      ...options,
    },
    map: { phone: 'phone', first: 'first_name', last: 'last_name', email: 'email' },
    put: async (people: readonly Person[], { changedAt = clock.now() } = {}) => {
      if (people.length === 0) return
      const at = writer.time(changedAt)
      const rows = people.map(({ key, phone, first, last, email, blank }) => {
        const names = blank ? [null, '', null] : [first, last, email]
        return `(${[key, phone, ...names].map(text).join(', ')}, ${at}, NULL)`
      })
      await writer.run(`DELETE FROM people WHERE id IN (${people.map(({ key }) => text(key)).join(', ')})`)
      await writer.run(`INSERT INTO people VALUES ${rows.join(', ')}`)
    },
    delete: (keys) => mark(keys, true),
    archive: (keys) => mark(keys, true),
    restore: (keys) => mark(keys, false),
    ...(secret === undefined ? {} : { secrets: [secret] }),
    close: () => writer.close(),
  }
}
