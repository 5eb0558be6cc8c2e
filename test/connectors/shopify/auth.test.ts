// Signing in as an app of the Dev Dashboard: a token for a day, kept, and got anew when Shopify takes it no longer.
import { expect, test } from 'vitest'
import { bench, failure, idsOf } from './harness.ts'
import { CLIENT } from './vendor.ts'

const APP = { accessToken: undefined, ...CLIENT }

test('the token is kept for its day', async () => {
  const shop = await bench()
  shop.add(1)
  expect(idsOf(await shop.read(APP))).toEqual(['1'])
  shop.advance(23 * 3_600_000)
  await shop.read(APP)
  expect(shop.signedIn).toBe(1)
  shop.advance(3_600_000)
  await shop.read(APP)
  expect(shop.signedIn).toBe(2)
})

test('a token that is taken back in the middle is got anew, once', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3]) shop.add(id)
  const ids: string[] = []
  for await (const page of shop.pull({ ...APP, pageSize: 1 })) {
    ids.push(...idsOf([page]))
    if (ids.length === 1) shop.dayToken = 'another'
  }
  expect(ids).toEqual(['1', '2', '3'])
  expect(shop.signedIn).toBe(2)
})

test('a secret that is wrong is an error that does not show it', async () => {
  const shop = await bench()
  const error = await failure(shop.read({ ...APP, clientSecret: 'shpss_wrong' }))
  expect(error.kind).toBe('unauthorized')
  expect(error.hint).toContain('Dev Dashboard')
  expect(`${error.message} ${error.stack}`).not.toContain('shpss_wrong')
})
