// Paging that goes wrong: lists that move while they are read, APIs that never end, cursors that expire, caps on results.

import { expect, test } from 'vitest'
import { people, person } from '../../../src/connector/testing/people.ts'
import { KEY } from './anything.ts'
import { openBench } from './bench.ts'
import { describedAs } from './styles.ts'

const MINUTE = 60_000

test.each(['page by page, exclusive, with a list of deletions', 'by offset, in epoch seconds'])(
  '%s: nobody slips through when somebody before them leaves in the middle',
  async (style) => {
    const { world, reader, clock } = await openBench(describedAs(style))
    await world.put(people(1, 22))
    clock.advance(MINUTE)
    let seen = 0
    const leave = () => {
      seen += 1
      // For good, so that all behind them move up; on the fourth page more of them than a page holds.
      if (seen === 2) world.rows.delete('p3')
      if (seen === 4) for (const key of ['p1', 'p2', 'p4', 'p5', 'p6', 'p7']) world.rows.delete(key)
    }
    await reader.pull('full', { onPage: leave })
    const phones = new Set(reader.known().map(({ phone }) => phone))
    for (const one of people(8, 22)) expect(phones).toContain(one.phone.slice(1))
  },
)

test('paging that is not checked proves nothing: nobody is removed for being absent', async () => {
  const { world, reader, clock } = await openBench((baseUrl) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list: {
      path: 'by-page',
      query: { page: '{{page}}' },
      records: 'data.people',
      paging: { by: 'page', check: false },
    },
  }))
  await world.put(people(1, 6))
  await reader.pull('full')
  world.rows.delete('p1')
  clock.advance(MINUTE)
  const result = await reader.pull('full')
  expect(result.gone).toBe(0)
  expect(reader.known()).toHaveLength(6)
})

test('so does a list that says that it may leave somebody out', async () => {
  const { world, reader } = await openBench((baseUrl) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list: { path: 'by-id', query: { id_greater: '{{lastId}}' }, paging: { by: 'last-id' }, proves: false },
  }))
  await world.put(people(1, 6))
  await reader.pull('full')
  world.rows.delete('p1')
  expect((await reader.pull('full')).gone).toBe(0)
})

test.each([
  [
    'a page parameter that is not heard',
    { path: 'by-page', query: { p: '{{page}}', page: 1 }, records: 'data.people', paging: { by: 'page' } },
  ],
  [
    'an offset that is not heard',
    {
      path: 'by-offset',
      query: { skip: '{{offset}}', offset: 4 },
      records: 'people',
      paging: { by: 'offset', check: false },
      count: 'total',
    },
  ],
  [
    'an offset that is not heard though it is checked',
    { path: 'by-offset', query: { skip: '{{offset}}' }, records: 'people', paging: { by: 'offset' } },
  ],
  [
    'a cursor that is not heard',
    { path: 'newest', query: { c: '{{cursor}}' }, records: 'people', paging: { by: 'cursor', at: 'next' } },
  ],
  ['an id that is not heard', { path: 'by-id', query: { greater: '{{lastId}}' }, paging: { by: 'last-id' } }],
])('%s ends the pull with an error and not with a loop', async (_name, list) => {
  const { world, reader } = await openBench((baseUrl) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list,
  }))
  await world.put(people(1, 9))
  await reader.pull('full').then(
    () => expect.unreachable('the pull ended well'),
    (error: Error) => expect(error.message).toMatch(/same page again and again/),
  )
  expect(world.asked.length).toBeLessThan(12)
})

test('reading on by the last id needs the order of ids', async () => {
  const { world, reader } = await openBench((baseUrl) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list: { path: 'newest', query: { after: '{{lastId}}' }, records: 'people', paging: { by: 'last-id' } },
  }))
  await world.put([person(1)], { changedAt: 1 })
  await world.put([person(2)], { changedAt: 2 })
  await expect(reader.pull('full')).rejects.toThrow(/not in the order of ids/)
})

test('a list that is not sorted by time after all is read to its end', async () => {
  const { world, reader, clock } = await openBench((baseUrl) => ({
    ...describedAs('with the newest first')(baseUrl),
    changes: { path: 'by-id', newestFirst: true, query: { id_greater: '{{lastId}}', x: '{{from}}' } },
  }))
  await world.put(people(1, 12), { changedAt: clock.now() - 100 * MINUTE })
  await reader.pull('full')
  clock.advance(60 * MINUTE)
  await world.put([person(2, { first: 'Edited' }), person(12, { first: 'Edited too' })])
  await reader.pull('incremental')
  expect(reader.known().filter(({ first }) => first.startsWith('Edited'))).toHaveLength(2)
  expect(reader.said.join()).toMatch(/not sorted by time of change/)
})

