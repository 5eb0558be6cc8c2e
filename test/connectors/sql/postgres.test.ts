// PostgreSQL's own traps: times with microseconds, zones, transactions that commit late, roles that see little.
import { describe, expect } from 'vitest'
import { engineOf } from './engine.ts'
import { hangingLine } from './hanging-line.ts'
import { desk, FULL, failure, pull, since } from './harness.ts'
import { POSTGRES_PEOPLE as PEOPLE, withPostgres } from './source.ts'

const { test, server, source } = withPostgres()

describe('a transaction that commits late', () => {
  test.each(['full', 'incremental'] as const)(
    'is not missed: its rows carry the time at which it began, before a %s pull',
    async (mode) => {
      const { name, client, options } = await source(PEOPLE)
      const engine = engineOf({ options })
      await client.query(`INSERT INTO people (id, name) VALUES (1, 'Early')`)
      if (mode === 'incremental') await engine.pull('full')
      const late = await server().client(name)
      await late.query('BEGIN')
      await late.query(`INSERT INTO people (id, name) VALUES (2, 'Late')`)
      await client.query(`INSERT INTO people (id, name) VALUES (3, 'Quick')`)
      await engine.pull(mode)
      expect(Object.keys(engine.states()).sort()).toEqual(['1', '3'])
      await late.query('COMMIT')
      await engine.pull('incremental')
      expect(Object.keys(engine.states()).sort()).toEqual(['1', '2', '3'])
    },
  )

  test('is not missed either where it had only read before the pull', async () => {
    const { name, client, options } = await source(PEOPLE)
    const engine = engineOf({ options })
    const late = await server().client(name)
    await late.query('BEGIN')
    await late.query('SELECT 1')
    await client.query(`INSERT INTO people (id, name) VALUES (3, 'Quick')`)
    await engine.pull('full')
    await late.query(`INSERT INTO people (id, name) VALUES (2, 'Late')`)
    await late.query('COMMIT')
    await engine.pull('incremental')
    expect(Object.keys(engine.states())).toContain('2')
  })

  test('keeps nobody waiting: what others wrote comes at once', async () => {
    const { name, client, options } = await source(PEOPLE)
    const late = await server().client(name)
    // Also one of this name: only readers of it are ours.
    await late.query(`SET application_name = 'heysync'`)
    await late.query('BEGIN')
    await late.query(`INSERT INTO people (id) VALUES (2)`)
    await client.query(`INSERT INTO people (id) VALUES (3)`)
    const { rows } = await late.query('SELECT now() AS began')
    const { ids, end } = await pull(options, since('2020-01-01T00:00:00Z'))
    expect(ids).toEqual(['3'])
    expect(Date.parse(end?.until ?? '')).toBe(rows[0].began.getTime())
  })

  test('of another database of the server does not count, and one that was prepared does', async () => {
    const other = await server().client(await server().database())
    await other.query('BEGIN; CREATE TABLE t (id int)')
    const { client, options } = await source(PEOPLE)
    expect((await pull(options)).end?.until).toBeUndefined()
    await client.query(`BEGIN; INSERT INTO people (id) VALUES (7); PREPARE TRANSACTION 'seven'`)
    expect((await pull(options)).end?.until).toBeDefined()
    await client.query(`COMMIT PREPARED 'seven'`)
    expect((await pull(options)).end?.until).toBeUndefined()
    await other.query('ROLLBACK')
  })

  test('cannot be seen by a role without the right to, and the pull says so', async () => {
    const { client, options, name } = await source(PEOPLE)
    await client.query(
      `CREATE ROLE plain LOGIN PASSWORD '${server().password}'; GRANT SELECT ON people TO plain`,
    )
    const table = desk()
    await pull({ ...options, database: server().url(name, 'plain') }, FULL, table)
    expect(table.said.join()).toContain('GRANT pg_read_all_stats')
    await client.query('GRANT pg_read_all_stats TO plain')
    const calm = desk()
    await pull({ ...options, database: server().url(name, 'plain') }, FULL, calm)
    expect(calm.said).toEqual([])
  })
})

