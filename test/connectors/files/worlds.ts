// Worlds for the conformance kit: sources whose people come as whole exports, or as files of changes, wherever those lie.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import { plainWorkbook } from './zip.ts'

const COLUMNS = ['id', 'phone', 'first', 'last', 'email', 'updated', 'op'] as const
const MAP = { phone: 'phone', first: 'first', last: 'last', email: 'email' }
const READ = { idColumn: 'id', updatedColumn: 'updated', deletedColumn: 'op' }

/** Puts a file where the connector finds it, dated by the clock of the world where the place allows that. */
export type Write = (name: string, content: Buffer, at: number) => Promise<void>

export interface Place {
  readonly write: Write
  /** Says where `in/` is. */
  readonly options: Record<string, unknown>
  readonly more?: Partial<ConnectorWorld>
}

type Table = readonly (readonly string[])[]

function csv(rows: Table): Buffer {
  return Buffer.from(
    rows.map((cells) => `${cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')}\n`).join(''),
  )
}

function rowOf({ key, phone, first, last, email, blank }: Person, changedAt: number): string[] {
  const names = blank ? ['', '', ''] : [first, last, email]
  return [key, phone, ...names, new Date(changedAt).toISOString(), '']
}

const numbered = (nth: number) => `export-${String(nth).padStart(4, '0')}`

/** Each change is a new file with the changed rows. The first has none: before it nobody could know the columns. */
export async function changesWorld(
  { write, options, more }: Place,
  { clock }: Stage,
  pageSize: number,
): Promise<ConnectorWorld> {
  let files = 0
  const writeRows = (rows: Table) => write(`${numbered(++files)}.csv`, csv([COLUMNS, ...rows]), clock.now())
  await writeRows([])
  return {
    options: { ...READ, ...options, path: 'in/*.csv', snapshot: false, pageSize },
    map: MAP,
    put: (people, { changedAt = clock.now() } = {}) => writeRows(people.map((one) => rowOf(one, changedAt))),
    delete: (keys) =>
      writeRows(keys.map((key) => [key, '', '', '', '', new Date(clock.now()).toISOString(), 'deleted'])),
    ...more,
  }
}

/** Each change is a new whole export. */
export async function exportsWorld(
  { write, options, more }: Place,
  { clock }: Stage,
  pageSize: number,
  format: 'csv' | 'xlsx',
): Promise<ConnectorWorld> {
  let files = 0
  const rows = new Map<string, string[]>()
  const writeAll = () => {
    const table = [COLUMNS, ...rows.values()]
    return write(
      `${numbered(++files)}.${format}`,
      format === 'csv' ? csv(table) : plainWorkbook(table),
      clock.now(),
    )
  }
  await writeAll()
  return {
    options: { ...READ, ...options, path: `in/*.${format}`, files: 'newest', pageSize },
    map: MAP,
    put: (people, { changedAt = clock.now() } = {}) => {
      for (const one of people) rows.set(one.key, rowOf(one, changedAt))
      return writeAll()
    },
    delete: (keys) => {
      for (const key of keys) rows.delete(key)
      return writeAll()
    },
    ...more,
  }
}
