// Where Dataverse bites: links that expire, tombstones, merges, choices, privileges, links that lead elsewhere.
import type { Page, PullRequest } from 'heysync/connector'
import type { Stage } from 'heysync/connector/testing'
import { expect, onTestFinished, test } from 'vitest'
import { dataverseConnector } from '../../../connectors/dataverse/dataverse.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { sourceRequests } from '../../../src/connector/http/source-http.ts'
import { CLIENT_ID, type Manners, startDataverse, TENANT } from './vendor.ts'

const HOUR = 3_600_000

async function openShop(manners: Partial<Manners> = {}) {
  let now = Date.parse('2030-01-15T12:00:00Z')
  const clock: Stage['clock'] = {
    now: () => now,
    sleep: async (ms) => {
      now += ms
    },
    advance: (ms) => {
      now += ms
    },
  }
  const vendor = await startDataverse(clock, manners)
  const requests = sourceRequests(() => 1)
  onTestFinished(async () => {
    requests.close()
    await vendor.close()
  })
  const said: string[] = []
  const log = (message: string) => void said.push(message)
  const signal = new AbortController().signal
  const context = connectorContext({
    signal,
    clock,
    log: { debug: log, info: log, warn: log },
    baseDir: '/',
    requests,
  })
  const options = (more: object) => dataverseConnector.options.parse({ ...vendor.options, ...more })
  const pull = async (more: Partial<PullRequest> = {}, given: object = {}): Promise<Page[]> => {
    const mode = more.mode ?? 'full'
    const window = {
      from: mode === 'full' ? null : new Date(now - HOUR).toISOString(),
      to: new Date(now).toISOString(),
    }
    const request: PullRequest = { mode, window, token: null, resumeAfter: null, ...more }
    const pages: Page[] = []
    for await (const page of dataverseConnector.pull(options(given), request, context)) pages.push(page)
    return pages
  }
  return {
    vendor,
    clock,
    said,
    pull,
    /** What changed since these pages. */
    news: (pages: readonly Page[], given: object = {}) =>
      pull({ mode: 'incremental', token: pages.at(-1)?.end?.token ?? null }, given),
    discover: (given: object = {}) => dataverseConnector.discover(options(given), context),
  }
}

const recordsOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records)

test('reads tombstones: also of somebody who was made and deleted between two pulls', async () => {
  const { vendor, clock, pull, news } = await openShop()
  const id = vendor.put(null, { mobilephone: '1' })
  const first = await pull()
  clock.advance(HOUR)
  vendor.remove(id)
  const never = vendor.put(null, { mobilephone: '2' })
  vendor.remove(never)
  const pages = await news(first)
  expect(recordsOf(pages)).toMatchObject([
    { id, deleted: true, fields: { mobilephone: null } },
    { id: never, deleted: true },
  ])
  expect(pages.every(({ changes }) => changes === true)).toBe(true)
  expect(recordsOf(await news(pages))).toEqual([])
})

test('asks tracked requests for nothing that they refuse, and follows links as they are', async () => {
  const { vendor, pull } = await openShop({ rowsPerPage: 2 })
  for (let n = 0; n < 5; n += 1) vendor.put(null, {})
  const pages = await pull()
  expect(recordsOf(pages)).toHaveLength(5)
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'everything', count: null })
  const rows = vendor.asked.filter((one) => one.includes('/contacts?'))
  expect(rows[0]).not.toMatch(/filter|orderby|top|expand/)
  expect(rows.slice(1).every((one) => one.startsWith('GET /api/data/v9.2/contacts?$skiptoken='))).toBe(true)
})

test('goes on from the link of the last page that was saved', async () => {
  const { vendor, pull } = await openShop({ rowsPerPage: 2 })
  for (let n = 0; n < 6; n += 1) vendor.put(null, {})
  const [first] = await pull()
  vendor.asked.length = 0
  const rest = await pull({ resumeAfter: first?.position ?? '' })
  expect(recordsOf(rest)).toHaveLength(4)
  expect(vendor.asked.filter((one) => one.includes('/contacts'))).toHaveLength(2)
  expect(rest.at(-1)?.end?.token).toContain('deltatoken')
})

test('a link to changes that is refused means that everything is read', async () => {
  const { vendor, clock, pull, news } = await openShop()
  const first = await pull()
  clock.advance(HOUR)
  vendor.forget()
  await expect(news(first)).rejects.toMatchObject({ kind: 'cursor-expired' })
})

test('a link to changes that is older than what is remembered is not even tried', async () => {
  const { vendor, clock, pull, news } = await openShop({ trackingDays: 100 })
  const first = await pull()
  clock.advance(7 * 24 * HOUR)
  vendor.asked.length = 0
  await expect(news(first)).rejects.toMatchObject({ kind: 'cursor-expired' })
  expect(vendor.asked).toEqual([])
  expect(recordsOf(await news(first, { trackingDays: 30 }))).toEqual([])
})