describe('times', () => {
  test('keep their microseconds, and many rows of one of them are all read', async () => {
    const { options } = await source(
      PEOPLE,
      `INSERT INTO people (id, updated_at)
        SELECT n, timestamptz '2030-01-01 00:00:00.123456+00' + (n / 25) * interval '1 microsecond' FROM generate_series(1, 60) n`,
    )
    const window = since('2030-01-01T00:00:00.123456Z', '2030-01-01T00:00:00.123457Z')
    const { ids, records, pages } = await pull({ ...options, pageSize: 10 }, window)
    expect(ids).toEqual(Array.from({ length: 49 }, (_, n) => String(n + 1)))
    expect(pages).toHaveLength(5)
    expect([records[0]?.updatedAt, records.at(-1)?.updatedAt]).toEqual([
      '2030-01-01T00:00:00.123456Z',
      '2030-01-01T00:00:00.123457Z',
    ])
  })

  test('are the same whatever zone and style the database prefers', async () => {
    const { options, client, name } = await source(
      PEOPLE,
      `INSERT INTO people (id, updated_at) VALUES (1, '2030-01-01 00:00:00.5+00')`,
    )
    await client.query(`ALTER DATABASE ${name} SET timezone = 'Asia/Tokyo'`)
    await client.query(`ALTER DATABASE ${name} SET datestyle = 'German'`)
    const { records } = await pull(options, since('2029-12-31T23:59:59Z', '2030-01-01T00:00:01Z'))
    expect(records[0]).toMatchObject({
      updatedAt: '2030-01-01T00:00:00.5Z',
      fields: { updated_at: '2030-01-01T00:00:00.5Z' },
    })
  })

  test('without a zone are those of the zone that the options name', async () => {
    const { options } = await source(
      PEOPLE,
      'ALTER TABLE people ALTER updated_at TYPE timestamp',
      `INSERT INTO people (id, updated_at) VALUES (1, '2030-07-01 12:00:00.25'), (2, '2030-07-01 13:00:00')`,
    )
    const zoned = { ...options, timezone: 'America/New_York' }
    const { records } = await pull(zoned, since('2030-07-01T16:00:00.25Z', '2030-07-01T16:30:00Z'))
    expect(records.map(({ id, updatedAt }) => [id, updatedAt])).toEqual([['1', '2030-07-01T16:00:00.25Z']])
    expect((await pull(options)).records[0]?.updatedAt).toBe('2030-07-01T12:00:00.25Z')
  })

  test('in the night when clocks go back: nobody is lost, and nothing is dated by a guess', async () => {
    const { options } = await source(
      PEOPLE,
      'ALTER TABLE people ALTER updated_at TYPE timestamp',
      `INSERT INTO people (id, updated_at) VALUES (1, '2030-11-03 01:05:00'), (2, '2030-11-03 00:30:00')`,
    )
    const zoned = { ...options, timezone: 'America/New_York' }
    // 01:05 was after the clocks went back at 06:00 UTC; the window began before, at 01:58.
    const { records } = await pull(zoned, since('2030-11-03T05:58:00Z', '2030-11-03T06:10:00Z'))
    expect(records.map(({ id, updatedAt }) => [id, updatedAt])).toContainEqual(['1', null])
  })

  test('that are missing lose nobody: a full pull reads the rows and says how many', async () => {
    const { options } = await source(
      PEOPLE,
      'INSERT INTO people (id, updated_at) VALUES (1, NULL), (2, now()), (3, NULL)',
    )
    const table = desk()
    const { ids, end } = await pull({ ...options, pageSize: 1 }, FULL, table)
    expect([ids, end?.count]).toEqual([['1', '2', '3'], 3])
    expect(table.said.join()).toContain('2 rows of people hold nothing in updated_at')
  })
})

