// What the app may see: data that is hidden from it must be an error, never a blank.
import { describe, expect, test } from 'vitest'
import { all, bench, failure, news, START } from './harness.ts'
import { TOKEN } from './vendor.ts'

describe('customers that are hidden from the app', () => {
  test.each([
    ['with an error for each field', 'errors'],
    ['without a word', 'silently'],
    ['because the scope is missing', 'no scope'],
  ] as const)('%s: nothing is taken, and the hint says what to grant', async (_name, hiding) => {
    const shop = await bench()
    for (const id of [1, 2, 3, 4]) shop.add(id)
    shop.shop.hiding = hiding
    for (const run of [
      () => shop.read(),
      () => shop.read({}, news(START - 9e6, START)),
      () => shop.discover(),
    ]) {
      const error = await failure(run())
      expect(error.kind).toBe('unauthorized')
      expect(error.hint).toContain('read_customers')
      expect(error.hint).toContain('protected customer data')
    }
  })

  test('no page comes before the error', async () => {
    const shop = await bench()
    for (const id of [1, 2, 3, 4, 5, 6]) shop.add(id)
    shop.shop.hiding = 'silently'
    await expect(shop.pull({ pageSize: 3 })[Symbol.asyncIterator]().next()).rejects.toThrow('come empty')
  })

  test('also in the file of a bulk operation', async () => {
    const shop = await bench()
    for (const id of [1, 2, 3, 4]) shop.add(id)
    shop.shop.hiding = 'silently'
    expect((await failure(shop.read({ bulkFrom: 1 }))).kind).toBe('unauthorized')
  })

  test('somebody who was erased by request is empty too, and no error', async () => {
    const shop = await bench()
    for (const id of [1, 2, 3]) shop.add(id)
    shop.add(4, { firstName: null, lastName: null, phone: null, email: null })
    const [page] = await shop.read()
    expect(page?.records).toHaveLength(4)
  })
})

test('an answer to another question is not taken: Shopify drops a filter that it does not know', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3]) shop.add(id)
  for (const field of ['updated_at', 'id']) {
    shop.shop.dropsFilter = field
    const error = await failure(shop.read({ pageSize: 1 }, news(START - 9e6, START)))
    expect(error.message).toContain('Invalid search field')
  }
})

test.each([
  [401, 'unauthorized', 'heysync check'],
  [402, 'failed', 'pay the bill'],
  [403, 'unauthorized', 'read_customers'],
  [404, 'not-found', 'myshopify.com'],
])('the status %s is told apart', async (status, kind, hint) => {
  const shop = await bench()
  shop.next = { status, body: { errors: 'no' } }
  const error = await failure(shop.read())
  expect(error).toMatchObject({ kind, hint: expect.stringContaining(hint) })
  expect(error.message).not.toContain(TOKEN)
})

test('the end says who reads and what they may see', async () => {
  const shop = await bench()
  const pages = await shop.read()
  expect(JSON.parse(pages.at(-1)?.end?.scope ?? '')).toEqual({
    shop: 'gid://shopify/Shop/1',
    app: 'gid://shopify/App/3',
    scopes: ['read_customers', 'read_orders'],
  })
})

test('warns when Shopify no longer serves the version of the options', async () => {
  const shop = await bench()
  await shop.read({ apiVersion: '2027-01' })
  expect(shop.logged.filter((line) => line.includes('2025-04'))).toHaveLength(1)
  shop.logged.length = 0
  await shop.read()
  expect(shop.logged).toEqual([])
})

test('a list that does not go on is an error, not the end', async () => {
  const shop = await bench()
  for (const id of [1, 2]) shop.add(id)
  const pages = shop.pull({ pageSize: 1 })[Symbol.asyncIterator]()
  await pages.next()
  shop.next = {
    body: { data: { customers: { nodes: [], pageInfo: { hasNextPage: true, endCursor: null } } } },
  }
  await expect(pages.next()).rejects.toThrow('does not say where')
})

test('a page that repeats customers is an error, so that nothing is read for ever', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3]) shop.add(id)
  const pages = shop.pull({ pageSize: 1 })[Symbol.asyncIterator]()
  await pages.next()
  await pages.next()
  shop.next = {
    body: {
      data: {
        customers: {
          nodes: [{ id: 'gid://shopify/Customer/2' }],
          pageInfo: { hasNextPage: true, endCursor: 'x' },
        },
      },
    },
  }
  expect((await failure(all({ [Symbol.asyncIterator]: () => pages }))).message).toContain(
    'customer 2 behind 2',
  )
})
