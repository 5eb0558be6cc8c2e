// What is special about Pipedrive: hashes for names, numbers for options, tokens that cost, and no word about who left.
import { expect, test } from 'vitest'
import { HOUR, openBench, person } from './bench.ts'
import { TOKEN } from './fake.ts'

const PLAN = 'dcf558aac1ae4e8c4f849ba5e668430d8df9be12'
const TOPICS = 'acf558aac1ae4e8c4f849ba5e668430d8df9be13'
const OTHER_PLAN = 'ecf558aac1ae4e8c4f849ba5e668430d8df9be14'

test('custom fields have the names and options the words that people see', async () => {
  const { fake, reader } = await openBench()
  const options = [
    { id: 1, label: 'Gold' },
    { id: 2, label: 'Silver' },
  ]
  fake.fields.push(
    { field_code: PLAN, field_name: 'Plan', field_type: 'enum', options },
    { field_code: TOPICS, field_name: 'Topics', field_type: 'set', options },
    // The same name once more, and one that persons have anyway.
    { field_code: OTHER_PLAN, field_name: 'Plan', field_type: 'varchar' },
    { field_code: `f${PLAN.slice(1)}`, field_name: 'email', field_type: 'varchar' },
  )
  fake.company.add({
    ...person(1),
    label_ids: [6, 404],
    custom_fields: { [PLAN]: 2, [TOPICS]: [1, 2, 3], [OTHER_PLAN]: 'free text' },
  })
  fake.company.add({ ...person(2), custom_fields: { [PLAN]: { id: 1, label: 'Gold' }, [TOPICS]: '2,1' } })
  await reader.pull('full')
  const [first, second] = reader.pages.flatMap(({ records }) => records).map(({ fields }) => fields)
  expect(first).toMatchObject({
    Plan: 'Silver',
    Topics: ['Gold', 'Silver', 3],
    'Plan (2)': 'free text',
    'email (2)': null,
    labels: ['VIP', 404],
  })
  expect(second).toMatchObject({ Plan: 'Gold', Topics: ['Silver', 'Gold'], 'Plan (2)': null, labels: [] })
})

test('a field keeps its name when another one of the same name comes or goes, and takes the new one when it is renamed', async () => {
  const { clock, fake, reader } = await openBench()
  const first = { field_code: PLAN, field_name: 'SMS stop', field_type: 'varchar' }
  // Its code comes first in every order.
  const second = { ...first, field_code: TOPICS }
  const id = fake.company.add(person(1))
  const read = async (...fields: (typeof first)[]) => {
    fake.fields.splice(0, fake.fields.length, ...fields)
    clock.advance(HOUR)
    fake.company.update(id, { custom_fields: { [PLAN]: 'yes', [TOPICS]: 'other' } })
    await reader.pull('incremental')
    return reader.pages.flatMap(({ records }) => records).at(-1)?.fields
  }
  await read(first)
  expect(await read(second, first)).toMatchObject({ 'SMS stop': 'yes', 'SMS stop (2)': 'other' })
  expect(reader.said.join()).toContain('"SMS stop (2)"')
  const left = await read(second)
  expect(left).toMatchObject({ 'SMS stop (2)': 'other' })
  expect(left).not.toHaveProperty('SMS stop')
  expect(await read({ ...second, field_name: 'Stop' })).toMatchObject({ Stop: 'other' })
})

test.each([
  ['no yes', { success: false, data: [] }],
  ['no list', { success: true, data: null }],
])('an answer with %s in the middle ends the pull, and nobody is gone', async (_what, body) => {
  const { clock, fake, reader, names } = await openBench({ pageSize: 2 })
  for (let n = 0; n < 20; n += 1) fake.company.add(person(n))
  await reader.pull('full')
  clock.advance(HOUR)
  let lists = 0
  fake.onRequest = ({ url }) => {
    if (url.pathname === '/api/v2/persons') lists += 1
    return lists === 2 ? { body } : undefined
  }
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
  expect(names()).toHaveLength(20)
})

