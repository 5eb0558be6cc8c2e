// What a customer becomes: the id, the phones, the consent, the state of the account.
import { expect, test } from 'vitest'
import { bench } from './harness.ts'
import type { Sms } from './shop.ts'

async function fieldsOf(more: Parameters<Awaited<ReturnType<typeof bench>>['add']>[1]) {
  const shop = await bench()
  shop.add(7_400_000_000_003, more)
  const [page] = await shop.read()
  return page?.records[0]?.fields
}

test('the id is the number of the gid, and times keep their text', async () => {
  const shop = await bench()
  shop.add(7_400_000_000_003)
  const [page] = await shop.read()
  expect(page?.records[0]).toMatchObject({
    id: '7400000000003',
    updatedAt: '2030-01-15T11:00:00Z',
    place: 'https://example.myshopify.com/admin/customers/7400000000003',
    fields: { id: 'gid://shopify/Customer/7400000000003', legacyResourceId: '7400000000003' },
  })
})

test.each<[Sms, boolean]>([
  ['SUBSCRIBED', false],
  ['NOT_SUBSCRIBED', false],
  ['PENDING', false],
  ['UNSUBSCRIBED', true],
  ['REDACTED', true],
  // One that Shopify may invent tomorrow.
  ['SNOOZED', true],
])('the consent %s means unsubscribed: %s', async (sms, unsubscribed) => {
  expect(await fieldsOf({ sms })).toMatchObject({
    smsUnsubscribed: unsubscribed,
    smsMarketingConsent: { marketingState: sms },
  })
})

test('the consent says how and when it was given', async () => {
  expect((await fieldsOf({ sms: 'SUBSCRIBED' }))?.smsMarketingConsent).toEqual({
    marketingState: 'SUBSCRIBED',
    marketingOptInLevel: 'SINGLE_OPT_IN',
    consentUpdatedAt: '2030-01-15T11:00:00Z',
    consentCollectedFrom: 'SHOPIFY',
  })
})

test('a customer without a phone has its consent fields all the same, and keeps the phone of the address', async () => {
  const address = { phone: '+14155550199', countryCodeV2: 'US' }
  expect(await fieldsOf({ phone: null, address })).toMatchObject({
    phone: null,
    smsUnsubscribed: false,
    smsMarketingConsent: { marketingState: null },
    defaultAddress: { phone: '+14155550199', countryCodeV2: 'US' },
  })
})

test.each(['DISABLED', 'INVITED', 'DECLINED', 'ENABLED'] as const)(
  'the state %s of the online account puts nobody aside: it is a field',
  async (state) => {
    const shop = await bench()
    shop.add(1, { state, tags: ['vip', 'wholesale, east'] })
    const [page] = await shop.read()
    expect(page?.records[0]).toMatchObject({ fields: { state, tags: ['vip', 'wholesale, east'] } })
    expect(page?.records[0]).not.toHaveProperty('archived')
    expect(page?.records[0]).not.toHaveProperty('deleted')
  },
)
