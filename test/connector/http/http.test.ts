// A connector's requests against real servers on loopback: repeated where that helps, signed in again once, and silent about secrets.
import { describe, expect, onTestFinished, test } from 'vitest'
import { HttpRefusal } from '../../../src/connector/http/answer.ts'
import { type Auth, basicAuth, bearerAuth, fixedAuth, oauth } from '../../../src/connector/http/auth.ts'
import type { SourceHttp } from '../../../src/connector/http/http.ts'
import type { Keep } from '../../../src/connector/http/keep.ts'
import { sourceRequests } from '../../../src/connector/http/source-http.ts'
import { leapingClock, START } from '../../support/clock.ts'
import { type Answering, aServer, reply } from '../../support/http.ts'

const SECRET = 'tok-7f/9a+secret'

/** `saved` is what whoever only looks saves too. */
function aKeep(): Keep & { readonly saved: string[] } {
  const texts = new Map<string, string>()
  const saved: string[] = []
  return {
    saved,
    get: (name) => texts.get(name) ?? null,
    set: (name, value, how) => {
      if (how?.forGood) saved.push(value)
      texts.set(name, value)
    },
  }
}

async function aSource(answer: Answering, given: Partial<SourceHttp> & { signal?: AbortSignal } = {}) {
  const server = await aServer(answer)
  const clock = leapingClock()
  const said: string[] = []
  const log = (message: string) => void said.push(message)
  const { signal = new AbortController().signal, ...options } = given
  const requests = sourceRequests(() => 1)
  onTestFinished(() => requests.close())
  const ground = { signal, clock, log: { debug: log, info: log, warn: log } }
  const http = requests.open(ground, { baseUrl: `${server.url}/api`, auth: bearerAuth(SECRET), ...options })
  return { server, clock, said, http }
}

/** What it throws. */
async function failure(work: Promise<unknown>): Promise<Error & { kind?: string; until?: number }> {
  return work.then(
    () => expect.unreachable('it went through'),
    (error: Error) => error,
  )
}

