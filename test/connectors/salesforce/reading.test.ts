// Reading rows: links that expire, rows that show late, queries that take too long, addresses that are too long.
import { expect, test } from 'vitest'
import { HOUR, openEngine, openShop, type Shop } from './harness.ts'
import type { Values } from './org.ts'

function addContacts({ vendor }: Shop, count: number, values: Values = {}): string[] {
  return Array.from({ length: count }, (_, n) =>
    vendor.org.insert('Contact', { FirstName: `P${n}`, MobilePhone: `+1510200${1000 + n}`, ...values }),
  )
}

const ids = (records: readonly { id: string }[]) => records.map(({ id }) => id)

test('goes on behind the last id when a link to the next rows expires in the middle of a pull', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  const all = addContacts(shop, 10)
  let pages = 0
  const records = await shop.pull({
    options: { fields: ['FirstName'] },
    onPage: () => {
      pages += 1
      if (pages === 2) shop.vendor.loseLinks()
    },
  })
  expect(ids(records.flatMap((page) => page.records))).toEqual(all)
  const behind = shop.vendor.queries().filter((soql) => soql.includes('Id > '))
  expect(behind).toEqual([expect.stringContaining(`Id > '${all[8]}' ORDER BY Id`)])
})

test('gives up when each link is dead before it is followed, and every page brought nothing', async () => {
  const shop = await openShop({ rowsPerPage: 3, linkLifeMs: -1 })
  const all = addContacts(shop, 10)
  // Each first page of a new query still brings rows, so even this ends.
  expect(ids(await shop.records())).toEqual(all)
})

test('signs in again when the session ends, and does not follow a link of the old session for ever', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  const all = addContacts(shop, 10)
  let pages = 0
  const records = await shop.pull({
    onPage: () => {
      pages += 1
      if (pages === 1) shop.vendor.endSessions()
    },
  })
  expect(ids(records.flatMap((page) => page.records))).toEqual(all)
  expect(shop.vendor.asked.filter((one) => one.includes('oauth2/token'))).toHaveLength(2)
})

test('a row that shows after the cursor moved past its time is read by the next pull', async () => {
  const { clock, org, reader } = await openEngine()
  org.insert('Contact', { FirstName: 'Known', MobilePhone: '+15102000001' })
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  // Committed after the pull, with the time at which its transaction began: two seconds before a row that was seen.
  const stamped = clock.now() - 2_000
  org.insert(
    'Contact',
    { FirstName: 'Late', MobilePhone: '+15102000003' },
    { at: stamped, shownAt: clock.now() + 5_000 },
  )
  org.insert('Contact', { FirstName: 'Newest', MobilePhone: '+15102000002' })
  await reader.pull('incremental')
  expect(reader.known().map(({ first }) => first)).toEqual(['Known', 'Newest'])
  clock.advance(10_000)
  await reader.pull('incremental')
  expect(reader.known().map(({ first }) => first)).toEqual(['Known', 'Newest', 'Late'])
})

test('reads 5,000 rows of one instant, in an incremental pull', async () => {
  const shop = await openShop({ rowsPerPage: 1_000 })
  const all = addContacts(shop, 5_000)
  const records = await shop.records({ mode: 'incremental', options: { fields: ['FirstName'] } })
  expect(ids(records)).toEqual(all)
})

test('halves the window of a query that takes too long, and still reads everything', async () => {
  const shop = await openShop({ slowAbove: 5 })
  const all: string[] = []
  for (let n = 0; n < 12; n += 1) {
    all.push(...addContacts(shop, 1))
    shop.clock.advance(5 * 60_000)
  }
  const records = await shop.records({ mode: 'incremental' })
  expect([...new Set(ids(records))].sort()).toEqual([...all].sort())
  expect(shop.said.join()).toContain('took Salesforce too long')
})

test('goes on in the same part of a window after a crash', async () => {
  const shop = await openShop({ slowAbove: 5, rowsPerPage: 2 })
  const all: string[] = []
  for (let n = 0; n < 12; n += 1) {
    all.push(...addContacts(shop, 1))
    shop.clock.advance(5 * 60_000)
  }
  const window = { from: shop.clock.now() - HOUR, to: shop.clock.now() }
  const [first, second] = await shop.pull({ mode: 'incremental', ...window })
  shop.vendor.asked.length = 0
  const rest = await shop.records({ mode: 'incremental', ...window, resumeAfter: second?.position ?? '' })
  expect(new Set(ids([...(first?.records ?? []), ...(second?.records ?? []), ...rest]))).toEqual(new Set(all))
  expect(ids(rest)).not.toContain(all[0])
})

test('asks for fewer rows at a time where there is no window to halve', async () => {
  const shop = await openShop({ slowAbove: 600 })
  const all = addContacts(shop, 1_300)
  const records = await shop.records({ options: { fields: ['FirstName'] } })
  expect(ids(records)).toEqual(all)
  expect(shop.vendor.queries().some((soql) => soql.endsWith('LIMIT 500'))).toBe(true)
})

test('says so when not even the smallest part comes in time', async () => {
  const shop = await openShop({ slowAbove: 0 })
  addContacts(shop, 3)
  await expect(shop.records()).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('too long'),
  })
  await expect(shop.records({ mode: 'incremental' })).rejects.toMatchObject({ kind: 'failed' })
})

test('a query that fits into no address goes through a composite request, with its errors', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  const { fields } = shop.vendor.org.table('Contact')
  for (let n = 0; n < 400; n += 1) {
    const name = `A_field_with_a_rather_long_name_${n}__c`
    fields.set(name.toLowerCase(), {
      name,
      label: name,
      type: 'string',
      length: 20,
      compoundFieldName: null,
      relationshipName: null,
      referenceTo: [],
    })
  }
  const all = addContacts(shop, 7, { A_field_with_a_rather_long_name_399__c: 'last' })
  const records = await shop.records()
  expect(ids(records)).toEqual(all)
  expect(records[6]?.fields.A_field_with_a_rather_long_name_399__c).toBe('last')
  expect(shop.vendor.asked.some((one) => one.startsWith('POST') && one.endsWith('/composite'))).toBe(true)
  await expect(shop.records({ options: { where: { Contact: 'FirstName == 1' } } })).rejects.toMatchObject({
    kind: 'field',
  })
  shop.vendor.endSessions()
  expect(ids(await shop.records())).toEqual(all)
})

test('a pull in one go holds what it saw against the count of rows that were there before it began', async () => {
  const shop = await openShop()
  addContacts(shop, 3)
  shop.clock.advance(HOUR)
  addContacts(shop, 2)
  const pages = await shop.pull()
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'everything', count: 3 })
})

test('a pull in two parts has a count only when it is exactly what both parts showed', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  addContacts(shop, 9)
  const [first] = await shop.pull()
  const same = await shop.pull({ resumeAfter: first?.position ?? '' })
  expect(same.flatMap(({ records }) => records)).toHaveLength(6)
  expect(same.at(-1)?.end?.count).toBe(9)
  shop.vendor.org.purge('Contact', first?.records[0]?.id ?? '')
  const other = await shop.pull({ resumeAfter: first?.position ?? '' })
  expect(other.at(-1)?.end?.count).toBeNull()
})

test('a pull that goes on from a position that nobody can read starts over', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  const all = addContacts(shop, 4)
  expect(ids(await shop.records({ resumeAfter: 'something else' }))).toEqual(all)
})