test('a link to another origin is not followed', async () => {
  const { world, reader } = await openBench(describedAs('by links in the body, in whole seconds'))
  await world.put(people(1, 6))
  world.onRequest = ({ url }) =>
    url.searchParams.has('after')
      ? undefined
      : { body: { items: [], links: { next: 'http://127.0.0.1:1/steal' } } }
  await expect(reader.pull('full')).rejects.toThrow(/links to http:\/\/127.0.0.1:1/)
})

test('a link header with other links, quotes and commas', async () => {
  const { world, reader } = await openBench(
    describedAs('by the Link header, in a format and zone of its own'),
  )
  await world.put(people(1, 3))
  const first = [...world.rows.values()][0]
  world.onRequest = ({ url }) =>
    url.searchParams.has('more')
      ? undefined
      : {
          body: [first],
          headers: { link: `</v1/a,b>; rel="last"; title="x, y", <?more=1>; title="n;,"; rel="prev next"` },
        }
  await reader.pull('full')
  expect(world.asked.filter((line) => line.includes('more=1'))).not.toHaveLength(0)
})

test('a page with no way on, that does not say it is the last, is an error', async () => {
  const { world, reader } = await openBench(describedAs('by a cursor in the body, in epoch milliseconds'))
  world.onRequest = () => ({ body: { result: [], meta: { more: true, cursor: null } } })
  await expect(reader.pull('full')).rejects.toThrow(/no way on: a cursor at meta.cursor is missing/)
})

test('an empty page in the middle does not end a list that has a next cursor', async () => {
  const { world, reader } = await openBench(describedAs('by a cursor in the body, in epoch milliseconds'))
  await world.put(people(1, 6))
  world.onRequest = ({ body }) =>
    body.includes('cursor') ? undefined : { body: { result: null, meta: { more: true, cursor: 'MA==' } } }
  await reader.pull('full')
  expect(reader.known()).toHaveLength(6)
})