describe('only reading', () => {
  const inserts = `CREATE FUNCTION sneak() RETURNS int LANGUAGE sql AS $$ INSERT INTO people (id) VALUES (99) RETURNING 1 $$`

  test.each([
    ['a function that inserts', 'SELECT people.*, sneak() FROM people'],
    ['a WITH that inserts', 'WITH x AS (INSERT INTO people (id) VALUES (99) RETURNING id) SELECT * FROM x'],
    ['an UPDATE', "UPDATE people SET name = 'x'"],
    ['a second statement', 'SELECT * FROM people) AS t; DELETE FROM people; SELECT * FROM (SELECT 1 AS id'],
    [
      'a way out of the transaction',
      'SELECT * FROM people) AS t; COMMIT; DELETE FROM people; SELECT * FROM (SELECT 1 AS id',
    ],
    [
      'a switch back to writing',
      "SELECT people.*, set_config('transaction_read_only', 'off', false), sneak() FROM people",
    ],
  ])('refuses %s', async (_name, query) => {
    const { client, options } = await source(
      PEOPLE,
      inserts,
      `INSERT INTO people (id, name) VALUES (1, 'Ann')`,
    )
    const { table: _, ...rest } = options
    const error = await failure(pull({ ...rest, query, updatedColumn: undefined }))
    expect(error.name).toBe('ConnectorError')
    const { rows } = await client.query('SELECT id, name FROM people')
    expect(rows).toEqual([{ id: '1', name: 'Ann' }])
  })

  test('takes a query with a comment and a semicolon at its end', async () => {
    const { options } = await source(PEOPLE, `INSERT INTO people (id) VALUES (1), (2)`)
    const { table: _, ...rest } = options
    expect((await pull({ ...rest, query: 'SELECT * FROM people -- all' })).ids).toEqual(['1', '2'])
    expect((await pull({ ...rest, query: 'SELECT * FROM people;\n' })).ids).toEqual(['1', '2'])
  })

  test('stops a statement that takes too long', async () => {
    const { options } = await source(PEOPLE, 'INSERT INTO people (id) VALUES (1)')
    const { table: _, ...rest } = options
    const query = 'SELECT people.*, pg_sleep(3600)::text AS nap FROM people'
    expect(await failure(pull({ ...rest, query, statementTimeoutMs: 100 }))).toMatchObject({
      kind: 'failed',
      hint: expect.stringContaining('statementTimeoutMs'),
    })
  })
})

test('what a replica or a deadlock cuts short is asked for again', async () => {
  const { client, options } = await source(
    PEOPLE,
    'CREATE TABLE trouble (at bigint)',
    `CREATE FUNCTION conflict(id bigint) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT 1 FROM trouble WHERE at = id) THEN
        RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001';
      END IF; RETURN id; END $$`,
    'INSERT INTO people (id) SELECT n FROM generate_series(1, 10) n',
    'INSERT INTO trouble VALUES (5)',
  )
  const { table: _, ...rest } = options
  const given = { ...rest, query: 'SELECT conflict(id) AS id, updated_at FROM people', pageSize: 3 }
  const stubborn = desk()
  expect(await failure(pull(given, FULL, stubborn))).toMatchObject({ kind: 'failed' })
  expect(stubborn.slept).toEqual([1_000, 2_000])
  const patient = desk()
  const clock = {
    ...patient.context.clock,
    sleep: async () => void (await client.query('DELETE FROM trouble')),
  }
  const { ids, end } = await pull(given, FULL, { ...patient, context: { ...patient.context, clock } })
  expect(ids).toEqual(Array.from({ length: 10 }, (_row, n) => String(n + 1)))
  // Two instants were seen, so there is no count that fits both.
  expect(end).toEqual({ covers: 'everything', count: null })
})

