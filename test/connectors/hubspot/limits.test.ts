// HubSpot's budgets and its many ways to say no.
import { expect, test } from 'vitest'
import { contact, HOUR, MINUTE, openBench } from './bench.ts'

test('stays inside the budgets of ten seconds and of searches, so that nothing is refused', async () => {
  const { clock, fake, reader } = await openBench({ pageSize: 1 })
  for (let n = 0; n < 250; n += 1) fake.portal.create(contact(n))
  const before = clock.now()
  await reader.pull('full')
  expect(clock.now() - before).toBeGreaterThan(20_000)
  clock.advance(HOUR)
  for (const { id } of fake.portal.live()) fake.portal.update(id, { lastname: 'Again' })
  await reader.pull('incremental')
  await reader.pull('incremental')
  expect(fake.limits.refused()).toBe(0)
})

test('waits when another app of the account has used the budget up', async () => {
  const { fake, reader, names } = await openBench(
    { pageSize: 1, requestsPer10Seconds: 250 },
    { per10Seconds: 30 },
  )
  for (let n = 0; n < 60; n += 1) fake.portal.create(contact(n))
  await reader.pull('full')
  expect(names()).toHaveLength(60)
})

test('a day that is used up stops the pull, and the next one goes on where it stopped', async () => {
  const { clock, fake, reader, names } = await openBench(
    { pageSize: 1, keepDailyRequests: 0 },
    { perDay: 20 },
  )
  for (let n = 0; n < 30; n += 1) fake.portal.create(contact(n))
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_QUOTA',
    cause: { until: clock.now() + HOUR },
  })
  // Not asked again and again: that would use up the day for everybody.
  expect(fake.requests()).toBe(21)
  expect(names().length).toBeGreaterThan(10)
})

test('leaves requests of the day to others', async () => {
  const { fake, reader } = await openBench({ pageSize: 1, keepDailyRequests: 100 }, { perDay: 120 })
  for (let n = 0; n < 60; n += 1) fake.portal.create(contact(n))
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_QUOTA' })
  expect(fake.requests()).toBe(21)
  expect(reader.said.join()).toContain('HubSpot has 99 requests left for today')
})

test.each([
  ['seconds', '7', 7_000],
  ['milliseconds', '7000', 7_000],
])('takes a retry-after in %s', async (_unit, value, waits) => {
  const { clock, fake, reader } = await openBench({ searchLagSeconds: 0 })
  let left = 1
  fake.onRequest = () =>
    left-- > 0
      ? { status: 429, headers: { 'retry-after': value }, body: { policyName: 'TEN_SECONDLY_ROLLING' } }
      : undefined
  const before = clock.now()
  await reader.pull('full')
  expect(clock.now() - before).toBe(waits)
})

test.each([423, 477, 502, 504, 521, 523, 524])('tries again after %i', async (status) => {
  const { fake, reader, names } = await openBench()
  fake.portal.create(contact(1))
  let left = 3
  fake.onRequest = () => (left-- > 0 ? { status, body: '<html>later</html>' } : undefined)
  await reader.pull('full')
  expect(names()).toEqual(['Ana 1'])
})

test('a malformed token is a credential that is not taken, though HubSpot answers 530', async () => {
  const { fake, newcomer } = await openBench()
  const reader = newcomer({ token: 'pat-na1 with a space' })
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAUTHORIZED' })
  expect(fake.requests()).toBe(1)
})

test('a missing scope is named, with what to grant', async () => {
  const { fake, reader } = await openBench()
  fake.scopes.delete('crm.schemas.contacts.read')
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_UNAUTHORIZED',
    hint: expect.stringContaining('crm.schemas.contacts.read'),
  })
})

test('a search that does not sort is found out, and nobody is skipped', async () => {
  const { clock, fake, reader } = await openBench()
  for (let n = 0; n < 3; n += 1) fake.portal.create(contact(n))
  await reader.pull('full')
  clock.advance(MINUTE)
  fake.onRequest = ({ url }) =>
    url.pathname.endsWith('/search')
      ? { body: { total: 2, results: [{ id: '815' }, { id: '808' }] } }
      : undefined
  await expect(reader.pull('incremental')).rejects.toThrow('gave contact 808 after 815')
})