test('of several numbers the mobile one is first, then the primary one', async () => {
  const { fake, reader } = await openBench()
  const home = { value: '+15102000001', label: 'home', primary: false }
  const work = { value: '+15102000002', label: 'work', primary: true }
  const mobile = { value: '+15102000003', label: 'mobile', primary: false }
  const blank = { value: '', label: 'mobile', primary: false }
  fake.company.add({ ...person(1), phones: [blank, home, work, mobile] })
  fake.company.add({ ...person(2), phones: [home, { ...work, value: '+15102000004' }] })
  await reader.pull('full')
  const fields = reader.pages.flatMap(({ records }) => records).map((record) => record.fields)
  expect(fields[0]?.phones).toEqual([mobile, work, home])
  expect(reader.known().map(({ phone }) => phone)).toEqual(['15102000003', '15102000004'])
})

test('asks for exact seconds, and the last one belongs to the window', async () => {
  const { clock, fake, reader, names } = await openBench()
  fake.company.add(person(1))
  await reader.pull('full')
  clock.advance(HOUR + 987)
  fake.company.add(person(2))
  await reader.pull('incremental')
  expect(names()).toEqual(['Ana 1', 'Ana 2'])
})

test('whoever is deleted is found out by a full pull alone', async () => {
  const { clock, fake, reader, names } = await openBench()
  const id = fake.company.add(person(1))
  fake.company.add(person(2))
  await reader.pull('full')
  clock.advance(HOUR)
  fake.company.delete(id)
  await reader.pull('incremental')
  expect(names()).toEqual(['Ana 1', 'Ana 2'])
  expect((await reader.pull('full')).gone).toBe(1)
  expect(names()).toEqual(['Ana 2'])
})

test('the number of somebody who is merged while everything is read is shown before anybody is gone', async () => {
  const { clock, fake, reader } = await openBench({ pageSize: 2 })
  const ids = Array.from({ length: 6 }, (_, n) => fake.company.add(person(n)))
  await reader.pull('full')
  clock.advance(HOUR)
  let pages = 0
  await reader.pull('full', {
    onPage: () => {
      pages += 1
      if (pages === 2) fake.company.merge(ids[5] ?? 0, ids[0] ?? 0)
    },
  })
  const shown = reader.pages.flatMap(({ records }) => records).filter(({ id }) => id === String(ids[0]))
  expect(shown.at(-1)?.fields.phones).toMatchObject([{ value: '+15102000000' }, { value: '+15102000005' }])
})

test('a day that is used up stops the pull until it is over; the burst of two seconds is kept to', async () => {
  const { clock, fake, reader } = await openBench({ pageSize: 1 }, { dailyTokens: 400 })
  for (let n = 0; n < 60; n += 1) fake.company.add(person(n))
  const midnight = Date.parse('2030-01-16T00:00:00Z')
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_QUOTA',
    cause: { until: midnight },
  })
  expect(fake.spent.refused).toBe(1)
  expect(clock.now()).toBeLessThan(midnight)
})

test('uses no more of the daily budget than it may, over several pulls', async () => {
  const { clock, fake, reader, names } = await openBench({ pageSize: 1, tokensPerDay: 300 })
  for (let n = 0; n < 40; n += 1) fake.company.add(person(n))
  clock.advance(HOUR)
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  expect(fake.spent.tokens).toBeLessThanOrEqual(300)
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  expect(fake.spent.tokens).toBeLessThanOrEqual(300)
  clock.advance(12 * HOUR)
  await reader.pull('full')
  expect(names()).toHaveLength(40)
})

test('shut out with a page of HTML, it stops asking', async () => {
  const { fake, reader } = await openBench()
  fake.onRequest = () => ({
    status: 403,
    headers: { 'content-type': 'text/html' },
    body: '<html>blocked</html>',
  })
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  expect(fake.requests()).toBe(1)
})

test('says it when the account is not paid for', async () => {
  const { fake, reader } = await openBench()
  fake.onRequest = () => ({ status: 402, body: { success: false, error: 'Payment required' } })
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_UNAUTHORIZED',
    message: expect.stringContaining('not paid for'),
  })
})

