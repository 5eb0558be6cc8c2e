// Who may call the front, from where and how: each way in that must be shut, one by one, over real sockets.
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { aFront, peopled, type World } from './world.ts'

const TOKEN = 'a-token-of-24-characters'
const BEARER = { authorization: `Bearer ${TOKEN}` }
const SECRET = 'a-secret-of-20-signs'

/** Sends bytes as they are, which an HTTP library would put right first; resolves with the whole answer. */
function raw({ front }: World, lines: readonly string[], body = ''): Promise<string> {
  const { hostname, port } = new URL(front.url)
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`),
    )
    socket.setEncoding('utf8')
    socket.on('data', (part: string) => {
      text += part
    })
    socket.on('close', () => resolve(text))
    socket.on('error', reject)
  })
}

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

describe('with a token', () => {
  const locked = () => aFront({ service: { token: TOKEN } })

  test.each([
    '/api/status',
    '/api/cycles',
    '/api/contacts?q=a',
    '/api/settings',
    '/api/openapi.json',
    '/api/events',
    '/metrics',
    '/api/none',
    '/none',
  ])('%s is for nobody without it', async (path) => {
    const { get } = await locked()
    for (const headers of [
      {},
      { authorization: 'Bearer wrong' },
      { authorization: `Bearer ${TOKEN}x` },
      { authorization: `Basic ${TOKEN}` },
      { authorization: 'Bearer ' },
      { cookie: `heysync_session=${TOKEN}` },
    ]) {
      const answer = await get(path, headers)
      expect([answer.status, answer.body.error.code]).toEqual([401, 'ERR_API_TOKEN'])
      expect(answer.text).not.toContain(TOKEN)
    }
  })

  test('nothing is asked of the daemon without it', async () => {
    const { post, asked } = await locked()
    expect((await post('/api/sync')).status).toBe(401)
    expect(asked).toEqual([])
    expect((await post('/api/sync', {}, BEARER)).status).toBe(202)
  })

  test('health and the files of the dashboard are open, and hold no data', async () => {
    const { get } = await locked()
    expect(await get('/healthz')).toMatchObject({ status: 200, body: { ok: true } })
    expect(await get('/readyz')).toMatchObject({ status: 200, body: { ok: true } })
    expect((await get('/')).status).toBe(200)
  })

  test('guessing it is slowed down, also for who then knows it', async () => {
    const { get } = await locked()
    const wrong = { authorization: 'Bearer wrong' }
    const seen = []
    for (let n = 0; n < 31; n += 1) seen.push((await get('/api/status', wrong)).status)
    expect([seen[0], seen[29], seen[30]]).toEqual([401, 401, 429])
    expect((await get('/api/status', BEARER)).status).toBe(429)
  })
})

describe('the login', () => {
  const cookieOf = (headers: Headers) => headers.get('set-cookie')?.split(';')[0] ?? ''

  test('gives a cookie that no script reads, that is not the token, and that opens the API', async () => {
    const { get, post } = await aFront({ service: { token: TOKEN, publicUrl: 'https://sync.example.com' } })
    const { status, headers } = await post('/api/login', { token: TOKEN })
    expect(status).toBe(200)
    const cookie = headers.get('set-cookie') ?? ''
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/', 'Secure']) expect(cookie).toContain(part)
    expect(cookie).not.toContain(TOKEN)
    expect((await get('/api/status', { cookie: cookieOf(headers) })).status).toBe(200)
    expect((await get('/api/status', { cookie: `a=b; ${cookieOf(headers)}; c=d` })).status).toBe(200)
  })

  test('runs out, and cannot be made longer or by another token', async () => {
    const engine = await peopled()
    const { get, post } = await aFront({ engine, service: { token: TOKEN } })
    const cookie = cookieOf((await post('/api/login', { token: TOKEN })).headers)
    const [until = '', mark = ''] = cookie.replace('heysync_session=', '').split('.')
    const longer = `heysync_session=${Number(until) + 1}.${mark}`
    expect((await get('/api/status', { cookie: longer })).status).toBe(401)
    const other = await aFront({ engine, service: { token: `${TOKEN}-new` } })
    expect((await other.get('/api/status', { cookie })).status).toBe(401)
    engine.clock.advance(12 * 60 * 60_000 + 1)
    expect((await get('/api/status', { cookie })).status).toBe(401)
  })

  test('takes five wrong tokens a minute, and then none', async () => {
    const { post } = await aFront({ service: { token: TOKEN } })
    const seen = []
    for (let n = 0; n < 6; n += 1) seen.push((await post('/api/login', { token: `guess-${n}` })).status)
    expect(seen).toEqual([401, 401, 401, 401, 401, 429])
    expect((await post('/api/login', { token: TOKEN })).status).toBe(429)
  })

  test('ends with a logout', async () => {
    const { post } = await aFront({ service: { token: TOKEN } })
    expect((await post('/api/logout')).headers.get('set-cookie')).toContain('Max-Age=0')
  })
})

describe('a name that is not ours (DNS rebinding)', () => {
  test.each([
    ['evil.example.com', 403],
    ['127.0.0.1.evil.example.com', 403],
    ['localhost.evil.example.com', 403],
    ['localhost@evil.example.com', 403],
    ['', 403],
    ['localhost', 200],
    ['LOCALHOST:1', 200],
    ['127.0.0.1:8780', 200],
    ['[::1]:8780', 200],
    ['10.1.2.3:8780', 200],
    ['sync.example.com', 200],
    ['heysync:8780', 200],
  ])('%j is answered with %i', async (host, status) => {
    const world = await aFront({ service: { publicUrl: 'https://sync.example.com/x', hosts: ['heysync'] } })
    for (const path of ['/api/status', '/metrics', '/healthz', '/'])
      expect([path, statusOf(await raw(world, [`GET ${path} HTTP/1.1`, `Host: ${host}`]))]).toEqual([
        path,
        status,
      ])
  })

  test('is taken for webhooks, which have a secret of their own', async () => {
    const world = await aFront({ service: { webhookSecret: SECRET } })
    const body = JSON.stringify({ type: 'chat_opened' })
    const answer = await raw(
      world,
      [
        `POST /webhooks/heymarket/${SECRET} HTTP/1.1`,
        'Host: hooks.example.com',
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ],
      body,
    )
    expect(statusOf(answer)).toBe(200)
  })
})

describe('a page of somebody else (CSRF)', () => {
  test.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text', { 'content-type': 'text/plain' }, 415],
    ['JSON in a disguise', { 'content-type': 'text/plain; application/json' }, 415],
    ['another origin', { origin: 'https://evil.example.com' }, 403],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }, 403],
    ['no origin that can be named', { origin: 'null' }, 403],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('cannot change anything: %s', async (_, headers: Record<string, string>, status) => {
    const { post, asked } = await aFront()
    expect((await post('/api/sync', {}, headers)).status).toBe(status)
    expect((await post('/api/cycles/c0001/approve', {}, headers)).status).toBe(status)
    expect(asked).toEqual([])
  })

  test('is not the own page, by its own name or by the public one', async () => {
    const { front, post } = await aFront({ service: { publicUrl: 'https://sync.example.com' } })
    for (const origin of [front.url, 'https://sync.example.com'])
      expect((await post('/api/sync', {}, { origin })).status).toBe(202)
  })
})

test.each([
  '/../../package.json',
  '/..%2f..%2fpackage.json',
  '/%2e%2e/%2e%2e/package.json',
  '/assets/../../front/worker.js',
  '/....//....//etc/passwd',
  '/..\\..\\package.json',
  '//etc/passwd',
  '/etc/passwd%00.html',
  '/api/../../../etc/passwd',
])('%s leads nowhere', async (path) => {
  const world = await aFront()
  const answer = await raw(world, [`GET ${path} HTTP/1.1`, 'Host: localhost'])
  expect(statusOf(answer)).toBeGreaterThanOrEqual(400)
  expect(answer).not.toMatch(/root:|"version"|startFront/)
})

test('every answer says how a browser may treat it', async () => {
  const { get } = await aFront()
  for (const path of ['/', '/api/status', '/none']) {
    const { headers } = await get(path)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
  expect((await get('/api/status')).headers.get('cache-control')).toBe('no-store')
})

describe('a body', () => {
  test.each([
    ['too large', JSON.stringify({ source: 'x'.repeat(70_000) }), 413],
    ['no JSON', '{', 400],
    ['that would poison a prototype', '{"__proto__":{"x":1}}', 400],
    ['a list', '[]', 400],
  ])('%s is refused with the shape of every failure', async (_, body, status) => {
    const { front, asked } = await aFront()
    const answer = await fetch(`${front.url}/api/sync`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({
      error: { code: 'ERR_API_REQUEST', message: expect.any(String) },
    })
    expect(asked).toEqual([])
  })
})

test('what breaks inside is told without its inside', async () => {
  const { post, log } = await aFront({
    control: { sync: () => Promise.reject(new Error('SELECT secret FROM /var/lib at line 7')) },
  })
  const answer = await post('/api/sync')
  expect(answer.status).toBe(500)
  expect(answer.text).not.toMatch(/SELECT|var|line|at /)
  expect(log.join()).toContain('SELECT secret')
})

test('the log tells routes, never numbers, queries or secrets', async () => {
  const { get, post, log } = await aFront({ service: { token: TOKEN, webhookSecret: SECRET } })
  await get('/api/contacts/14155552671', BEARER)
  await get('/api/contacts?q=14155552671', BEARER)
  await post('/api/login', { token: TOKEN })
  await post(`/webhooks/heymarket/${SECRET}`, {
    type: 'target_opt_out',
    event_data: { target: '14155552671' },
  })
  expect(log.join()).toContain('/api/contacts/:phone')
  expect(log.join()).not.toMatch(/14155552671|a-token|a-secret/)
})

test('who calls far too often is told to wait', async () => {
  const { post } = await aFront()
  const seen = []
  for (let n = 0; n < 121; n += 1) seen.push((await post('/api/pause')).status)
  expect([seen[119], seen[120]]).toEqual([200, 429])
})
