// Shopify's bucket of points: a refusal that comes as a success, and pages that cost more than the bucket holds.
import { expect, test } from 'vitest'
import { bench, idsOf } from './harness.ts'

const MANY = Array.from({ length: 30 }, (_, index) => index + 1)

test('waits as long as the bucket needs, where Shopify says THROTTLED with a 200', async () => {
  const shop = await bench()
  for (const id of MANY) shop.add(id)
  shop.bucket.available = 8
  expect(idsOf(await shop.read({ pageSize: 10 }))).toEqual(MANY.map(String))
  expect(shop.throttled).toBe(1)
  // A page of ten costs 40 points and one; the bucket had 4 left and gains 50 in a second.
  expect(shop.slept[0]).toBe(740)
})

test('waits before it asks, once it knows what is left', async () => {
  const shop = await bench()
  for (const id of MANY) shop.add(id)
  shop.bucket.available = 60
  shop.bucket.restoreRate = 10
  expect(idsOf(await shop.read({ pageSize: 10 }))).toEqual(MANY.map(String))
  expect(shop.throttled).toBe(0)
  expect(shop.slept.length).toBeGreaterThan(0)
})

test('asks for fewer customers at once when a page would cost more than one request may', async () => {
  const shop = await bench()
  for (const id of MANY) shop.add(id)
  expect(idsOf(await shop.read({ pageSize: 250 }))).toEqual(MANY.map(String))
  expect(shop.asked.map(({ variables }) => variables.first).filter(Boolean)).toEqual([250, 125])
})

test('tries again after an internal error that comes with a 200', async () => {
  const shop = await bench()
  shop.add(1)
  const pages = shop.pull()[Symbol.asyncIterator]()
  shop.next = {
    body: { errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
  }
  expect((await pages.next()).value.records).toHaveLength(1)
})
