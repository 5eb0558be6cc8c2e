// Who asks, and what answers mean: each kind of credential, tokens that rotate, statuses that break the custom.
import { type Stage, startVendor } from 'heysync/connector/testing'
import { expect, onTestFinished, test } from 'vitest'
import { restOptions } from '../../../connectors/rest/options.ts'
import { restConnector } from '../../../connectors/rest/rest.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { leapingClock } from '../../support/clock.ts'
import { openBenchWith } from './bench.ts'

const LIST = { path: 'people', paging: { by: 'none' } }
const ONE = [{ id: 1, phone: '+15102000001' }]

/** An API with one person, that shows what it was sent. */
function door(
  auth: (url: string) => object,
  more: object,
  check: (sent: { headers: Record<string, unknown>; url: URL; body: string }) => object | undefined,
) {
  return openBenchWith(async ({ clock }: Stage) => {
    const server = await startVendor(clock, ({ headers, url, body }) => {
      const answer = check({ headers, url, body })
      return { status: 200, body: ONE, ...answer }
    })
    return {
      options: { baseUrl: server.url, auth: auth(server.url), list: LIST, ...more },
      map: { phone: 'phone', first: 'first', last: 'last', email: 'email' },
      put: () => {},
      delete: () => {},
      close: server.close,
      requests: server.requests,
    }
  })
}

const refused = { status: 401, body: { error: 'no' } }

test.each([
  ['bearer', { kind: 'bearer', token: 'tok-en-1' }, 'authorization', 'Bearer tok-en-1'],
  ['header', { kind: 'header', headers: { 'X-Api-Key': 'key-1234' } }, 'x-api-key', 'key-1234'],
  ['basic', { kind: 'basic', user: 'ann', password: 'pass-1' }, 'authorization', 'Basic YW5uOnBhc3MtMQ=='],
  [
    'further headers',
    { kind: 'basic', user: 'ann', headers: { 'X-System-Key': 'sys-1' } },
    'x-system-key',
    'sys-1',
  ],
])('%s', async (_name, auth, header, value) => {
  const { reader } = await door(
    () => auth,
    {},
    ({ headers }) => (headers[header] === value ? undefined : refused),
  )
  expect((await reader.pull('full')).accepted).toBe(1)
})

test('a key in the query, which is in no message', async () => {
  const auth = { kind: 'query', parameters: { api_key: 'query-key-9' } }
  const good = await door(
    () => auth,
    {},
    ({ url }) => (url.searchParams.get('api_key') === 'query-key-9' ? undefined : refused),
  )
  expect((await good.reader.pull('full')).accepted).toBe(1)
  const bad = await door(
    () => auth,
    {},
    ({ url }) => ({ status: 400, body: `you sent ${url.search}` }),
  )
  await expect(bad.reader.pull('full')).rejects.toThrow(/400/)
  expect(bad.reader.said.join()).not.toContain('query-key-9')
})

