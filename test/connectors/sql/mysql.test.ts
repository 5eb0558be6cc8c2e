// MariaDB's own traps: times of whole seconds, whole numbers that turn into floats, dates that are none, modes of the server.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engineOf } from './engine.ts'
import { desk, discover, FULL, failure, pull, since } from './harness.ts'
import { type MariadbServer, noMariadb, startMariadb } from './mariadb-server.ts'
import { sourceOn } from './source.ts'

const PEOPLE = `CREATE TABLE people (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(50), phone VARCHAR(20) DEFAULT '+15102000000',
  updated_at DATETIME DEFAULT NULL)`

describe.skipIf(noMariadb() !== null)('with a MariaDB', () => {
  let server: MariadbServer
  beforeAll(async () => {
    server = await startMariadb()
  })
  afterAll(() => server.stop())

  const source = (...statements: string[]) => sourceOn(server, statements)

  test('whole seconds with more rows than a page are all read, with ids beyond 2^53', async () => {
    const { options } = await source(
      PEOPLE,
      `INSERT INTO people (id, updated_at) SELECT 18446744073709551000 + seq, '2030-01-01 00:00:00' + INTERVAL seq DIV 25 SECOND FROM seq_1_to_60`,
    )
    const window = since('2030-01-01T00:00:00Z', '2030-01-01T00:00:01Z')
    const { ids, pages } = await pull({ ...options, pageSize: 10 }, window)
    expect(ids).toEqual(
      Array.from({ length: 49 }, (_, n) => `184467440737095510${String(n + 1).padStart(2, '0')}`),
    )
    expect(pages).toHaveLength(5)
    expect((await pull({ ...options, pageSize: 7 })).end).toEqual({ covers: 'everything', count: 60 })
  })

  test('microseconds are kept, also as the place where a page ends', async () => {
    const { options } = await source(
      PEOPLE.replace('DATETIME', 'TIMESTAMP(6) NULL'),
      `INSERT INTO people (id, updated_at) SELECT seq, '2030-01-01 00:00:00.123450' + INTERVAL seq DIV 3 MICROSECOND FROM seq_1_to_20`,
    )
    const window = since('2030-01-01T00:00:00.123451Z', '2030-01-01T00:00:00.123455Z')
    const { ids, records } = await pull({ ...options, pageSize: 2 }, window)
    expect(ids).toEqual(Array.from({ length: 15 }, (_, n) => String(n + 3)))
    expect(records[0]?.updatedAt).toBe('2030-01-01T00:00:00.123451Z')
  })

  test('a timestamp is the same in every zone, a datetime is in the zone of the options', async () => {
    const { client, options } = await source(
      `CREATE TABLE people (id INT PRIMARY KEY, at TIMESTAMP NULL, updated_at DATETIME)`,
      `SET time_zone = '+09:00'`,
      `INSERT INTO people VALUES (1, '2030-07-01 09:00:00', '2030-07-01 09:00:00')`,
      `SET GLOBAL time_zone = '+09:00'`,
    )
    const { records } = await pull({ ...options, timezone: 'Asia/Tokyo' })
    await client.query(`SET GLOBAL time_zone = 'SYSTEM'`)
    expect(records[0]).toMatchObject({
      updatedAt: '2030-07-01T00:00:00Z',
      fields: { at: '2030-07-01T00:00:00Z' },
    })
    expect((await pull({ ...options, updatedColumn: 'at' })).records[0]?.updatedAt).toBe(
      '2030-07-01T00:00:00Z',
    )
  })

  test('ids of several columns, of text, uuid and bytes are read in pages', async () => {
    const { options } = await source(
      `CREATE TABLE people (a VARCHAR(9), b INT, c UUID DEFAULT UUID(), d BINARY(16) DEFAULT UNHEX(REPLACE(UUID(), '-', '')),
        e DECIMAL(20,2), PRIMARY KEY (a, b))`,
      `INSERT INTO people (a, b, e) SELECT CONCAT('k', seq MOD 3), seq, seq / 4 FROM seq_1_to_20`,
    )
    const { updatedColumn: _, ...rest } = options
    for (const idColumn of [['a', 'b'], ['b'], ['c'], ['d'], ['e']]) {
      const { ids, end } = await pull({ ...rest, idColumn, pageSize: 3 })
      expect([new Set(ids).size, end?.count]).toEqual([20, 20])
    }
  })

  test('values stay what they are', async () => {
    const { options } = await source(
      `SET sql_mode = ''`,
      `CREATE TABLE people (id INT PRIMARY KEY, yes TINYINT(1), no TINYINT(1), level TINYINT, big BIGINT, exact DECIMAL(20,4), ratio DOUBLE,
        flag BIT(1), bits BIT(9), doc JSON, born DATE, none DATE, half DATE, at DATETIME(6), photo BLOB, long_text TEXT,
        name VARCHAR(50) CHARACTER SET latin1, kind ENUM('a', 'b'), n INT)`,
      `INSERT INTO people VALUES (1, 1, 0, 1, 9007199254740993, 123.4500, 0.5, b'1', b'100000001', '{"a":[1]}', '2030-01-31', '0000-00-00',
        '2030-00-00', '2030-01-31 10:00:00.000001', x'00ff', '😀 ''quoted''', 'Zoë', 'b', NULL)`,
    )
    const { updatedColumn: _, ...rest } = options
    const { records } = await pull(rest)
    expect(records[0]?.fields).toEqual({
      id: 1,
      yes: true,
      no: false,
      level: 1,
      big: '9007199254740993',
      exact: '123.4500',
      ratio: 0.5,
      flag: true,
      bits: '257',
      doc: { a: [1] },
      born: '2030-01-31',
      none: null,
      half: null,
      at: '2030-01-31T10:00:00.000001',
      long_text: "😀 'quoted'",
      name: 'Zoë',
      kind: 'b',
      n: null,
    })
    expect((await pull({ ...rest, columns: ['photo'] })).records[0]?.fields).toEqual({ id: 1, photo: '00ff' })
  })

  test('rows without a time, or with one that is none, are read by full pulls and told', async () => {
    const { options } = await source(
      `SET sql_mode = ''`,
      PEOPLE,
      `INSERT INTO people (id, updated_at) VALUES (1, NULL), (2, '0000-00-00 00:00:00'), (3, '2030-01-01 00:00:00')`,
    )
    const table = desk()
    const { ids } = await pull({ ...options, pageSize: 1 }, FULL, table)
    expect(ids).toEqual(['1', '2', '3'])
    expect(table.said.join()).toContain('2 rows of people hold nothing in updated_at')
  })

  test('a window leaves out times that are none, wherever a page ends', async () => {
    const { options } = await source(
      `SET sql_mode = ''`,
      PEOPLE,
      `INSERT INTO people (id, updated_at) VALUES (1, '0000-00-00 00:00:00'), (2, '0000-00-00 00:00:00'), (3, '2030-00-00 00:00:00'),
        (4, '2030-01-01 00:00:00'), (5, '2030-02-00 00:00:00'), (6, '2030-03-01 00:00:00')`,
    )
    for (const from of [null, '2029-01-01T00:00:00Z']) {
      const { ids } = await pull({ ...options, pageSize: 1 }, since(from, '2031-01-01T00:00:00Z'))
      expect(ids).toEqual(['4', '6'])
    }
  })

  test('ids that only the database takes for the same are told, and prove nobody gone', async () => {
    const { options } = await source(
      'CREATE TABLE people (part INT, id VARCHAR(30))',
      `INSERT INTO people VALUES (1, 'abc'), (1, 'ABC'), (1, 'z'), (2, 'z'), (2, 'y'), (2, 'y'), (3, 'e'), (3, 'é')`,
    )
    const { updatedColumn: _, table, ...rest } = options
    const desks = desk()
    const { bad, end } = await pull({ ...rest, table, idColumn: ['part', 'id'], pageSize: 1 }, FULL, desks)
    expect(bad).toEqual([
      'ID_DUPLICATE 2|y',
      expect.stringMatching(/^ID_DUPLICATE 1\|abc$/i),
      expect.stringMatching(/^ID_DUPLICATE 3\|[eé]$/),
    ])
    expect(end).toEqual({ covers: 'changes', count: null })
    expect(desks.said.join()).toContain('COLLATE')
    const query = 'SELECT part, id COLLATE utf8mb4_bin AS id FROM people WHERE part <> 2'
    const apart = await pull({ ...rest, query, idColumn: ['part', 'id'], pageSize: 1 })
    expect(apart.ids).toEqual(['1|ABC', '1|abc', '1|z', '3|e', '3|é'])
    expect(apart.end).toEqual({ covers: 'everything', count: 5 })
  })

  test('ids that differ by a blank at their end are told, and read as bytes', async () => {
    const { options } = await source(
      'CREATE TABLE people (id VARCHAR(30))',
      `INSERT INTO people VALUES ('a'), ('a '), ('b')`,
    )
    const { updatedColumn: _, table, ...rest } = options
    expect((await pull({ ...rest, table })).end?.covers).toBe('changes')
    const query = 'SELECT CAST(id AS BINARY) AS id FROM people'
    const bytes = await pull({ ...rest, query, pageSize: 1 })
    expect([bytes.ids, bytes.end]).toEqual([['61', '6120', '62'], { covers: 'everything', count: 3 }])
  })

  test('texts with quotes and backslashes end a page, whatever mode the server is in', async () => {
    for (const mode of ['NO_BACKSLASH_ESCAPES,ANSI_QUOTES', 'STRICT_ALL_TABLES']) {
      const { client, options } = await source(`SET GLOBAL sql_mode = '${mode}'`)
      await client.query('CREATE TABLE people (id VARCHAR(50) COLLATE utf8mb4_bin PRIMARY KEY)')
      const ids = ['\\', "\\' OR 1=1 -- ", "it''s", '"', '名\\']
      for (const id of ids)
        await client.query('INSERT INTO people VALUES (UNHEX(?))', [Buffer.from(id).toString('hex')])
      const { updatedColumn: _, ...rest } = options
      expect((await pull({ ...rest, pageSize: 1 })).ids.toSorted()).toEqual(ids.toSorted())
      await client.query('SET GLOBAL sql_mode = DEFAULT')
    }
  })

  describe('only reading', () => {
    test.each([
      ['a function that inserts', 'SELECT people.*, sneak() FROM people'],
      ['an UPDATE', "UPDATE people SET name = 'x'"],
      ['a second statement', 'SELECT * FROM people) AS t; DELETE FROM people; SELECT * FROM (SELECT 1 AS id'],
    ])('refuses %s', async (_name, query) => {
      const { client, options } = await source(
        PEOPLE,
        'CREATE FUNCTION sneak() RETURNS INT BEGIN INSERT INTO people (id) VALUES (99); RETURN 1; END',
        'INSERT INTO people (id) VALUES (1)',
      )
      const { table: _, updatedColumn: __, ...rest } = options
      expect((await failure(pull({ ...rest, query }))).name).toBe('ConnectorError')
      const [rows] = await client.query('SELECT id, name FROM people')
      expect(rows).toEqual([{ id: 1, name: null }])
    })

    test('stops a statement that takes too long', async () => {
      const { options } = await source(PEOPLE, 'INSERT INTO people (id) VALUES (1)')
      const { table: _, updatedColumn: __, ...rest } = options
      const query = 'SELECT people.*, SLEEP(3600) AS nap FROM people'
      expect(await failure(pull({ ...rest, query, statementTimeoutMs: 100 }))).toMatchObject({
        kind: 'failed',
        hint: expect.stringContaining('statementTimeoutMs'),
      })
    })
  })

  test('a full pull sees one instant, and its count is of that', async () => {
    const { client, options } = await source(PEOPLE, 'INSERT INTO people (id) SELECT seq FROM seq_1_to_10')
    const { ids, end } = await pull({ ...options, pageSize: 3 }, FULL, desk(), (_page, nth) =>
      nth === 1 ? client.query('DELETE FROM people WHERE id > 8') : null,
    )
    expect([ids.length, end?.count]).toEqual([10, 10])
  })

  test('a server that restarts in the middle fails the pull, and the next one goes on from there', async () => {
    const { options } = await source(PEOPLE, 'INSERT INTO people (id) SELECT seq FROM seq_1_to_50')
    const engine = engineOf({ options: { ...options, pageSize: 10 } })
    let pages = 0
    await expect(
      engine.pull('full', async () => {
        pages += 1
        if (pages === 3) await server.restart()
      }),
    ).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
    expect(await engine.pull('full')).toMatchObject({ read: 20, gone: 0 })
    expect(Object.keys(engine.states())).toHaveLength(50)
  })

  test('discovery tells columns, types, roles and the count', async () => {
    const { options } = await source(PEOPLE, `INSERT INTO people (id, name) VALUES (1, 'Ann')`)
    expect(await discover(options)).toEqual({
      fields: [
        { name: 'id', type: 'number', samples: ['1'] },
        { name: 'name', type: 'text', samples: ['Ann'] },
        { name: 'phone', type: 'text', role: 'phone', samples: ['+15102000000'] },
        { name: 'updated_at', type: 'date', samples: [] },
      ],
      count: 1,
    })
  })

  test.each([
    [
      'a wrong password',
      { database: (url: string) => url.replace('maria-secret', 'wrong-maria-secret') },
      'unauthorized',
      /Access denied/,
    ],
    [
      'a database that is not there',
      { database: (url: string) => url.replace(/\/db\d+/, '/nowhere') },
      'not-found',
      /nowhere/,
    ],
    [
      'a server that is not there',
      { database: (url: string) => url.replace(/:\d+\//, ':1/') },
      'failed',
      /cannot be reached/,
    ],
    [
      'a certificate that nobody vouches for',
      { database: (url: string) => `${url}?sslmode=verify-full` },
      'failed',
      /prove who it is|encrypt/,
    ],
    ['a table that is not there', { table: 'peopel' }, 'not-found', /peopel/],
    ['a column that is not there', { idColumn: 'ids' }, 'field', /no column "ids"/],
    ['a query that is none', { table: undefined, query: 'SELEC 1' }, 'failed', /syntax/],
  ])('errors name the place and the way out: %s', async (_name, spoil, kind, says) => {
    const { options } = await source(PEOPLE)
    const database = 'database' in spoil ? spoil.database?.(options.database) : options.database
    const error = await failure(pull({ ...options, ...spoil, database }))
    expect(error).toMatchObject({ kind, message: expect.stringMatching(says) })
    expect(`${error.message} ${error.hint}`).not.toContain('maria-secret')
  })

  test('a table that may not be read names the grant', async () => {
    const { client, name, options } = await source(
      PEOPLE,
      'CREATE TABLE other (id INT PRIMARY KEY)',
      `CREATE USER 'few'@'%' IDENTIFIED BY '${server.password}'`,
    )
    await client.query(`GRANT SELECT ON ${name}.other TO 'few'@'%'`)
    const error = await failure(pull({ ...options, database: server.url(name, 'few') }))
    expect(error).toMatchObject({ kind: 'unauthorized', hint: expect.stringContaining('GRANT SELECT') })
  })
})