test('a server that hangs at the end keeps nobody waiting', async () => {
  const { options } = await source(PEOPLE, 'INSERT INTO people (id) VALUES (1)')
  const line = await hangingLine(server().port)
  const database = options.database.replace(/:\d+\//, `:${line.port}/`)
  const { ids } = await pull({ ...options, database }, FULL, desk(), () => line.hang())
  expect(ids).toEqual(['1'])
})

test('a server that restarts in the middle fails the pull, and the next one goes on from there', async () => {
  const { options } = await source(PEOPLE, 'INSERT INTO people (id) SELECT n FROM generate_series(1, 50) n')
  const engine = engineOf({ options: { ...options, pageSize: 10 } })
  let pages = 0
  await expect(
    engine.pull('full', async () => {
      pages += 1
      if (pages === 3) await server().restart()
    }),
  ).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
  expect(await engine.pull('full')).toMatchObject({ read: 20, gone: 0 })
  expect(Object.keys(engine.states())).toHaveLength(50)
})

describe('ids', () => {
  test('of several columns, beyond 2^53, of text, uuid, fixed length and bytes are read in pages', async () => {
    const { client, options } = await source(
      PEOPLE,
      `CREATE TABLE keys (a char(5), b bigint, c uuid DEFAULT gen_random_uuid(), d bytea, PRIMARY KEY (a, b))`,
      `INSERT INTO keys (a, b, d) SELECT 'k|' || n % 3, 9007199254740990 + n, decode(lpad(to_hex(n), 4, '0'), 'hex')
        FROM generate_series(1, 20) n`,
    )
    const { updatedColumn: _, ...rest } = options
    const keys = { ...rest, table: 'keys', pageSize: 3 }
    const composite = await pull({ ...keys, idColumn: ['a', 'b'] })
    expect(new Set(composite.ids).size).toBe(20)
    expect(composite.ids).toContain('k\\|1  |9007199254740991')
    for (const idColumn of ['b', 'c', 'd']) {
      const { ids, end } = await pull({ ...keys, idColumn })
      expect([new Set(ids).size, end?.count]).toEqual([20, 20])
    }
    expect((await pull({ ...keys, idColumn: 'd' })).ids[0]).toBe('0001')
    await client.end()
  })

  test('that are missing or there twice are told, and lose no other row', async () => {
    const { options } = await source(
      'CREATE TABLE people (id int, name text, updated_at timestamptz)',
      `INSERT INTO people VALUES (1, 'a'), (2, 'b'), (2, 'b2'), (2, 'b3'), (2, 'b4'), (3, 'c'), (NULL, 'd'), (4, 'e')`,
    )
    const { ids, bad, end } = await pull({ ...options, pageSize: 2 })
    expect(ids).toEqual(['1', '2', '3', '4'])
    expect(bad).toEqual(['ID_DUPLICATE 2', 'ID_MISSING'])
    expect(end).toEqual({ covers: 'everything', count: null })
  })

  test.each([
    ['text COLLATE nobody_shouts', `('abc'), ('ABC'), ('z')`, /^ID_DUPLICATE abc$/i],
    ['numeric', '(1.0), (1.00), (2)', /^ID_DUPLICATE 1\.0+$/],
  ])(
    'that only the database takes for the same are told, and prove nobody gone: %s',
    async (type, rows, says) => {
      const { options } = await source(
        `CREATE COLLATION nobody_shouts (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
        `CREATE TABLE people (id ${type}, updated_at timestamptz)`,
        `INSERT INTO people VALUES ${rows}`,
      )
      const table = desk()
      const { bad, end } = await pull({ ...options, pageSize: 1 }, FULL, table)
      expect(bad).toEqual([expect.stringMatching(says)])
      expect(end).toEqual({ covers: 'changes', count: null })
      expect(table.said.join()).toContain('COLLATE')
    },
  )

  test('of which nobody knows in time whether they are taken for the same prove nobody gone, and are read', async () => {
    const { options } = await source(
      `CREATE COLLATION nobody_whispers (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
      // It is only the search for such ids that takes so long.
      `CREATE FUNCTION slow(id text) RETURNS text LANGUAGE plpgsql AS
        $$ BEGIN IF current_query() LIKE '%HAVING%' THEN PERFORM pg_sleep(60); END IF; RETURN id; END $$`,
      'CREATE TABLE ids (id text)',
      `INSERT INTO ids VALUES ('abc'), ('z')`,
      'CREATE VIEW people AS SELECT slow(id) COLLATE nobody_whispers AS id FROM ids',
    )
    const { updatedColumn: _, ...rest } = options
    const table = desk()
    const { ids, end } = await pull({ ...rest, statementTimeoutMs: 2_000 }, FULL, table)
    expect(ids).toEqual(['abc', 'z'])
    expect(end).toEqual({ covers: 'changes', count: null })
    expect(table.said.join()).toContain('statementTimeoutMs')
  })

  test('and names of tables and columns may be written in any way', async () => {
    const { client, options } = await source(
      'CREATE SCHEMA "My ""own"" schema"',
      `CREATE TABLE "My ""own"" schema"."Per.sons" ("The ID; DROP" text PRIMARY KEY, "naïve 名" text)`,
      `INSERT INTO "My ""own"" schema"."Per.sons" VALUES ('ß', '😀'), ('A', 'x'), ('a', 'y')`,
    )
    const table = '"My ""own"" schema"."Per.sons"'
    const { updatedColumn: _, ...rest } = options
    const { records } = await pull({ ...rest, table, idColumn: 'The ID; DROP', pageSize: 1 })
    expect(records.map(({ id, fields }) => [id, fields['naïve 名']]).sort()).toEqual([
      ['A', 'x'],
      ['a', 'y'],
      ['ß', '😀'],
    ])
    await client.end()
  })
})

test('values stay what they are: digits are kept, documents are objects, arrays are lists', async () => {
  const { options } = await source(
    `CREATE DOMAIN small AS int; CREATE TYPE mood AS ENUM ('sad', 'happy')`,
    `CREATE TABLE people (id int PRIMARY KEY, big bigint, exact numeric, yes boolean, doc jsonb, tags text[], wide bigint[],
      photo bytea, day date, at timestamp, zone timestamptz, ratio float8, nan float8, s small, m mood, t time, n text)`,
    `INSERT INTO people VALUES (1, 9007199254740993, 123.4500, true, '{"a": [1, null]}', '{a,"b,c",NULL}', '{9007199254740993}',
      'x', '2030-01-31', '2030-01-31 10:00:00.000001', '2030-01-31 10:00:00+02', 0.1, 'NaN', 7, 'happy', '10:00', NULL)`,
  )
  const { updatedColumn: _, ...rest } = options
  const { records } = await pull(rest)
  expect(records[0]?.fields).toEqual({
    id: 1,
    big: '9007199254740993',
    exact: '123.4500',
    yes: true,
    doc: { a: [1, null] },
    tags: ['a', 'b,c', null],
    wide: ['9007199254740993'],
    day: '2030-01-31',
    at: '2030-01-31T10:00:00.000001',
    zone: '2030-01-31T08:00:00Z',
    ratio: 0.1,
    nan: 'NaN',
    s: 7,
    m: 'happy',
    t: '10:00:00',
    n: null,
  })
  const { records: named } = await pull({ ...rest, columns: ['photo'] })
  expect(named[0]?.fields).toEqual({ id: 1, photo: '78' })
})

test.each([
  ['a time', 'timestamptz', ['NULL', 'now()'], undefined, ['2']],
  ['a boolean', 'boolean', ['false', 'true', 'NULL'], undefined, ['2']],
  ['a number', 'int', ['0', '1'], undefined, ['2']],
  ['a word of the options', 'text', ["'active'", "'Closed'", 'NULL'], ['closed'], ['2']],
])('whoever %s marks as deleted is told so', async (_name, type, values, deletedValues, gone) => {
  const { options } = await source(
    `CREATE TABLE people (id int PRIMARY KEY, mark ${type}, updated_at timestamptz)`,
    `INSERT INTO people VALUES ${values.map((value, n) => `(${n + 1}, ${value})`).join(', ')}`,
  )
  const { records } = await pull({
    ...options,
    deletedColumn: 'mark',
    ...(deletedValues ? { deletedValues } : {}),
  })
  expect(records.filter(({ deleted }) => deleted).map(({ id }) => id)).toEqual(gone)
})

test('a table of a hundred thousand rows takes no more memory at its end than at its start', async () => {
  const { options } = await source(
    PEOPLE,
    `INSERT INTO people (id, name) SELECT n, repeat('x', 200) FROM generate_series(1, 100000) n`,
  )
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const used = () => {
    collect()
    return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
  }
  let rows = 0
  let atStart = 0
  let most = 0
  const { sqlConnector } = await import('../../../connectors/sql/sql.ts')
  for await (const page of sqlConnector.pull(sqlConnector.options.parse(options), FULL, desk().context)) {
    rows += page.records.length
    if (rows === 10_000) atStart = used()
    if (rows > 10_000 && rows % 30_000 === 0) most = Math.max(most, used())
  }
  expect(rows).toBe(100_000)
  expect(most - atStart).toBeLessThan(8_000_000)
})
