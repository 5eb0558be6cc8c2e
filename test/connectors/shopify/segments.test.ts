// Segments: who is in them, under the ids of customers, and how often they are read.
import type { ListMembers, Page } from 'heysync/connector'
import { expect, test } from 'vitest'
import { type Bench, bench, failure, HOUR, idsOf, news, START } from './harness.ts'

async function shopWith(members: number[], more: { claims?: number } = {}): Promise<Bench> {
  const shop = await bench()
  for (const id of members) shop.add(id)
  const id = 'gid://shopify/Segment/5'
  shop.shop.segments.set(id, { id, name: 'VIP', members, ...more })
  return shop
}

const listsOf = (pages: readonly Page[]): ListMembers[] => pages.flatMap(({ lists = [] }) => lists)

test('members bear the ids of their customers, in parts, and the last part is the whole', async () => {
  const members = Array.from({ length: 251 }, (_, at) => at + 1)
  const shop = await shopWith(members)
  const pages = await shop.read({ segments: ['VIP'], pageSize: 200 })
  const lists = listsOf(pages)
  expect(lists.flatMap((list) => list.members)).toEqual(idsOf(pages))
  expect(lists.map(({ title, whole }) => [title, whole])).toEqual([
    ['VIP', undefined],
    ['VIP', true],
  ])
})

test('a segment of nobody is whole too', async () => {
  expect(listsOf(await (await shopWith([])).read({ segments: ['gid://shopify/Segment/5'] }))).toEqual([
    { title: 'VIP', members: [], whole: true },
  ])
})

test('one that shows fewer than it counts takes nobody off', async () => {
  const shop = await shopWith([1, 2], { claims: 3 })
  expect(listsOf(await shop.read({ segments: ['VIP'] }))).toEqual([{ title: 'VIP', members: ['1', '2'] }])
  expect(shop.logged.join()).toContain('counts 3 members and showed 2')
})

test('a name that is not there is an error with the nearest one, behind all customers', async () => {
  const shop = await shopWith([1])
  const pages = shop.pull({ segments: ['VIPs'] })[Symbol.asyncIterator]()
  expect((await pages.next()).value.records).toHaveLength(1)
  await expect(pages.next()).rejects.toMatchObject({
    kind: 'not-found',
    hint: expect.stringContaining('"VIP"'),
  })
  expect((await failure(shop.discover({ segments: ['VIPs'] }))).kind).toBe('not-found')
})

test('a name that two segments bear is not guessed', async () => {
  const shop = await shopWith([1])
  const id = 'gid://shopify/Segment/6'
  shop.shop.segments.set(id, { id, name: 'VIP', members: [] })
  expect((await failure(shop.read({ segments: ['VIP'] }))).hint).toContain(id)
  expect(listsOf(await shop.read({ segments: [id] }))).toHaveLength(1)
})

test('are read with news when the last time is long enough ago', async () => {
  const shop = await shopWith([1])
  const options = { segments: ['VIP'], segmentMinutes: 30 }
  const read = async () => listsOf(await shop.read(options, news(START - HOUR, shop.now()))).length
  await shop.read(options)
  shop.advance(29 * 60_000)
  expect(await read()).toBe(0)
  shop.advance(60_000)
  expect(await read()).toBe(1)
  expect(await read()).toBe(0)
})

test('a pull that goes on behind the customers reads its segments from their start', async () => {
  const members = Array.from({ length: 251 }, (_, at) => at + 1)
  const shop = await shopWith(members)
  const pages = await shop.read({ segments: ['VIP'], pageSize: 200 })
  const inSegments = pages.find(({ lists }) => lists !== undefined)
  const rest = await shop.read({ segments: ['VIP'] }, { resumeAfter: inSegments?.position ?? null })
  expect(idsOf(rest)).toEqual([])
  expect(listsOf(rest).flatMap((list) => list.members)).toHaveLength(251)
})
