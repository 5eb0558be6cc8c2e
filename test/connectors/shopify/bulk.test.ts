// A full pull by a bulk operation: when, how its file is read, and everything that may go wrong with it.
import { expect, test } from 'vitest'
import { type Bench, bench, failure, idsOf } from './harness.ts'

const BULK = { bulkFrom: 3 }

async function shopOf(many: number): Promise<Bench> {
  const shop = await bench()
  for (let id = 1; id <= many; id += 1) shop.add(id, { firstName: `😀 Zoë ${id}` })
  return shop
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => String(from + at))
const asksPages = ({ asked }: Bench) => asked.some(({ query }) => query.startsWith('query Customers('))

test('comes at the size of the options, and only for everybody', async () => {
  const few = await shopOf(2)
  await few.read(BULK)
  expect(few.bulks.operations).toHaveLength(0)
  const shop = await shopOf(3)
  const pages = await shop.read(BULK)
  expect(idsOf(pages)).toEqual(['1', '2', '3'])
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'everything', count: 3 })
  expect(asksPages(shop)).toBe(false)
  await shop.read(BULK, {
    mode: 'incremental',
    window: { from: '2029-01-01T00:00:00Z', to: '2030-01-16T00:00:00Z' },
  })
  expect(shop.bulks.operations).toHaveLength(1)
})

test('gives the same records as reading page by page', async () => {
  const shop = await shopOf(5)
  const records = async (options: Record<string, unknown>) =>
    (await shop.read(options)).flatMap((page) => page.records)
  expect(await records(BULK)).toEqual(await records({}))
})

test('the token never goes to where the file lies', async () => {
  const shop = await shopOf(3)
  await shop.read(BULK)
  expect(shop.storage.asked.length).toBeGreaterThan(0)
  expect(JSON.stringify(shop.storage.asked)).not.toContain('shpat')
})

test('a file of several pieces is read to its last line, whatever it is cut in', async () => {
  const shop = await shopOf(3_000)
  expect(idsOf(await shop.read(BULK))).toEqual(numbers(1, 3_000))
  expect(shop.storage.asked.length).toBeGreaterThan(2)
})

test('storage that knows no pieces gives the whole', async () => {
  const shop = await shopOf(3_000)
  shop.storage.wholeOnly = true
  expect(idsOf(await shop.read(BULK))).toEqual(numbers(1, 3_000))
})

test('goes on behind the piece that was saved, without a new operation', async () => {
  const shop = await shopOf(3_000)
  const [first, ...others] = await shop.read(BULK)
  const rest = await shop.read(BULK, { resumeAfter: first?.position ?? null })
  expect(idsOf(rest)).toEqual(idsOf(others))
  expect(rest.at(-1)?.end?.count).toBe(3_000)
  expect(shop.bulks.operations).toHaveLength(1)
})

test('a file that is no longer there leads back to the start', async () => {
  const shop = await shopOf(3_000)
  const [first] = await shop.read(BULK)
  shop.storage.expired = true
  expect((await failure(shop.read(BULK, { resumeAfter: first?.position ?? null }))).kind).toBe(
    'cursor-expired',
  )
  shop.bulks.operations.length = 0
  expect((await failure(shop.read(BULK, { resumeAfter: first?.position ?? null }))).kind).toBe(
    'cursor-expired',
  )
})

test('a part of a result is not taken: the customers are read page by page', async () => {
  const shop = await shopOf(4)
  shop.bulks.outcome = 'failed'
  expect(idsOf(await shop.read(BULK))).toEqual(['1', '2', '3', '4'])
  expect(asksPages(shop)).toBe(true)
  expect(shop.storage.asked).toEqual([])
  expect(shop.logged.join()).toContain('FAILED, TIMEOUT')
})

test('another operation of this app in the way: the customers are read page by page', async () => {
  const shop = await shopOf(4)
  shop.bulks.busy = true
  expect(idsOf(await shop.read(BULK))).toEqual(['1', '2', '3', '4'])
  expect(shop.logged.join()).toContain('already in progress')
})

test('one that does not end is cancelled, and the customers are read page by page', async () => {
  const shop = await shopOf(4)
  shop.bulks.outcome = 'stuck'
  const started = shop.now()
  expect(idsOf(await shop.read({ ...BULK, bulkMinutes: 5 }))).toEqual(['1', '2', '3', '4'])
  expect(shop.bulks.operations[0]?.cancelled).toBe(true)
  expect(shop.now() - started).toBeLessThan(6 * 60_000)
})

test('a file with fewer lines than were counted proves nothing', async () => {
  const shop = await shopOf(4)
  shop.bulks.outcome = 'short'
  expect((await failure(shop.read(BULK))).message).toContain('counted 4 customers, and its file holds 3')
})

test('one that may not see customers is an error about the permission', async () => {
  const shop = await shopOf(4)
  shop.bulks.outcome = 'denied'
  expect((await failure(shop.read(BULK))).kind).toBe('unauthorized')
})