test('a total that is lower than what comes does not end the list, one that is higher fails it', async () => {
  const described = (count: string) => (baseUrl: string) => ({
    baseUrl,
    auth: { kind: 'bearer', token: KEY },
    list: {
      path: 'by-cursor',
      method: 'POST',
      body: { cursor: '{{cursor}}' },
      records: 'result',
      paging: { by: 'cursor', at: 'meta.cursor' },
      count,
    },
  })
  const few = await openBench(described('meta.few'))
  await few.world.put(people(1, 9))
  await few.reader.pull('full')
  expect(few.reader.known()).toHaveLength(9)

  const many = await openBench(described('meta.many'))
  many.world.onRequest = () => ({ body: { result: [], meta: { cursor: null, many: 3 } } })
  await expect(many.reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_INCOMPLETE' })
})

test('an entry that could be anybody, and a Link header that got lost, keep a full pull from proving who left', async () => {
  const odd = await openBench(describedAs('by the last id'))
  await odd.world.put(people(1, 6))
  await odd.reader.pull('full')
  const [first, second] = [...odd.world.rows.values()]
  odd.world.onRequest = ({ url }) =>
    url.pathname.endsWith('by-id')
      ? { body: url.searchParams.get('id_greater') === '0' ? [{ ...first, id: null }, second] : [] }
      : undefined
  expect((await odd.reader.pull('full')).gone).toBe(0)
  expect(odd.reader.said.join()).toMatch(/by-id has entries without a usable id, so nobody is removed/)

  const bare = await openBench(describedAs('by the Link header, in a format and zone of its own'))
  await bare.world.put(people(1, 6))
  await bare.reader.pull('full')
  const page = [...bare.world.rows.values()].slice(0, 4)
  bare.world.onRequest = () => ({ body: page })
  expect((await bare.reader.pull('full')).gone).toBe(0)
  expect(bare.reader.said.join()).toMatch(/came without the header Link, so nobody is removed/)
})

test('a first page that is another one each time it is asked for ends the pull', async () => {
  const { world, reader } = await openBench(describedAs('by links in the body, in whole seconds'))
  await world.put(people(1, 6))
  await reader.pull('full')
  let id = 0
  world.onRequest = () => {
    id += 1
    return { body: { items: [{ id }], links: { next: '' } } }
  }
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_BUSY' })
  expect(reader.known()).toHaveLength(6)
})

const byCursor = (baseUrl: string) => ({
  baseUrl,
  auth: { kind: 'bearer', token: KEY },
  list: {
    path: 'by-cursor',
    method: 'POST',
    body: { cursor: '{{cursor}}', filter: { from: '{{from}}' } },
    records: 'result',
    updated: 'updated_at',
    paging: { by: 'cursor', at: 'meta.cursor' },
  },
  time: { format: 'epoch-milliseconds' },
})

test('null in place of a list, in the middle, is asked for once more, and never proves that anybody is gone', async () => {
  const { world, reader, clock } = await openBench(byCursor)
  await world.put(people(1, 20))
  await reader.pull('full')
  const nullFor = (times: number) => {
    let left = times
    world.onRequest = ({ body }) => {
      if (!body.includes('cursor') || left === 0) return undefined
      left -= 1
      return { body: { result: null, errors: [{ message: 'timeout' }] } }
    }
  }
  clock.advance(MINUTE)
  nullFor(1)
  expect(await reader.pull('full')).toMatchObject({ read: 20, gone: 0 })
  clock.advance(MINUTE)
  nullFor(2)
  expect(await reader.pull('full')).toMatchObject({ read: 4, gone: 0 })
  expect(reader.said.join()).toMatch(/by-cursor came with null in place of its list, so nobody is removed/)
  await world.put(people(1, 20).map((one) => ({ ...one, last: 'Edited' })))
  clock.advance(MINUTE)
  nullFor(2)
  await expect(reader.pull('incremental')).rejects.toThrow(/null in place of its list, twice/)
  await reader.pull('incremental')
  expect(reader.known().every(({ last }) => last === 'Edited')).toBe(true)
})

test('a limit of a day ends the pull when it is used up, and the next day reads on', async () => {
  const { world, reader, clock, slept } = await openBench((baseUrl) => ({
    ...byCursor(baseUrl),
    limits: [{ requests: 3, seconds: 86_400 }],
  }))
  await world.put(people(1, 12))
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  expect(slept).toEqual([])
  clock.advance(86_400_000)
  await reader.pull('full')
  expect(reader.known()).toHaveLength(12)
})

test('where nothing changes for longer than the API remembers, only a pause of the pulls is one', async () => {
  const day = 24 * 60 * MINUTE
  const { world, reader, clock } = await openBench((baseUrl) => ({
    ...byCursor(baseUrl),
    changes: { maxAgeDays: 3 },
  }))
  await world.put(people(1, 6))
  await reader.pull('full')
  for (let days = 1; days <= 8; days += 1) {
    clock.advance(day)
    expect(await reader.pull('incremental')).toMatchObject({ mode: 'incremental' })
  }
  clock.advance(4 * day)
  expect(await reader.pull('incremental')).toMatchObject({ mode: 'full', reason: 'cursorExpired' })
})

test.each([
  ['link', { path: 'by-link', records: 'items', paging: { by: 'link', at: 'links.next' } }],
  ['link-header', { path: 'by-header', paging: { by: 'link-header' } }],
])('a key in the address is in no position: paging by %s', async (_by, list) => {
  const secret = 'key-of-the-query-77'
  const { world, reader } = await openBench((baseUrl) => ({
    baseUrl,
    auth: { kind: 'query', parameters: { api_key: secret }, headers: { authorization: `Bearer ${KEY}` } },
    list: { ...list, query: { limit: '{{pageSize}}' } },
  }))
  await world.put(people(1, 12))
  await reader.pull('full')
  expect(
    world.asked.filter((line) => line.includes(`api_key=${secret}`) && line.includes('after=')),
  ).toHaveLength(2)
  expect(reader.pages.map(({ position }) => position).join()).not.toContain(secret)
  expect(reader.known()).toHaveLength(12)
})

test('limits of an hour: who left is found once a pull may wait for as long, and the error says so', async () => {
  const gone = async (more: object) => {
    const { world, reader, clock } = await openBench((baseUrl) => ({
      ...describedAs('by a cursor in the body, in epoch milliseconds')(baseUrl),
      limits: [{ requests: 3, seconds: 3_600 }],
      ...more,
    }))
    await world.put(people(1, 22))
    const errors = new Set<unknown>()
    for (let n = 0; n < 12; n += 1) {
      if (n === 6) world.rows.delete('p1')
      await reader.pull('full').catch((error: unknown) => errors.add(error))
      clock.advance(3_600_000)
    }
    return { errors: [...errors], known: reader.known().length }
  }
  const { errors, known } = await gone({})
  expect(errors[0]).toMatchObject({
    code: 'ERR_SOURCE_QUOTA',
    hint: expect.stringContaining('set longestWaitSeconds higher'),
  })
  expect(known).toBe(22)
  expect(await gone({ longestWaitSeconds: 3_600 })).toEqual({ errors: [], known: 21 })
})
