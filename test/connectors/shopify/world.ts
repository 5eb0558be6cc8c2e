// The shop as the conformance kit sees it.
import type { ConnectorWorld, Person, Stage } from 'heysync/connector/testing'
import type { CustomerRow } from './shop.ts'
import { CLIENT, openVendor, TOKEN, type Vendor } from './vendor.ts'

export const PLAIN: Omit<CustomerRow, 'id' | 'updatedAt' | 'indexedAt'> = {
  firstName: 'Ann',
  lastName: 'Lee',
  phone: '+14155550100',
  sms: 'NOT_SUBSCRIBED',
  email: 'ann@example.com',
  address: null,
  state: 'DISABLED',
  tags: [],
}

export async function openShopifyWorld(
  { clock }: Stage,
  pageSize: number,
  credential: object = { accessToken: TOKEN },
): Promise<ConnectorWorld & { vendor: Vendor }> {
  const vendor = await openVendor(clock)
  const { rows } = vendor.shop
  const ids = new Map<string, number>()
  // Real ids are this long; the second half of them would be cut by 32 bits.
  let lastId = 7_400_000_000_000
  const options = {
    shop: 'example.myshopify.com',
    ...credential,
    url: vendor.server.url,
    pageSize,
    bulkFrom: 'never',
  }
  return {
    vendor,
    options,
    map: {
      phone: 'phone',
      first: 'firstName',
      last: 'lastName',
      email: 'email',
      optedOut: 'smsUnsubscribed',
    },
    secrets: [TOKEN, CLIENT.clientSecret],
    put: (people: readonly Person[], { changedAt = clock.now(), shownAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        lastId += 3
        const id = ids.get(key) ?? lastId
        ids.set(key, id)
        const names = blank
          ? { firstName: null, lastName: '', email: null }
          : { firstName: first, lastName: last, email }
        rows.set(id, { ...PLAIN, id, phone, ...names, updatedAt: changedAt, indexedAt: shownAt })
      }
    },
    delete: (keys) => keys.forEach((key) => void rows.delete(ids.get(key) ?? 0)),
    optOut: (keys) => {
      for (const key of keys) {
        const row = rows.get(ids.get(key) ?? 0)
        const now = clock.now()
        if (row) rows.set(row.id, { ...row, sms: 'UNSUBSCRIBED', updatedAt: now, indexedAt: now })
      }
    },
    list: (keys) => {
      const id = 'gid://shopify/Segment/5'
      vendor.shop.segments.set(id, { id, name: 'VIP', members: keys.map((key) => ids.get(key) ?? 0) })
      return { title: 'VIP', options: { ...options, segments: ['VIP'] } }
    },
    // The loser is gone without a word, and the winner changed.
    merge: (loser, winner) => {
      rows.delete(ids.get(loser) ?? 0)
      const kept = rows.get(ids.get(winner) ?? 0)
      if (kept) rows.set(kept.id, { ...kept, updatedAt: clock.now(), indexedAt: clock.now() })
    },
    trouble: vendor.server.trouble,
    requests: vendor.server.requests,
    close: vendor.close,
  }
}
