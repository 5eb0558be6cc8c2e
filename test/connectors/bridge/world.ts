// People in a JSON file, which a program of these tests reads: a world that is changed while nobody looks.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'

export const SECRET = 'api-key-5c0ffee1'

export const commandOf = (program: string): string[] => [
  process.execPath,
  fileURLToPath(new URL(program, import.meta.url)),
]

interface Row {
  readonly id: number
  readonly phone: string
  readonly first_name: string | null
  readonly last_name: string | null
  readonly email: string | null
  updated_at: string
  gone_at: string | null
  archived: boolean
}

/** `config` goes to the program beside the place of its people, and `options` to the connector. */
export function peopleWorld(
  { program, config, options }: { program: string; config: object; options: object },
  { clock, folder }: Stage,
): ConnectorWorld {
  const rows = new Map<string, Row>()
  const people = join(folder, 'people.json')
  /** Microseconds, as a database writes them. */
  const timeOf = (ms: number) => new Date(ms).toISOString().replace('Z', '123Z')
  const save = () => {
    writeFileSync(`${people}.new`, JSON.stringify([...rows.values()]))
    renameSync(`${people}.new`, people)
  }
  const change = (keys: readonly string[], what: Partial<Row>) => {
    for (const key of keys) {
      const row = rows.get(key)
      if (row) Object.assign(row, what, { updated_at: timeOf(clock.now()) })
    }
    save()
  }
  const given = (more: object) => ({
    command: commandOf(program),
    config: { people, api_key: SECRET, ...config, ...more },
    stream: 'people',
    ...options,
  })
  save()
  return {
    options: given({}),
    map: { phone: 'phone', first: 'first_name', last: 'last_name', email: 'email' },
    secrets: [SECRET],
    put: (all: readonly Person[], { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of all) {
        const names = blank
          ? { first_name: null, last_name: '', email: null }
          : { first_name: first, last_name: last, email }
        rows.set(key, {
          id: rows.get(key)?.id ?? 900_000_000_001 + rows.size,
          phone,
          ...names,
          updated_at: timeOf(changedAt),
          gone_at: null,
          archived: false,
        })
      }
      save()
    },
    delete: (keys) => change(keys, { gone_at: timeOf(clock.now()) }),
    archive: (keys) => change(keys, { archived: true }),
    restore: (keys) => change(keys, { archived: false }),
    written: (key) => {
      const row = rows.get(key)
      return { id: String(row?.id), updatedAt: row?.updated_at ?? null }
    },
    fill: (count) => ({ ...given({ fill: count, every: 1_000 }), pageSize: 1_000 }),
  }
}