describe('a request', () => {
  test('carries its query, its body and its credential, below the base address', async () => {
    const { server, http } = await aSource((_nth, response) => reply(response, 200, { ok: true }))
    const query = { after: 'a&b', limit: 100, none: undefined }
    expect(await http.json({ url: 'contacts', query })).toEqual({ ok: true })
    await http.json({ method: 'POST', url: 'search', json: { q: 'x' } })
    await http.json({ method: 'POST', url: 'token', form: { grant_type: 'x y' } })
    expect(server.heard).toMatchObject([
      { method: 'GET', url: '/api/contacts?after=a%26b&limit=100', authorization: `Bearer ${SECRET}` },
      { method: 'POST', url: '/api/search', body: '{"q":"x"}' },
      { body: 'grant_type=x+y' },
    ])
  })

  test('follows a link of the same origin, and none that leads elsewhere', async () => {
    const other = await aServer((_nth, response) => reply(response, 200, {}))
    const { server, http } = await aSource((_nth, response) => reply(response, 200, {}))
    await http.send({ url: `${server.url}/else/where?page=2` })
    expect(server.heard.at(-1)?.url).toBe('/else/where?page=2')
    expect((await failure(http.send({ url: `${other.url}/api/contacts` }))).message).toContain(
      'The link was not followed',
    )
    expect(other.heard).toEqual([])
  })

  test('does not follow a redirect with its credential', async () => {
    const other = await aServer((_nth, response) => reply(response, 200, {}))
    const { http } = await aSource((_nth, response) => reply(response, 302, '', { location: other.url }))
    expect(await failure(http.send({ url: 'contacts' }))).toBeInstanceOf(HttpRefusal)
    expect(other.heard).toEqual([])
  })

  test.each([429, 408, 423, 500, 502, 503, 504, 521])('is repeated after a %i', async (status) => {
    const { server, http } = await aSource((nth, response) => reply(response, nth < 3 ? status : 200, '{}'))
    await http.json({ url: 'contacts' })
    expect(server.heard).toHaveLength(3)
  })

  test('is repeated after a connection that broke, and given up after the sixth', async () => {
    const { server, http, clock } = await aSource((_nth, response) => void response.destroy())
    const error = await failure(http.send({ url: 'contacts', query: { phone: '14155552671' } }))
    expect(error).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('could not be reached, 6 times'),
    })
    expect(error.message).not.toContain('14155552671')
    expect(server.heard).toHaveLength(6)
    expect(clock.slept).toEqual([500, 1_000, 2_000, 4_000, 8_000])
  })

  test('waits as long as the answer says', async () => {
    const { http, clock } = await aSource((nth, response) =>
      nth === 1 ? reply(response, 429, '', { 'retry-after': '17' }) : reply(response, 200, '{}'),
    )
    await http.json({ url: 'contacts' })
    expect(clock.now()).toBe(START + 17_000)
  })

  test('stops the pull when the wait would be long, and says until when', async () => {
    const { http } = await aSource((_nth, response) => reply(response, 429, '', { 'retry-after': '3600' }))
    expect(await failure(http.send({ url: 'contacts' }))).toMatchObject({
      kind: 'quota',
      until: START + 3_600_000,
    })
  })

  test('stops the pull, and does not sleep until then, when a good answer says that nothing is left for hours', async () => {
    const { http, clock } = await aSource(
      (_nth, response) =>
        reply(response, 200, '{}', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '72000' }),
      { longestWaitMs: 60_000 },
    )
    await http.json({ url: 'contacts' })
    const until = START + 72_000_000
    expect(await failure(http.json({ url: 'contacts' }))).toMatchObject({ kind: 'quota', until })
    expect(clock.slept).toEqual([])
  })

  test.each<[string, Record<string, string>]>([
    ['to wait for no time', { 'retry-after': '0' }],
    [
      'a reset that is past',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(START / 1000 - 60) },
    ],
  ])('leaves longer and longer pauses when the answer says %s', async (_what, headers) => {
    const { http, clock } = await aSource((_nth, response) => reply(response, 429, '', headers))
    expect(await failure(http.send({ url: 'contacts' }))).toMatchObject({ kind: 'failed' })
    expect(clock.slept).toEqual([500, 1_000, 2_000, 4_000, 8_000])
  })

  test('stops the pull at a quota that the vendor calls by another status', async () => {
    const { server, http } = await aSource(
      (_nth, response) => reply(response, 403, [{ errorCode: 'REQUEST_LIMIT_EXCEEDED' }]),
      {
        judge: ({ text }) => (text.includes('REQUEST_LIMIT_EXCEEDED') ? 'quota' : null),
      },
    )
    expect(await failure(http.send({ url: 'contacts' }))).toMatchObject({
      kind: 'quota',
      until: START + 3_600_000,
    })
    expect(server.heard).toHaveLength(1)
  })

  test('is slowed by what a good answer says of the window', async () => {
    const { http, clock } = await aSource((_nth, response) =>
      reply(response, 200, '{}', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' }),
    )
    await http.json({ url: 'contacts' })
    expect(clock.slept).toEqual([])
    await http.json({ url: 'contacts' })
    expect(clock.slept).toEqual([2_000])
  })

  test('that is refused is not repeated, and the answer comes along', async () => {
    const { server, http } = await aSource((_nth, response) =>
      reply(response, 400, { message: 'no such property' }),
    )
    const error = await failure(http.send({ url: 'contacts' }))
    expect(error).toMatchObject({ kind: 'failed', answer: { status: 400 } })
    expect(error.message).toContain('/api/contacts answered 400: {"message":"no such property"}')
    expect(server.heard).toHaveLength(1)
  })

  test('is refused when the answer is larger than it may be', async () => {
    const { http } = await aSource((_nth, response) => reply(response, 200, 'x'.repeat(3 * 1024 * 1024)), {
      maxBytes: 1024 * 1024,
    })
    expect(await failure(http.send({ url: 'contacts' }))).toMatchObject({
      kind: 'unreadable',
      message: expect.stringContaining('more than 1 MB'),
    })
  })

  test('answered with a page in place of JSON fails in words', async () => {
    const { http } = await aSource((_nth, response) =>
      reply(response, 200, '<html>down for maintenance</html>'),
    )
    expect((await failure(http.json({ url: 'contacts' }))).message).toMatch(
      /something else than JSON \(\d+ characters, .*\): <html>down/,
    )
  })

  test.each([
    ['cut off', '{"results":[{"id":"1","first":"Siobhan","phone":"+14155552671"},{"id":"2","fir'],
    ['a table', 'Siobhan,Okonkwo,+14155552671,siobhan@okonkwo.example'],
    ['XML', '<people><name>Siobhan Okonkwo</name></people>'],
  ])('answered with people that are no JSON shows nobody: %s', async (_what, body) => {
    const { http } = await aSource((_nth, response) =>
      reply(response, 200, body, { 'content-type': 'text/plain' }),
    )
    const { message } = await failure(http.json({ url: 'contacts' }))
    expect(message).toContain(`(${body.length} characters, text/plain)`)
    expect(message).not.toMatch(/siobhan|okonkwo|14155552671/i)
  })

  test('that is refused in words with a number in them masks the number', async () => {
    const { http } = await aSource((_nth, response) =>
      reply(response, 400, 'nobody has the phone +1 415-555-2671, or 14155552671'),
    )
    const { message } = await failure(http.send({ url: 'contacts' }))
    expect(message).toContain('answered 400: nobody has the phone')
    expect(message).not.toMatch(/555-2671|14155552671/)
  })

  test('ends at once when the pull is stopped', async () => {
    const stop = new AbortController()
    const { http } = await aSource(() => stop.abort(new Error('stopped')), { signal: stop.signal })
    expect((await failure(http.send({ url: 'contacts' }))).message).toBe('stopped')
  })
})