test('a merge says into whom; whoever is inactive for another reason is put aside', async () => {
  const { vendor, pull } = await openShop()
  const winner = vendor.put(null, {})
  const loser = vendor.put(null, { statecode: 1, merged: true, _masterid_value: winner })
  const inactive = vendor.put(null, { statecode: 1 })
  const [first, second, third] = recordsOf(await pull())
  expect(first).not.toHaveProperty('archived')
  expect(second).toMatchObject({ id: loser, mergedInto: winner })
  expect(second).not.toHaveProperty('archived')
  expect(third).toMatchObject({ id: inactive, archived: true })
})

test('choices come as numbers, with what people see beside them', async () => {
  const { vendor, pull } = await openShop()
  vendor.put(null, { preferredcontactmethodcode: 3, donotphone: true, birthdate: '1990-01-02' })
  const fields = ['preferredcontactmethodcode', 'donotphone', 'birthdate', 'mobilephone']
  const [record] = recordsOf(await pull({}, { fields }))
  expect(record?.fields).toEqual({
    preferredcontactmethodcode: 3,
    donotphone: true,
    birthdate: '1990-01-02',
    mobilephone: null,
    formatted: { preferredcontactmethodcode: 'Phone', donotphone: 'Do Not Allow' },
  })
})

test('a user who may not see all contacts is told so, and nobody is taken for gone', async () => {
  const { pull } = await openShop({ seesOnlyOwn: true })
  await expect(pull()).rejects.toMatchObject({
    kind: 'unauthorized',
    hint: expect.stringContaining('whole organisation'),
  })
})

test('a column that is not there is named', async () => {
  const { pull, discover } = await openShop()
  const wrong = { fields: ['mobilphone'] }
  for (const asked of [() => pull({}, wrong), () => discover(wrong)])
    await expect(asked()).rejects.toMatchObject({
      kind: 'field',
      message: expect.stringContaining('mobilphone'),
    })
})

test('follows no link to another host', async () => {
  const { vendor, pull } = await openShop({ rowsPerPage: 1, linkOrigin: 'http://127.0.0.2:9' })
  vendor.put(null, {})
  vendor.put(null, {})
  await expect(pull()).rejects.toMatchObject({
    kind: 'failed',
    message: expect.stringContaining('was not followed'),
  })
})

test('without change tracking an incremental pull reads by the time of change, and says that deletions wait', async () => {
  const { vendor, clock, said, pull, news } = await openShop({ tracked: false })
  vendor.put(null, {})
  const first = await pull()
  clock.advance(2 * HOUR)
  const changed = vendor.put(null, {})
  expect(recordsOf(await news(first)).map(({ id }) => id)).toEqual([changed])
  expect(said.join()).toContain('not tracked')
})

test('says why a sign-in was refused, and signs in again when a session ends', async () => {
  const { vendor, pull } = await openShop()
  const auth = { tenantId: TENANT, clientId: CLIENT_ID, clientSecret: 'a-wrong-secret' }
  await expect(pull({}, { auth })).rejects.toMatchObject({ kind: 'unauthorized' })
  await expect(pull({}, { auth: { ...auth, tenantId: 'nowhere' } })).rejects.toMatchObject({
    kind: 'unauthorized',
    message: 'Microsoft refused the sign-in: AADSTS90002: Tenant not found.',
  })
  vendor.put(null, {})
  await pull()
  vendor.endSessions()
  expect(recordsOf(await pull())).toHaveLength(1)
})

test('says who reads, and something else when their roles change', async () => {
  const { vendor, pull } = await openShop()
  const scope = async () => (await pull()).at(-1)?.end?.scope
  const before = await scope()
  expect(before).toContain('roles role-1')
  vendor.roles.push('role-2')
  expect(await scope()).not.toBe(before)
})

test('shows columns with what people call them', async () => {
  const { vendor, discover } = await openShop()
  vendor.put(null, { mobilephone: '(415) 555-0100' })
  const { fields, count } = await discover()
  expect(count).toBe(1)
  expect(fields.find(({ name }) => name === 'mobilephone')).toEqual({
    name: 'mobilephone',
    type: 'text',
    label: 'Mobile Phone',
    role: 'phone',
    samples: ['(415) 555-0100'],
  })
})

test('a secured column that shows nothing is said to be secured, and one that can be read is not', async () => {
  const secured = ['new_smsoptout', 'birthdate', '_ownerid_value']
  const { vendor, discover, said } = await openShop({ secured })
  vendor.put(null, { mobilephone: '1', new_smsoptout: true, telephone1: '2' })
  const fields = ['mobilephone', 'telephone2', 'new_smsoptout', '_ownerid_value']
  await discover({ fields })
  expect(said.join('\n')).toMatch(/new_smsoptout, _ownerid_value.*secured/)
  expect(said.join('\n')).not.toMatch(/birthdate|telephone/)
  vendor.manners.readsSecured = true
  said.length = 0
  await discover({ fields: ['mobilephone', 'new_smsoptout'] })
  expect(said).toEqual([])
})
