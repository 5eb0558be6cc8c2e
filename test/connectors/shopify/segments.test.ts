// Segments: who is in them, under the ids of customers, and how often they are read.
import type { ListMembers, Page } from 'heysync/connector'
import { expect, onTestFinished, test } from 'vitest'
import { shopifyConnector } from '../../../connectors/shopify/shopify.ts'
import { people } from '../../../src/connector/testing/people.ts'
import { openReader } from '../../../src/connector/testing/reader.ts'
import { leapingClock } from '../../support/clock.ts'
import { tempFolder } from '../../support/folder.ts'
import { type Bench, bench, failure, HOUR, idsOf, news, START } from './harness.ts'
import { openShopifyWorld } from './world.ts'

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

test('a name that is not there is an error of the check, with the nearest one, and a warning of a pull', async () => {
  const shop = await shopWith([1])
  expect(await failure(shop.discover({ segments: ['VIPs'] }))).toMatchObject({
    kind: 'not-found',
    hint: expect.stringContaining('"VIP"'),
  })
  const pages = await shop.read({ segments: ['VIPs', 'VIP'] })
  expect(idsOf(pages)).toEqual(['1'])
  expect(listsOf(pages)).toEqual([{ title: 'VIP', members: ['1'], whole: true }])
  expect(pages.at(-1)?.end?.covers).toBe('everything')
  expect(shop.logged.join()).toMatch(/no segment "VIPs".*Did you mean "VIP".*list stays as it was/)
})

test('a name that two segments bear is not guessed', async () => {
  const shop = await shopWith([1])
  const id = 'gid://shopify/Segment/6'
  shop.shop.segments.set(id, { id, name: 'VIP', members: [] })
  expect((await failure(shop.discover({ segments: ['VIP'] }))).hint).toContain(id)
  expect(listsOf(await shop.read({ segments: ['VIP'] }))).toEqual([])
  expect(shop.logged.join()).toContain('2 segments "VIP"')
  expect(listsOf(await shop.read({ segments: [id] }))).toHaveLength(1)
})

test('one whose members Shopify refuses for good is a warning: the others are whole, and the pull completes', async () => {
  const shop = await shopWith([1, 2])
  const id = 'gid://shopify/Segment/4'
  // It comes before the one that works.
  const others = [...shop.shop.segments]
  shop.shop.segments.clear()
  shop.shop.segments.set(id, {
    id,
    name: 'Broken',
    members: [],
    refuses: 'This query is no longer supported.',
  })
  for (const [key, segment] of others) shop.shop.segments.set(key, segment)
  const pages = await shop.read({ segments: ['Broken', 'VIP'] })
  expect(listsOf(pages)).toEqual([
    { title: 'Broken', members: [] },
    { title: 'VIP', members: ['1', '2'], whole: true },
  ])
  expect(pages.at(-1)?.end?.covers).toBe('everything')
  expect(shop.logged.join()).toMatch(/segment "Broken" cannot be read.*no longer supported.*Its list stays/)
})

test('members that cannot be reached for now are an error: the next pull reads them', async () => {
  const shop = await shopWith([1])
  const pull = async () => {
    // The names of the segments still come.
    for await (const page of shop.pull({ segments: ['VIP'] }))
      if (idsOf([page]).length > 0) shop.server.trouble('down', 10, 1)
  }
  expect(await failure(pull())).toMatchObject({ kind: 'failed', message: expect.stringContaining('6 tries') })
})

test('segments that are not shown to the app any more are a warning, and take nobody off', async () => {
  const shop = await shopWith(Array.from({ length: 251 }, (_, at) => at + 1))
  const denied = { message: 'Access denied', extensions: { code: 'ACCESS_DENIED' } }
  const deny = () => {
    shop.next = { body: { errors: [denied] } }
  }
  // Before the segments are asked for, and between two parts of one.
  for (const parts of [0, 1]) {
    const pages: Page[] = []
    for await (const page of shop.pull({ segments: ['VIP'] })) {
      pages.push(page)
      const isTime = idsOf(pages).length === 251 && listsOf(pages).length === parts
      if (isTime && page.end === undefined) deny()
    }
    expect(idsOf(pages)).toHaveLength(251)
    expect(listsOf(pages).some(({ whole }) => whole)).toBe(false)
    expect(pages.at(-1)?.end?.covers).toBe('everything')
    expect(shop.logged.splice(0).join()).toMatch(
      parts === 0 ? /segments cannot be read/ : /members of segment "VIP" cannot be read/,
    )
  }
})

test('a segment that was renamed keeps nobody back: who says STOP meanwhile is heard', async () => {
  const clock = leapingClock()
  const folder = tempFolder()
  const world = await openShopifyWorld({ clock, folder }, 4)
  const id = 'gid://shopify/Segment/5'
  const { segments } = world.vendor.shop
  segments.set(id, { id, name: 'VIP', members: [] })
  const options = { ...(world.options as object), segments: ['VIP'], segmentMinutes: 0 }
  const reader = openReader(shopifyConnector, { ...world, options }, { clock, folder })
  onTestFinished(async () => {
    reader.close()
    await world.close?.()
  })
  const [first, last] = people(1, 2)
  if (first === undefined || last === undefined) throw new Error('nobody')
  await world.put([first, last])
  clock.advance(HOUR)
  await reader.pull('full')
  segments.set(id, { id, name: 'Best', members: [] })
  clock.advance(HOUR)
  await world.put([last])
  await reader.pull('incremental')
  clock.advance(HOUR)
  await world.optOut?.([first.key])
  clock.advance(HOUR)
  await reader.pull('incremental')
  expect(reader.optedOut()).toEqual([first.phone.replace('+', '')])
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