describe('a secret', () => {
  const echo: Answering = (_nth, response, { authorization, url }) =>
    reply(response, 400, `you sent ${authorization} to ${url}`)

  test.each<[string, Auth, string[]]>([
    ['a bearer token', bearerAuth(SECRET), [SECRET]],
    ['a key in the query', fixedAuth({ query: { api_key: SECRET } }), [SECRET, encodeURIComponent(SECRET)]],
    ['a password', basicAuth('me', SECRET), [SECRET, Buffer.from(`me:${SECRET}`).toString('base64')]],
    [
      'a key in place of the user',
      basicAuth(SECRET, ''),
      [SECRET, Buffer.from(`${SECRET}:`).toString('base64')],
    ],
  ])('is not in what is said: %s', async (_what, auth, hidden) => {
    const { http, said } = await aSource(echo, { auth })
    const error = await failure(http.send({ url: 'contacts' }))
    expect(error.message).toContain('•••')
    for (const text of hidden) expect(`${error.message} ${said.join(' ')}`).not.toContain(text)
  })

  test('is not in what is said of a server that cannot be reached', async () => {
    const { http, said } = await aSource((_nth, response) => void response.destroy(), {
      auth: fixedAuth({ query: { key: SECRET } }),
    })
    const error = await failure(http.send({ url: 'contacts' }))
    const cause = String((error as Error & { cause?: Error }).cause?.message)
    expect(`${error.message} ${cause} ${said.join(' ')}`).not.toContain(encodeURIComponent(SECRET))
  })
})

