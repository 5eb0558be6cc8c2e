// Signing in, and where the token then goes; and the quota that all who sign in share.
import { generateKeyPairSync } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { HOUR, leapingClock, openShop } from './harness.ts'
import { CLIENT_ID, CLIENT_SECRET, FIRST_REFRESH, PRIVATE_KEY, startSalesforce, USERNAME } from './vendor.ts'

const REFRESH = { auth: { clientId: CLIENT_ID, refreshToken: FIRST_REFRESH } }

test.each([
  ['a signed request', { clientId: CLIENT_ID, username: USERNAME, privateKey: PRIVATE_KEY }],
  ['a refresh token', REFRESH.auth],
  ['client credentials', { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }],
])('signs in with %s, and keeps the session for the next pull', async (_what, auth) => {
  const shop = await openShop()
  shop.vendor.org.insert('Contact', {})
  expect(await shop.records({ options: { auth } })).toHaveLength(1)
  await shop.records({ options: { auth } })
  const signIns = () => shop.vendor.asked.filter((one) => one.includes('oauth2/token')).length
  expect(signIns()).toBe(1)
  shop.clock.advance(HOUR)
  await shop.records({ options: { auth } })
  expect(signIns()).toBe(2)
})

test('reads where the sign-in says that the organisation is', async () => {
  const elsewhere = await startSalesforce(leapingClock())
  onTestFinished(elsewhere.close)
  const shop = await openShop({ instanceUrl: elsewhere.url })
  // Nobody knows the session there, which proves that it was asked there.
  await expect(shop.records()).rejects.toMatchObject({ kind: 'unauthorized' })
  expect(elsewhere.asked.length).toBeGreaterThan(0)
  expect(shop.vendor.asked.every((one) => one.includes('oauth2/token'))).toBe(true)
})

test.each(['https://salesforce.com.example.org', 'http://evil.my.salesforce.com', 'nonsense'])(
  'sends no token to %s',
  async (instanceUrl) => {
    const shop = await openShop({ instanceUrl })
    await expect(shop.records()).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('No token was sent'),
    })
  },
)

test('a refresh token that was rotated is saved before the session is used', async () => {
  const shop = await openShop({ rotates: true })
  shop.vendor.org.insert('Contact', {})
  // Everything after the sign-in fails, as after a crash.
  shop.vendor.trouble('half an answer', 100, 1)
  await expect(shop.records({ options: REFRESH })).rejects.toMatchObject({ kind: 'failed' })
  shop.vendor.trouble('half an answer', 0)
  shop.clock.advance(HOUR)
  expect(await shop.records({ options: REFRESH })).toHaveLength(1)
})

test('a session that a new one ended does not end the pull: the link of the old one is given up', async () => {
  const shop = await openShop({ rotates: true, rowsPerPage: 2 })
  for (let n = 0; n < 6; n += 1) shop.vendor.org.insert('Contact', {})
  const pages = await shop.pull({ options: REFRESH, onPage: () => void shop.clock.advance(HOUR) })
  expect(pages.flatMap(({ records }) => records)).toHaveLength(6)
})

test('says why a sign-in was refused, and what to do, without the secret', async () => {
  const shop = await openShop()
  const wrong = (auth: object) => shop.records({ options: { auth } }).catch((error: Error) => error)
  expect(await wrong({ clientId: CLIENT_ID, refreshToken: 'refresh-that-was-revoked' })).toMatchObject({
    kind: 'unauthorized',
    message: expect.stringContaining('invalid_grant (expired access/refresh token)'),
    hint: expect.stringContaining('revoked'),
  })
  expect(await wrong({ clientId: CLIENT_ID, clientSecret: 'secret-that-is-wrong' })).toMatchObject({
    kind: 'unauthorized',
    hint: 'Check auth.clientId and auth.clientSecret.',
  })
  expect(await wrong({ clientId: CLIENT_ID, username: USERNAME, privateKey: 'MIIE-no-key' })).toMatchObject({
    kind: 'unauthorized',
    message: 'auth.privateKey is no private RSA key in PEM form.',
  })
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const privateKey = other.export({ type: 'pkcs1', format: 'pem' }).toString()
  const refused = await wrong({ clientId: CLIENT_ID, username: USERNAME, privateKey })
  expect(refused).toMatchObject({ kind: 'unauthorized', message: expect.stringContaining('invalid_grant') })
  for (const said of [String(refused), ...shop.said]) expect(said).not.toContain(privateKey.slice(40, 80))
})

test('a quota that is used up ends the pull with a 403, and not after many tries', async () => {
  const shop = await openShop({ quota: { used: 100_000, total: 100_000 } })
  shop.vendor.org.insert('Contact', {})
  const before = shop.vendor.requests()
  await expect(shop.records({ options: { leaveQuota: 0 } })).rejects.toMatchObject({ kind: 'quota' })
  expect(shop.vendor.requests() - before).toBe(2)
})

test('leaves the share of the quota to others that the options say', async () => {
  const shop = await openShop({ quota: { used: 79_998, total: 100_000 } })
  shop.vendor.org.insert('Contact', {})
  await expect(shop.records()).rejects.toMatchObject({
    kind: 'quota',
    message: expect.stringContaining("80000 of the organisation's 100000"),
    until: expect.any(Number),
  })
  expect(shop.vendor.manners.quota.used).toBe(80_000)
})

test('says who reads, and says something else when their rights change', async () => {
  const shop = await openShop()
  const scope = async () => (await shop.pull()).at(-1)?.end?.scope
  const before = await scope()
  expect(before).toContain('organisation 00D000000000001AAA, user 005000000000001AAA')
  expect(await scope()).toBe(before)
  shop.vendor.org.insert('PermissionSetAssignment', {
    AssigneeId: '005000000000001AAA',
    PermissionSetId: '0PS1',
  })
  expect(await scope()).not.toBe(before)
})

test.each([406, 503])('a %s is waited out', async (status) => {
  const shop = await openShop()
  shop.vendor.org.insert('Contact', {})
  shop.vendor.failNext(status, 2)
  expect(await shop.records()).toHaveLength(1)
})