test('a cursor from before a crash that is not taken any more starts everything over', async () => {
  const { fake, reader, names } = await openBench({ pageSize: 2 })
  for (let n = 0; n < 8; n += 1) fake.company.add(person(n))
  let pages = 0
  const crash = () => {
    pages += 1
    if (pages === 3) throw new Error('crash')
  }
  await expect(reader.pull('full', { onPage: crash })).rejects.toThrow('crash')
  fake.forgetCursors()
  await reader.pull('full')
  expect(names()).toHaveLength(8)
})

test('says whose eyes it reads with: another user is another scope', async () => {
  const { fake, reader, newcomer } = await openBench()
  fake.users.set('token-of-a-seller', { id: 8, isAdmin: false })
  fake.company.add(person(1))
  fake.company.add({ ...person(2), seenBy: ['7'] })
  const seller = newcomer({ token: 'token-of-a-seller' })
  await reader.pull('full')
  await seller.pull('full')
  expect(reader.pages.at(-1)?.end?.scope).toBe('company 99, user 7, admin')
  expect(seller.pages.at(-1)?.end?.scope).toBe('company 99, user 8')
  expect(seller.known()).toHaveLength(1)
  expect(reader.pages[0]?.records[0]?.place).toBe('https://acme.pipedrive.com/person/1')
})

test('a user that the token may not ask about is nobody in particular; one that cannot be asked now is an error', async () => {
  const { clock, fake, reader, names } = await openBench()
  fake.company.add(person(1))
  const scope = () => reader.pages.at(-1)?.end?.scope
  await reader.pull('full')
  const before = scope()
  expect(before).toContain('user 7')
  clock.advance(HOUR)
  // Fields come first; then it is asked who reads.
  fake.trouble('cut before the answer', 6, 1)
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
  for (const status of [403, 404]) {
    clock.advance(HOUR)
    fake.onRequest = ({ url }) =>
      url.pathname === '/v1/users/me'
        ? { status, body: { success: false, error: 'Scope and URL mismatch' } }
        : undefined
    await reader.pull('full')
    expect(scope()).toBeUndefined()
  }
  expect(names()).toEqual(['Ana 1'])
})

test('signs in with an app, and keeps the refresh token that it was given', async () => {
  const { clock, fake, newcomer } = await openBench()
  fake.company.add(person(1))
  const app = {
    clientId: 'app-1',
    clientSecret: 'client-secret-77',
    refreshToken: 'refresh-0',
    signInUrl: fake.url,
  }
  const reader = newcomer({ token: undefined, oauth: app })
  await reader.pull('full')
  clock.advance(2 * HOUR)
  await reader.pull('incremental')
  expect(fake.oauth.exchanges).toBe(2)
  fake.oauth.refreshToken = 'another'
  clock.advance(2 * HOUR)
  await expect(reader.pull('incremental')).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAUTHORIZED' })
  expect(reader.said.join()).not.toMatch(/refresh-|client-secret-77/)
})

test('the token travels in a header and never in an address', async () => {
  const { fake, reader } = await openBench()
  const addresses: string[] = []
  fake.onRequest = ({ url }) => void addresses.push(url.href)
  await reader.pull('full')
  expect(addresses.join()).not.toContain(TOKEN)
})

test('shows fields with samples, types and roles', async () => {
  const { fake, reader } = await openBench()
  fake.fields.push({
    field_code: PLAN,
    field_name: 'Plan',
    field_type: 'enum',
    options: [{ id: 1, label: 'Gold' }],
  })
  fake.company.add({ ...person(1), custom_fields: { [PLAN]: 1 } })
  const byName = new Map((await reader.discover()).fields.map((field) => [field.name, field]))
  expect(byName.get('Plan')).toEqual({ name: 'Plan', type: 'text', samples: ['Gold'] })
  expect(byName.get('phone')).toEqual({ name: 'phone', role: 'phone', samples: ['+15102000001'] })
})
