// Bulk API 2.0: the same records as page by page, and what happens when it is not to be had.
import { expect, test } from 'vitest'
import { openShop, type Shop } from './harness.ts'

const BULK = { bulkAbove: 5 }

function addMany({ vendor }: Shop, count: number): string[] {
  const user = vendor.org.insert('User', { Name: 'Ola', Email: 'ola@example.com' })
  return Array.from({ length: count }, (_, n) =>
    vendor.org.insert('Contact', {
      FirstName: n % 3 === 0 ? null : `Quote " comma , line\nbreak ${n}`,
      MobilePhone: `+1510200${1000 + n}`,
      DoNotCall: n % 2 === 0,
      Visits__c: n,
      Born__c: '2001-02-03',
      Seen__c: Date.parse('2029-05-06T07:08:09Z'),
      OwnerId: n % 2 === 0 ? user : null,
    }),
  )
}

const jobs = ({ vendor }: Shop) =>
  vendor.asked.filter((one) => one.startsWith('POST') && one.includes('/jobs/query'))
const byId = <T extends { id: string }>(records: readonly T[]) =>
  [...records].sort((a, b) => (a.id < b.id ? -1 : 1))
const FIELDS = [
  'FirstName',
  'MobilePhone',
  'DoNotCall',
  'Visits__c',
  'Born__c',
  'Seen__c',
  'Owner.Email',
  'SystemModstamp',
]

test('records are the same, whether they come in bulk or page by page', async () => {
  const shop = await openShop({ rowsPerPage: 3, rowsPerPart: 4 })
  addMany(shop, 20)
  const paged = await shop.records({ options: { fields: FIELDS } })
  expect(jobs(shop)).toEqual([])
  const bulk = await shop.records({ options: { ...BULK, fields: FIELDS } })
  expect(jobs(shop)).toHaveLength(1)
  expect(byId(bulk)).toEqual(byId(paged))
})

test('few rows are not worth a job', async () => {
  const shop = await openShop({ rowsPerPage: 3 })
  addMany(shop, 8)
  await shop.records({ options: BULK })
  expect(jobs(shop)).toEqual([])
})

test.each(['off', 'fails'] as const)('reads page by page where bulk is %s', async (bulk) => {
  const shop = await openShop({ rowsPerPage: 3, bulk })
  const all = addMany(shop, 20)
  const pages = await shop.pull({ options: BULK })
  expect(pages.flatMap(({ records }) => records).map(({ id }) => id)).toEqual(all)
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'everything' })
  expect(shop.said.join()).toMatch(bulk === 'off' ? /FeatureNotEnabled/ : /InternalServerError/)
})

test('goes on in a job after a crash: parts that were saved are not asked for again', async () => {
  const shop = await openShop({ rowsPerPage: 3, rowsPerPart: 4 })
  const all = addMany(shop, 20)
  const pages = await shop.pull({ options: BULK })
  const saved = pages.slice(0, 3)
  const rest = await shop.pull({ options: BULK, resumeAfter: saved[2]?.position ?? '' })
  expect(jobs(shop)).toHaveLength(1)
  const ids = [...saved, ...rest].flatMap(({ records }) => records).map(({ id }) => id)
  expect(ids).toHaveLength(20)
  expect(new Set(ids)).toEqual(new Set(all))
  expect(rest.at(-1)?.end?.count).toBe(20)
})

test('a job that is not there any more costs a second reading, and no record', async () => {
  const shop = await openShop({ rowsPerPage: 3, rowsPerPart: 4 })
  const all = addMany(shop, 20)
  const saved = (await shop.pull({ options: BULK })).slice(0, 3)
  shop.vendor.forgetJobs()
  const rest = await shop.pull({ options: BULK, resumeAfter: saved[2]?.position ?? '' })
  expect(new Set([...saved, ...rest].flatMap(({ records }) => records).map(({ id }) => id))).toEqual(
    new Set(all),
  )
  // They may come a second time, so they must not count as two people with one id.
  expect(rest.every(({ changes }) => changes === true)).toBe(true)
  expect(rest.at(-1)?.end?.count).toBe(20)
})

test('a part that holds fewer rows than it says is no part', async () => {
  const shop = await openShop({ rowsPerPage: 3, dropsRows: 1 })
  addMany(shop, 20)
  await expect(shop.records({ options: BULK })).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('should hold 17 rows, and held 16'),
  })
})

test.each(['full', 'incremental'] as const)(
  'a %s pull in bulk reads those in the recycle bin too',
  async (mode) => {
    const shop = await openShop({ rowsPerPage: 3 })
    const all = addMany(shop, 20)
    const [, , , , , , , gone = ''] = all
    shop.vendor.org.remove('Contact', gone)
    const records = await shop.records({ mode, options: BULK })
    expect(jobs(shop)).toHaveLength(1)
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set(all))
    expect(records.filter(({ deleted }) => deleted).map(({ id }) => id)).toEqual([gone])
  },
)