describe('a token', () => {
  /** A vendor whose tokens are named in the order in which it hands them out, and which takes only the newest. */
  function aVendor({ rotates = false, lifeS = 1800 } = {}) {
    const state = { count: 0, refresh: 'refresh-0', asked: [] as Record<string, string>[] }
    const exchange = async (fields: Readonly<Record<string, string>>) => {
      state.asked.push({ ...fields })
      if (fields.refresh_token !== state.refresh) return { error: 'invalid_grant' }
      state.count += 1
      if (rotates) state.refresh = `refresh-${state.count}`
      return {
        access_token: `access-${state.count}`,
        expires_in: lifeS,
        ...(rotates ? { refresh_token: state.refresh } : {}),
      }
    }
    const takes = ({ authorization }: { authorization: string }) =>
      authorization === `Bearer access-${state.count}`
    return { state, exchange, takes }
  }

  function signIn(vendor: ReturnType<typeof aVendor>, keep: Keep, now: () => number, wish = '') {
    const { exchange } = vendor
    const grant = async () => ({ grant_type: 'refresh_token' })
    return oauth({ exchange, grant, refreshToken: 'refresh-0', keep, fingerprint: 'app-1', wish, now })
  }

  test('is asked for once, kept, and used again by the next process', async () => {
    const vendor = aVendor()
    const keep = aKeep()
    const clock = leapingClock()
    const first = signIn(vendor, keep, clock.now)
    await Promise.all([first.credential(), first.credential()])
    expect(await signIn(vendor, keep, clock.now).credential()).toEqual({
      headers: { authorization: 'Bearer access-1' },
    })
    expect(vendor.state.count).toBe(1)
    clock.advance(29 * 60_000 + 1)
    expect(await first.credential()).toEqual({ headers: { authorization: 'Bearer access-2' } })
  })

  test('that is refused is renewed once, and then the source is believed', async () => {
    const vendor = aVendor()
    const keep = aKeep()
    const auth = signIn(vendor, keep, () => START)
    await auth.credential()
    // The vendor forgot it: the kept token is no good any more.
    vendor.state.count += 1
    const { server, http } = await aSource(
      (_nth, response, heard) => reply(response, vendor.takes(heard) ? 200 : 401, '{}'),
      { auth },
    )
    await http.json({ url: 'contacts' })
    expect(server.heard.map(({ authorization }) => authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-3',
    ])
    const none = await aSource((_nth, response) => reply(response, 401, 'no'), { auth })
    expect(await failure(none.http.send({ url: 'contacts' }))).toMatchObject({
      kind: 'unauthorized',
      hint: expect.stringContaining('heysync check'),
    })
    expect(none.server.heard).toHaveLength(2)
  })

  test('that rotates is saved before it is used', async () => {
    const vendor = aVendor({ rotates: true })
    const keep = aKeep()
    const savedAtUse: number[] = []
    const auth = signIn(vendor, keep, () => START)
    const { http } = await aSource(
      (_nth, response) => {
        savedAtUse.push(keep.saved.length)
        reply(response, 200, '{}')
      },
      { auth },
    )
    await http.json({ url: 'contacts' })
    expect(savedAtUse).toEqual([1])
    expect(keep.saved[0]).toContain('refresh-1')
    // The process died after the vendor answered: the next one goes on with what was saved, not with the config's.
    const later = signIn(vendor, keep, () => START + 3_600_000)
    await later.credential()
    expect(vendor.state.asked.map(({ refresh_token }) => refresh_token)).toEqual(['refresh-0', 'refresh-1'])
    expect(later.secrets()).toEqual(expect.arrayContaining(['access-2', 'refresh-2']))
  })

  test.each<[string, object]>([
    ['no life', { expires_in: null }],
    ['a life of 0', { expires_in: 0 }],
    ['a life in words', { expires_in: 'one hour' }],
    ['no other refresh token', { refresh_token: null }],
    ['an empty refresh token', { refresh_token: '' }],
  ])('is taken from an answer that says %s', async (_what, said) => {
    const keep = aKeep()
    const sent: unknown[] = []
    const auth = oauth({
      exchange: async ({ refresh_token }) => {
        sent.push(refresh_token)
        return { access_token: `access-${sent.length}`, refresh_token: `refresh-${sent.length}`, ...said }
      },
      grant: async () => ({ grant_type: 'refresh_token' }),
      refreshToken: 'refresh-0',
      keep,
      fingerprint: 'app-1',
      now: () => START,
    })
    const first = await auth.credential()
    expect(first).toEqual({ headers: { authorization: 'Bearer access-1' } })
    expect(await auth.credential()).toEqual(first)
    await auth.renew(first)
    expect(sent).toEqual(['refresh-0', 'refresh_token' in said ? 'refresh-0' : 'refresh-1'])
  })

  test('that lives for a minute is used for half of it', async () => {
    const vendor = aVendor({ lifeS: 60 })
    const clock = leapingClock()
    const auth = signIn(vendor, aKeep(), clock.now)
    for (let n = 0; n < 5; n += 1) await auth.credential()
    clock.advance(29_999)
    await auth.credential()
    expect(vendor.state.count).toBe(1)
    clock.advance(1)
    await auth.credential()
    expect(vendor.state.count).toBe(2)
  })

  test('that another process renewed meanwhile is used, and no refresh token twice', async () => {
    const vendor = aVendor({ rotates: true })
    const keep = aKeep()
    const clock = leapingClock()
    const daemon = signIn(vendor, keep, clock.now)
    await daemon.credential()
    clock.advance(1_790_000)
    await signIn(vendor, keep, clock.now).credential()
    expect(await daemon.credential()).toEqual({ headers: { authorization: 'Bearer access-2' } })
    clock.advance(1_790_000)
    await daemon.credential()
    expect(vendor.state.asked.map(({ refresh_token }) => refresh_token)).toEqual([
      'refresh-0',
      'refresh-1',
      'refresh-2',
    ])
  })

  test('that was asked for with other scopes is not used, its refresh token is', async () => {
    const vendor = aVendor({ rotates: true })
    const keep = aKeep()
    await signIn(vendor, keep, () => START).credential()
    const other = signIn(vendor, keep, () => START, 'account 2')
    expect(await other.credential()).toEqual({ headers: { authorization: 'Bearer access-2' } })
    expect(await other.credential()).toEqual({ headers: { authorization: 'Bearer access-2' } })
    expect(vendor.state.asked.at(-1)).toMatchObject({ refresh_token: 'refresh-1' })
  })

  test('kept for another credential is not used', async () => {
    const vendor = aVendor()
    const keep = aKeep()
    await signIn(vendor, keep, () => START).credential()
    const grant = async () => ({ grant_type: 'refresh_token' })
    const other = oauth({
      exchange: vendor.exchange,
      grant,
      refreshToken: 'wrong',
      keep,
      fingerprint: 'app-2',
      now: () => START,
    })
    expect(await failure(other.credential())).toMatchObject({ kind: 'unauthorized' })
  })
})
