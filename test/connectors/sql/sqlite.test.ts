// SQLite's own traps: values of any type in one column, times in any form, writers that must not be kept waiting.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { engineOf } from './engine.ts'
import { desk, discover, FULL, failure, pull, since } from './harness.ts'

function file(...statements: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'heysync-sqlite-'))
  const path = join(dir, 'crm.db')
  const db = new Sqlite(path)
  for (const statement of statements) db.exec(statement)
  onTestFinished(() => {
    db.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return { db, dir, options: { database: `sqlite:${path}`, table: 'people', idColumn: 'id' } }
}

describe('times of change', () => {
  test.each([
    ['text with T and Z', "'2030-01-01T10:00:00.500Z'", "'2030-01-01T09:59:59Z'"],
    ['text with a blank', "'2030-01-01 10:00:00'", "'2030-01-01 09:00:00'"],
    ['text with an offset', "'2030-01-01T12:00:00+02:00'", "'2030-01-01T10:00:00+02:00'"],
    ['seconds', '1893492000', '1893488400'],
    ['milliseconds', '1893492000500', '1893488400000'],
  ])('as %s are understood', async (_name, inside, before) => {
    const { options } = file(
      'CREATE TABLE people (id INTEGER PRIMARY KEY, updated_at)',
      `INSERT INTO people VALUES (1, ${inside}), (2, ${before}), (3, NULL)`,
    )
    const window = since('2030-01-01T10:00:00Z', '2030-01-01T10:00:01Z')
    const { records } = await pull({ ...options, updatedColumn: 'updated_at' }, window)
    expect(records.map(({ id }) => id)).toEqual(['1'])
    expect(Date.parse(records[0]?.updatedAt ?? '')).toBeGreaterThanOrEqual(Date.parse('2030-01-01T10:00:00Z'))
  })

  test('may be in several forms in one column, and those without a zone are in the one of the options', async () => {
    const { options } = file(
      'CREATE TABLE people (id INTEGER PRIMARY KEY, updated_at)',
      `INSERT INTO people VALUES (1, '2030-07-01 06:00:00'), (2, '2030-07-01T10:00:00Z'), (3, 1909130400), (4, '2030-07-01 10:00:00')`,
    )
    const given = { ...options, updatedColumn: 'updated_at', timezone: 'America/New_York', pageSize: 1 }
    const { ids } = await pull(given, since('2030-07-01T10:00:00Z', '2030-07-01T10:00:00Z'))
    expect(ids).toEqual(['1', '2', '3'])
  })

  test.each([
    ['an offset without a colon', '2030-01-01T10:00:00+0000', '2030-01-01T10:00:00Z'],
    ['an offset of hours', '2030-01-01 10:00:00+00', '2030-01-01T10:00:00Z'],
    ['a blank before the offset', '2030-01-01 10:00:00 +0000', '2030-01-01T10:00:00Z'],
    ['no form at all', 'yesterday', null],
  ])('that SQLite cannot compare lose nobody, since every window shows them: %s', async (_name, text, at) => {
    const { options } = file(
      'CREATE TABLE people (id INTEGER PRIMARY KEY, updated_at TEXT)',
      `INSERT INTO people VALUES (1, '${text}'), (2, '2030-01-01 10:00:00'), (3, '2029-01-01 10:00:00'), (4, NULL)`,
    )
    const given = { ...options, updatedColumn: 'updated_at' }
    for (const from of ['2030-01-01T09:00:00Z', null]) {
      const { ids, records } = await pull(given, since(from, '2030-01-01T11:00:00Z'))
      expect(ids).toEqual(from === null ? ['1', '2', '3'] : ['1', '2'])
      expect(records[0]?.updatedAt).toBe(at)
    }
    const table = desk()
    expect((await pull(given, FULL, table)).ids).toEqual(['1', '2', '3', '4'])
    expect(table.said.join()).toContain('1 rows of people hold nothing in updated_at')
  })
})

describe('ids that only the database takes for the same', () => {
  const PEOPLE = 'CREATE TABLE people (id TEXT COLLATE NOCASE, name TEXT)'
  const TWINS = `INSERT INTO people VALUES ('0015g00000AbCdE', 'Ann'), ('0015g00000aBcDe', 'Bob'), ('z', 'Zoe')`

  test.each([1, 10])('are told, and prove nobody gone, in pages of %i', async (pageSize) => {
    const { options } = file('PRAGMA journal_mode = wal', PEOPLE, TWINS)
    const table = desk()
    const { bad, end } = await pull({ ...options, pageSize }, FULL, table)
    expect(bad).toEqual([expect.stringMatching(/^ID_DUPLICATE 0015g00000abcde$/i)])
    expect(end).toEqual({ covers: 'changes', count: null })
    expect(table.said.join()).toContain('COLLATE')
  })

  test('are read, all of them, where a query says that they differ', async () => {
    const { options } = file('PRAGMA journal_mode = wal', PEOPLE, TWINS)
    const { table: _, ...rest } = options
    const query = 'SELECT id COLLATE BINARY AS id, name FROM people'
    const { ids, bad, end } = await pull({ ...rest, query, pageSize: 1 })
    expect([ids.length, bad, end]).toEqual([3, [], { covers: 'everything', count: 3 }])
  })

  test('are not those that are the same', async () => {
    const { options } = file(
      'CREATE TABLE people (id, name TEXT)',
      `INSERT INTO people VALUES ('a', 'Ann'), ('a', 'Ann'), (1, 'Bob'), (1.0, 'Bob'), (NULL, 'Dan')`,
    )
    const { bad, end } = await pull(options)
    expect(bad.toSorted()).toEqual(['ID_DUPLICATE 1', 'ID_DUPLICATE a', 'ID_MISSING'])
    expect(end).toEqual({ covers: 'everything', count: null })
  })
})

test('ids of every type in one column, and beyond 2^53, are read in pages', async () => {
  const { options } = file(
    'CREATE TABLE people (id PRIMARY KEY)',
    `INSERT INTO people VALUES (1), (9007199254740993), (9007199254740994), (1.5), ('1'), ('i:7'), ('b'), (x'00ff')`,
  )
  const { ids, end } = await pull({ ...options, pageSize: 1 })
  expect(ids).toEqual(['1', '1.5', '9007199254740993', '9007199254740994', '1', 'b', 'i:7', '00ff'])
  expect(end?.covers).toBe('everything')
})

describe('the rows of a window are looked for ten thousand rows at a time', () => {
  const CHANGED = [1, 9_999, 10_000, 10_001, 20_000, 25_000]
  const people = (key: string) =>
    file(
      'PRAGMA journal_mode = wal',
      `CREATE TABLE people (id INTEGER ${key}, updated_at TEXT)`,
      `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 25000)
        INSERT INTO people SELECT id, '2029-01-01T00:00:00Z' FROM n`,
      `UPDATE people SET updated_at = '2030-01-01T00:00:00Z' WHERE id IN (${CHANGED})`,
    ).options
  const window = since('2029-12-01T00:00:00Z')

  test.each([
    ['in the order of an index', 'PRIMARY KEY', 1_000, [3, 2, 1]],
    ['in pages of two', 'PRIMARY KEY', 2, [2, 1, 2, 1]],
    ['all at once where the order has to be worked out', '', 1_000, [6]],
  ])('%s', async (_name, key, pageSize, sizes) => {
    const options = { ...people(key), updatedColumn: 'updated_at', pageSize }
    const { pages, ids } = await pull(options, window)
    expect(pages.map(({ records }) => records.length)).toEqual(sizes)
    expect(ids).toEqual(CHANGED.map(String))
    // And gone on with behind each of them.
    for (const [at, { position }] of pages.slice(0, -1).entries()) {
      const before = sizes.slice(0, at + 1).reduce((sum, size) => sum + size, 0)
      const rest = await pull(options, { ...window, resumeAfter: position })
      expect(rest.ids).toEqual(ids.slice(before))
    }
  })
})

describe('a large page is handed over a thousand rows at a time', () => {
  const people = (rows: string) =>
    file(
      'PRAGMA journal_mode = wal',
      'CREATE TABLE people (id INTEGER, name TEXT)',
      `WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 2500) INSERT INTO people SELECT id, 'Ann' FROM n`,
      ...(rows === '' ? [] : [`INSERT INTO people VALUES ${rows}`]),
    ).options
  const all = Array.from({ length: 2_500 }, (_, at) => `${at + 1}`)

  test.each([
    [10_000, [1_000, 1_000, 500]],
    [2_500, [1_000, 1_000, 500]],
    [2_400, [1_000, 1_000, 400, 100]],
    [2_000, [1_000, 1_000, 500]],
  ])('with a page of %i rows', async (pageSize, sizes) => {
    const { pages, ids, end } = await pull({ ...people(''), pageSize })
    expect(pages.map(({ records }) => records.length)).toEqual(sizes)
    expect([ids, end]).toEqual([all, { covers: 'everything', count: 2_500 }])
  })

  test('and gone on with behind each of them', async () => {
    const options = { ...people(''), pageSize: 10_000 }
    const { pages } = await pull(options)
    for (const [at, { position }] of pages.slice(0, -1).entries())
      expect((await pull(options, { ...FULL, resumeAfter: position })).ids).toEqual(
        all.slice((at + 1) * 1_000),
      )
  })

  test('and an id that is there again behind such a thousand is told as often as it is there', async () => {
    const options = {
      ...people(`(1000, 'Bob'), (1000, 'Cy'), (2000, 'Dan'), (2500, 'Eve')`),
      pageSize: 10_000,
    }
    const { ids, bad, end } = await pull(options)
    expect(ids).toEqual(all)
    expect(bad).toEqual([1000, 1000, 2000, 2500].map((id) => `ID_DUPLICATE ${id}`))
    expect(end).toEqual({ covers: 'everything', count: null })
  })
})

test('a full pull that goes on where an earlier part ended is held against no count', async () => {
  const { db, options } = file(
    'PRAGMA journal_mode = wal',
    'CREATE TABLE people (id INTEGER PRIMARY KEY, phone TEXT, name TEXT)',
    'INSERT INTO people (id) VALUES (2), (3), (4), (5)',
  )
  const engine = engineOf({ options: { ...options, pageSize: 2 } })
  const stopped = engine.pull('full', () => Promise.reject(new Error('The power failed.')))
  await expect(stopped).rejects.toThrow('The power failed.')
  db.exec('INSERT INTO people (id) VALUES (1)')
  expect(await engine.pull('full')).toMatchObject({ read: 2, gone: 0 })
})

test('without a time of change each pull reads everything, and proves it', async () => {
  const { options } = file(
    'CREATE TABLE people (id INTEGER PRIMARY KEY)',
    'INSERT INTO people VALUES (1), (2)',
  )
  const { ids, end, pages } = await pull(options, since('2030-01-01T00:00:00Z'))
  expect([ids, end?.covers, pages[0]?.changes]).toEqual([['1', '2'], 'everything', undefined])
})

test('a file with a write-ahead log is read as of one instant, with a count; in the older mode nobody waits', async () => {
  for (const mode of ['wal', 'delete']) {
    const { db, options } = file(
      `PRAGMA journal_mode = ${mode}`,
      'CREATE TABLE people (id INTEGER PRIMARY KEY)',
      'INSERT INTO people VALUES (1), (2), (3)',
    )
    const { ids, end } = await pull({ ...options, pageSize: 1 }, FULL, desk(), (_page, nth) => {
      if (nth === 1) db.exec('INSERT INTO people VALUES (4)')
    })
    expect([ids.length, end?.count]).toEqual(mode === 'wal' ? [3, 3] : [4, null])
  }
})

test('values: whole numbers keep their digits, booleans and documents are what they are declared as', async () => {
  const { options } = file(
    'CREATE TABLE people (id INTEGER PRIMARY KEY, big INTEGER, yes BOOLEAN, doc JSON, broken JSON, photo BLOB, n TEXT, r REAL)',
    `INSERT INTO people VALUES (1, 9007199254740993, 1, '{"a":[1]}', '{', x'00', NULL, 9e999)`,
  )
  const { records } = await pull(options)
  expect(records[0]?.fields).toEqual({
    id: 1,
    big: '9007199254740993',
    yes: true,
    doc: { a: [1] },
    broken: '{',
    n: null,
    r: 'Infinity',
  })
})

test('only reads: a query that writes or attaches is refused', async () => {
  const { db, options } = file(
    'CREATE TABLE people (id INTEGER PRIMARY KEY)',
    'INSERT INTO people VALUES (1)',
  )
  const { table: _, ...rest } = options
  for (const query of [
    'DELETE FROM people RETURNING id',
    'SELECT * FROM people) AS t; DELETE FROM people; --',
  ]) {
    expect((await failure(pull({ ...rest, query }))).name).toBe('ConnectorError')
  }
  expect(db.prepare('SELECT count(*) FROM people').pluck().get()).toBe(1)
})

test('discovery tells columns and the count', async () => {
  const { options } = file(
    'CREATE TABLE people (id INTEGER PRIMARY KEY, phone TEXT, joined DATE)',
    `INSERT INTO people VALUES (1, '+15102000001', '2030-01-01')`,
  )
  expect(await discover(options)).toEqual({
    fields: [
      { name: 'id', type: 'number', samples: ['1'] },
      { name: 'phone', type: 'text', role: 'phone', samples: ['+15102000001'] },
      { name: 'joined', type: 'date', samples: ['2030-01-01'] },
    ],
    count: 1,
  })
})

describe('errors', () => {
  test('a file that is not there, one that is none, a table that is not in it', async () => {
    const { dir, options } = file('CREATE TABLE people (id INTEGER PRIMARY KEY)')
    expect(await failure(pull({ ...options, database: `sqlite:${dir}/no.db` }))).toMatchObject({
      kind: 'not-found',
    })
    writeFileSync(join(dir, 'text.db'), 'not a database, but longer than its header would be'.repeat(50))
    expect(await failure(pull({ ...options, database: `sqlite:${dir}/text.db` }))).toMatchObject({
      kind: 'unreadable',
    })
    expect(await failure(pull({ ...options, table: 'peoples' }))).toMatchObject({
      kind: 'not-found',
      hint: expect.stringContaining('Did you mean people?'),
    })
  })

  test('a file that somebody holds for writing is busy', async () => {
    const { db, options } = file('CREATE TABLE people (id INTEGER PRIMARY KEY)')
    db.exec('BEGIN EXCLUSIVE')
    expect(await failure(pull(options))).toMatchObject({ kind: 'busy' })
  })
})

test.each([
  ['both a table and a query', { query: 'SELECT 1' }, 'give either table or query'],
  ['neither', { table: undefined }, 'give either table or query'],
  ['values without a column', { deletedValues: ['x'] }, 'says nothing without deletedColumn'],
  ['an unknown time zone', { timezone: 'Mars/Base' }, 'America/New_York'],
])('options refuse %s', async (_name, given, says) => {
  const { sqlConnector } = await import('../../../connectors/sql/sql.ts')
  const { error } = sqlConnector.options.safeParse({
    database: 'sqlite:a',
    table: 't',
    idColumn: 'id',
    ...given,
  })
  expect(error?.issues.map(({ message }) => message).join()).toContain(says)
})
