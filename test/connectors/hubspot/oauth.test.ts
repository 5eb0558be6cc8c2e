// Signing in with an OAuth app: tokens that expire in the middle, and refresh tokens that are used once.
import { expect, test } from 'vitest'
import { contact, HOUR, openBench } from './bench.ts'

const oauth = { clientId: 'app-1', clientSecret: 'client-secret-77', refreshToken: 'refresh-0' }
const signIn = { token: undefined, oauth }

test('renews a token that expires in the middle of a pull, and keeps the rotated refresh token', async () => {
  const { clock, fake, newcomer } = await openBench()
  const reader = newcomer({ ...signIn, pageSize: 1 })
  for (let n = 0; n < 5; n += 1) fake.portal.create(contact(n))
  let pages = 0
  await reader.pull('full', {
    onPage: () => {
      pages += 1
      if (pages === 2) clock.advance(HOUR)
    },
  })
  expect(reader.known()).toHaveLength(5)
  expect(fake.oauth.exchanges).toBe(2)
  clock.advance(HOUR)
  await reader.pull('incremental')
  expect(fake.oauth.exchanges).toBe(3)
})

test('a refresh token that is not taken is a credential to correct, and neither it nor the secret is shown', async () => {
  const { fake, newcomer } = await openBench()
  fake.oauth.refreshToken = 'another'
  const reader = newcomer(signIn)
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_UNAUTHORIZED',
    hint: expect.stringContaining('refresh token'),
  })
  expect(reader.said.join()).not.toMatch(/refresh-0|client-secret-77/)
})

test('says which user and scopes it reads with', async () => {
  const { newcomer } = await openBench()
  const reader = newcomer(signIn)
  await reader.pull('full')
  expect(reader.pages.at(-1)?.end?.scope).toMatch(/^account 12345, user 67, scopes crm\.lists\.read /)
})