test('OAuth: a refresh token that works once is replaced by the one that came with the token, and none is ever shown', async () => {
  let refresh = 'refresh-0'
  let access = 'none'
  let signIns = 0
  const auth = (url: string) => ({
    kind: 'oauth-refresh',
    tokenUrl: `${url}/token`,
    clientId: 'app-1',
    clientSecret: 'app-secret-1',
    clientIn: 'basic',
    refreshToken: 'refresh-0',
    headers: { 'X-Extra': 'extra-1' },
  })
  const { reader, clock } = await door(auth, {}, ({ headers, url, body }) => {
    if (url.pathname === '/token') {
      const form = new URLSearchParams(body)
      const client = headers.authorization === `Basic ${Buffer.from('app-1:app-secret-1').toString('base64')}`
      if (!client || form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== refresh)
        return { status: 400, body: { error: 'invalid_grant', sent: body } }
      signIns += 1
      refresh = `refresh-${signIns}`
      access = `access-${signIns}`
      return {
        body: { access_token: access, refresh_token: refresh, expires_in: 3600, token_type: 'bearer' },
      }
    }
    return headers.authorization === `Bearer ${access}` && headers['x-extra'] === 'extra-1'
      ? undefined
      : refused
  })
  await reader.pull('full')
  clock.advance(2 * 3_600_000)
  await reader.pull('full')
  expect(signIns).toBe(2)
  // Refused in the middle of its life: renewed once.
  access = 'revoked'
  await reader.pull('full')
  expect(signIns).toBe(3)
  refresh = 'used by somebody else'
  access = 'revoked'
  await expect(reader.pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_UNAUTHORIZED' })
  expect(reader.said.join()).not.toMatch(/refresh-\d|access-\d|app-secret-1/)
})

test('OAuth: client credentials, with fields of the vendor', async () => {
  const auth = (url: string) => ({
    kind: 'oauth-client',
    tokenUrl: `${url}/token`,
    clientId: 'app-1',
    clientSecret: 'app-secret-1',
    scope: 'people:read',
    fields: { audience: 'people' },
  })
  let form = new URLSearchParams()
  const { reader } = await door(auth, {}, ({ url, headers, body }) => {
    if (url.pathname !== '/token') return headers.authorization === 'Bearer fresh-1' ? undefined : refused
    form = new URLSearchParams(body)
    return { body: { access_token: 'fresh-1', expires_in: '3600' } }
  })
  await reader.pull('full')
  expect(Object.fromEntries(form)).toEqual({
    grant_type: 'client_credentials',
    client_id: 'app-1',
    client_secret: 'app-secret-1',
    scope: 'people:read',
    audience: 'people',
  })
})

test('OAuth: a token for one account is not used for another one', async () => {
  const clock = leapingClock()
  const asked: (string | null)[] = []
  const server = await startVendor(clock, ({ url, body }) => {
    if (url.pathname !== '/token') return { body: ONE }
    asked.push(new URLSearchParams(body).get('account_id'))
    return { body: { access_token: `access-${asked.length}`, expires_in: 3600 } }
  })
  onTestFinished(() => server.close())
  const log = { debug: () => {}, info: () => {}, warn: () => {} }
  const context = connectorContext({ signal: new AbortController().signal, clock, log, baseDir: '/' })
  const look = (account_id: string) =>
    restConnector.discover(
      restOptions.parse({
        baseUrl: server.url,
        auth: {
          kind: 'oauth-client',
          tokenUrl: `${server.url}/token`,
          clientId: 'app-1',
          clientSecret: 'app-secret-1',
          fields: { account_id },
        },
        list: LIST,
      }),
      context,
    )
  for (const account of ['one', 'one', 'two']) await look(account)
  expect(asked).toEqual(['one', 'two'])
})

test.each([
  ['quota', 'ERR_SOURCE_QUOTA'],
  ['sign-in', 'ERR_SOURCE_UNAUTHORIZED'],
  ['refused', 'ERR_SOURCE_FAILED'],
])('a 403 that means %s', async (means, code) => {
  const answers = [{ status: [403], contains: 'daily limit', means }]
  const { reader } = await door(
    () => ({ kind: 'none' }),
    { answers },
    () => ({ status: 403, body: { error: 'daily limit' } }),
  )
  await expect(reader.pull('full')).rejects.toMatchObject({ code })
})

test('a 403 that means busy is asked again, and a Retry-After counts what it is said to count', async () => {
  const answers = [{ status: [403], means: 'again' }]
  let times = 0
  const { reader, slept } = await door(
    () => ({ kind: 'none' }),
    { answers, retryAfter: 'milliseconds' },
    () => {
      times += 1
      return times === 1 ? { status: 403, headers: { 'retry-after': '1500' }, body: 'busy' } : undefined
    },
  )
  await reader.pull('full')
  expect(slept).toEqual([1_500])
})

test('200 and an error in the body is an error that shows the keys, and removes nobody', async () => {
  let broken = false
  const list = { ...LIST, records: 'data' }
  const { reader } = await door(
    () => ({ kind: 'none' }),
    { list },
    () => ({
      body: broken ? { error: 'maintenance', code: 7 } : { data: ONE },
    }),
  )
  await reader.pull('full')
  broken = true
  await expect(reader.pull('full')).rejects.toThrow(/answered 200 without a list at data/)
  expect(reader.known()).toHaveLength(1)
})

test('who asks is part of the end of each pull', async () => {
  let role = 'admin'
  const identity = { path: 'me', at: ['user.role', 'none'] }
  const { reader } = await door(
    () => ({ kind: 'none' }),
    { identity },
    ({ url }) => (url.pathname === '/me' ? { body: { user: { role } } } : undefined),
  )
  await reader.pull('full')
  role = 'agent'
  await reader.pull('full')
  expect(reader.pages.map(({ end }) => end?.scope)).toEqual(['["admin",null]', '["agent",null]'])
})
