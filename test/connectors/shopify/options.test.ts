// The options, and what is found before anything is pulled.
import { expect, test } from 'vitest'
import { shopifyOptions } from '../../../connectors/shopify/options.ts'
import { shopifyConnector } from '../../../connectors/shopify/shopify.ts'
import { bench } from './harness.ts'

const GIVEN = { shop: 'example.myshopify.com', accessToken: 'shpat_1' }

test('need a shop and a token only', () => {
  expect(shopifyOptions.parse({ ...GIVEN, shop: ' Example.myshopify.com ' })).toEqual({
    ...GIVEN,
    apiVersion: '2026-04',
    segments: [],
    segmentMinutes: 60,
    bulkFrom: 10_000,
    bulkMinutes: 60,
    pageSize: 100,
  })
})

test.each([
  ['shop', 'https://example.myshopify.com'],
  ['shop', 'example.myshopify.com/admin'],
  ['shop', 'example.com'],
  ['shop', 'example.myshopify.com.evil.test'],
  ['shop', 'evil.test#.myshopify.com'],
  ['accessToken', 'shpat_1\nx-other: y'],
  ['accessToken', ''],
  ['apiVersion', '2025-01'],
  ['apiVersion', '2026-05'],
  ['apiVersion', 'latest'],
  ['bulkFrom', 'always'],
  ['pageSize', 251],
])('refuse %s: %s', (key, value) => {
  expect(shopifyOptions.safeParse({ ...GIVEN, [key]: value }).success).toBe(false)
})

test.each([
  [{}],
  [{ clientId: 'a' }],
  [{ clientSecret: 'b' }],
  [{ accessToken: 'c', clientId: 'a', clientSecret: 'b' }],
])('refuse a credential that is not whole: %j', (credential) => {
  const { error } = shopifyOptions.safeParse({ shop: GIVEN.shop, ...credential })
  expect(error?.issues[0]?.message).toContain('clientId and clientSecret together')
})

test('what it can do is said truthfully', () => {
  expect(shopifyConnector.capabilities).toEqual({
    incremental: 'watermark',
    deletes: false,
    merges: false,
    consent: true,
    lists: true,
    resumable: true,
  })
})

test('discovery tells fields with samples and roles, the count and the segments', async () => {
  const shop = await bench()
  shop.add(1, { tags: ['vip'], address: { phone: '+14155550199', countryCodeV2: 'US' } })
  shop.shop.segments.set('s', { id: 'gid://shopify/Segment/5', name: 'VIP', members: [] })
  const { fields, count, lists } = await shop.discover()
  expect(count).toBe(1)
  expect(lists).toEqual(['VIP'])
  const byRole = fields.flatMap(({ name, role, samples }) => (role ? [[role, name, samples[0]]] : []))
  expect(byRole).toEqual([
    ['phone', 'phone', '+14155550100'],
    ['first', 'firstName', 'Ann'],
    ['last', 'lastName', 'Lee'],
    ['email', 'email', 'ann@example.com'],
    ['optedOut', 'smsUnsubscribed', 'false'],
    ['tags', 'tags', 'vip'],
    ['country', 'defaultAddress.countryCodeV2', 'US'],
  ])
  expect(fields.find(({ name }) => name === 'defaultAddress.phone')?.samples).toEqual(['+14155550199'])
})
