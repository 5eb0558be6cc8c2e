// What PostgreSQL says when something is wrong with the options, the grants or the table; and what discovery shows.
import { describe, expect } from 'vitest'
import { engineOf } from './engine.ts'
import { discover, failure, pull } from './harness.ts'
import { POSTGRES_PEOPLE as PEOPLE, withPostgres } from './source.ts'

const { test, server, source } = withPostgres()

describe('errors name the place and the way out', () => {
  test('a column that the options name and that was renamed', async () => {
    const { client, options } = await source(PEOPLE)
    await client.query('ALTER TABLE people RENAME updated_at TO updatedat')
    expect(await failure(pull(options))).toMatchObject({
      kind: 'field',
      message: 'The people has no column "updated_at". Its columns are: id, name, phone, updatedat',
      hint: expect.stringContaining('Did you mean "updatedat"?'),
    })
  })

  test('a column that the mapping names and that was renamed', async () => {
    const { client, options } = await source(PEOPLE, 'INSERT INTO people (id) VALUES (1)')
    const engine = engineOf({ options })
    await engine.pull('full')
    await client.query('ALTER TABLE people RENAME phone TO phones')
    await expect(engine.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_FIELD' })
    expect(engine.states()).toEqual({ 1: 'accepted' })
  })

  test('a column without a time', async () => {
    const { options } = await source(PEOPLE)
    expect(await failure(pull({ ...options, updatedColumn: 'name' }))).toMatchObject({
      kind: 'field',
      message: expect.stringContaining('is of type text'),
    })
  })

  test('a table that is not there, and one that may not be read', async () => {
    const { name, options, client } = await source(PEOPLE)
    expect(await failure(pull({ ...options, table: 'peopel' }))).toMatchObject({
      kind: 'not-found',
      hint: expect.stringContaining('Did you mean people?'),
    })
    await client.query(`CREATE ROLE nobody_${name} LOGIN PASSWORD '${server().password}'`)
    const database = server().url(name, `nobody_${name}`)
    expect(await failure(pull({ ...options, database }))).toMatchObject({
      kind: 'unauthorized',
      hint: expect.stringContaining(`GRANT SELECT ON … TO nobody_${name}`),
    })
  })

  test.each([
    [
      'a wrong password',
      (url: string) => url.replace('pg-secret', 'wrong-pg-secret'),
      'unauthorized',
      /password/,
    ],
    [
      'a database that is not there',
      (url: string) => url.replace(/\/db\d+/, '/nowhere'),
      'not-found',
      /nowhere/,
    ],
    [
      'a server that is not there',
      (url: string) => url.replace(/:\d+\//, ':1/'),
      'failed',
      /127\.0\.0\.1:1 cannot be reached/,
    ],
    ['a server without TLS', (url: string) => `${url}?sslmode=require`, 'failed', /does not encrypt/],
    [
      'an address that is none',
      () => 'postgres://u:p@ss:word@pg-secret-4711',
      'failed',
      /address of the database/,
    ],
    ['a word that it does not know', (url: string) => `${url}?options=-c`, 'failed', /sslmode/],
  ])('%s', async (_name, spoil, kind, says) => {
    const { options } = await source(PEOPLE)
    const error = await failure(pull({ ...options, database: spoil(options.database) }))
    expect(error).toMatchObject({ kind, message: expect.stringMatching(says) })
    expect(`${error.message} ${error.hint}`).not.toContain('pg-secret')
  })
})

test('discovery tells columns, types, roles, samples and the count', async () => {
  const { options } = await source(
    `CREATE TABLE people (id int PRIMARY KEY, "FirstName" text, sur_name text, home_phone text, mobile text, e_mail text,
      sms_opt_out boolean, tags text[], doc json, updated_at timestamptz)`,
    `INSERT INTO people (id, "FirstName", tags) VALUES (1, 'Ann', '{a,b}'), (2, 'Ann', NULL), (3, 'Bob', NULL)`,
  )
  const { fields, count } = await discover(options)
  expect(count).toBe(3)
  expect(fields.map(({ name, type, role }) => [name, type, role].filter(Boolean).join(' '))).toEqual([
    'id number',
    'FirstName text first',
    'sur_name text last',
    'home_phone text',
    'mobile text phone',
    'e_mail text email',
    'sms_opt_out boolean optedOut',
    'tags list tags',
    'doc object',
    'updated_at date',
  ])
  expect(fields[1]?.samples).toEqual(['Ann', 'Bob'])
  expect(fields[7]?.samples).toEqual(['["a","b"]'])
})
