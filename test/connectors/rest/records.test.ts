// What is asked for, and what becomes of the entries of an answer.

import { expect, test } from 'vitest'
import { people } from '../../../src/connector/testing/people.ts'
import { KEY } from './anything.ts'
import { openBench } from './bench.ts'
import { describedAs } from './styles.ts'

const described =
  (list: object, more: object = {}) =>
  (baseUrl: string) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list,
    ...more,
  })

test('a parameter without a value is left out, a list repeats it, and a path is coded', async () => {
  const { world, reader } = await openBench(
    described(
      {
        path: '/contacts/{{cursor}}',
        query: {
          tag: ['a b', 'c'],
          since: 'x{{from}}',
          cursor: '{{cursor}}',
          none: null,
          size: '{{pageSize}}',
        },
        records: 'data',
        paging: { by: 'cursor', at: 'next', start: 'a/b' },
      },
      { pageSize: 7, headers: { 'x-version': '2' } },
    ),
  )
  let version: unknown
  world.onRequest = ({ headers }) => {
    version = headers['x-version']
    return { body: { data: [] } }
  }
  await reader.pull('full')
  expect(version).toBe('2')
  expect(world.asked[0]).toBe('GET /v1/contacts/a%2Fb?tag=a+b&tag=c&cursor=a%2Fb&size=7 ')
})

test('in a body a key without a value goes, and numbers stay numbers', async () => {
  const { world, reader } = await openBench(
    described({
      path: 'find',
      method: 'POST',
      body: { a: [{ since: '{{from}}', n: '{{pageSize}}' }], text: 'n={{pageSize}}', b: true },
    }),
  )
  world.onRequest = () => ({ body: [] })
  await reader.pull('full')
  expect(JSON.parse(world.asked[0]?.split(' ').slice(2).join(' ') ?? '')).toEqual({
    a: [{ n: 100 }],
    text: 'n=100',
    b: true,
  })
})

test('entries that are no records are reported with their place, and the others are read', async () => {
  const { world, reader } = await openBench(described({ path: 'odd', records: '/a~1b/0', id: 'meta.key' }))
  const one = (key: unknown) => ({ meta: { key }, contact: { phones: [{ number: '+15102000001' }] } })
  // Beyond 2^53 JSON has no longer the number that was sent.
  const body = `{"a/b":[[${[one('x'), one('x'), one(null), one(0), one(' '), 7, null].map((entry) => JSON.stringify(entry)).join()},{"meta":{"key":9007199254740993}}]]}`
  world.onRequest = () => ({ body })
  const result = await reader.pull('full')
  const bad = reader.pages.flatMap((page) => page.bad ?? [])
  expect(bad.map(({ code, place }) => `${code} ${place}`)).toEqual([
    'ID_DUPLICATE odd, page 1, record 2',
    'ID_MISSING odd, page 1, record 3',
    'ID_MISSING odd, page 1, record 5',
    'ROW_MALFORMED odd, page 1, record 6',
    'ROW_MALFORMED odd, page 1, record 7',
    'ID_MISSING odd, page 1, record 8',
  ])
  expect(result.read).toBe(8)
  expect(reader.pages[0]?.records.map(({ id }) => id)).toEqual(['x', '0'])
})

test.each([
  ['id', { path: 'by-id', id: 'key', paging: { by: 'none' } }, /no usable id at key/],
  [
    'updated',
    { path: 'by-id', updated: 'changed', paging: { by: 'none' } },
    /No record on the first page has a time at changed/,
  ],
])('a look at the source finds out that %s points at nothing', async (_name, list, message) => {
  const { world, reader } = await openBench(described(list))
  await world.put(people(1, 3))
  await expect(reader.discover()).rejects.toMatchObject({
    kind: 'field',
    message: expect.stringMatching(message),
  })
})

test('a look shows what lies deeper, as a mapping names it', async () => {
  const { world, reader } = await openBench(describedAs('by the last id'))
  await world.put(people(1, 3))
  const { fields } = await reader.discover()
  expect(fields).toContainEqual({
    name: 'contact.phones.0.number',
    type: 'text',
    samples: people(1, 3).map(({ phone }) => phone),
  })
  expect(fields).toContainEqual(expect.objectContaining({ name: 'contact.phones', type: 'list' }))
})

test('without times in the records, changes are those since the last pull', async () => {
  const { world, reader, clock } = await openBench(
    described(
      { path: 'by-id', query: { id_greater: '{{lastId}}', from: '{{from}}' }, paging: { by: 'last-id' } },
      { deletions: { path: 'removed', query: { since: '{{from}}' }, id: 'ref' } },
    ),
  )
  await world.put(people(1, 9))
  clock.advance(3_600_000)
  await reader.pull('full')
  clock.advance(3_600_000)
  await world.put(people(2, 2).map((one) => ({ ...one, first: 'Edited' })))
  await world.delete(['p9'])
  clock.advance(60_000)
  const result = await reader.pull('incremental')
  expect(result).toMatchObject({ read: 2, accepted: 1, deleted: 1 })
  expect(reader.known()).toHaveLength(8)
})
