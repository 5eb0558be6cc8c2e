// One exchange with Heymarket: what each answer means, and what is repeated. Against a server of plain node:http.

import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import type { ApiRequest } from '../../src/heymarket/transport.ts'
import { backoffMs, outcomeUnknown } from '../../src/heymarket/transport.ts'
import { HeysyncError } from '../../src/lib/errors.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { leapingClock, START } from '../support/clock.ts'
import { aLine } from '../support/heymarket.ts'
import { type Answering, aServer, reply } from '../support/http.ts'

const READ: ApiRequest<unknown> = {
  method: 'POST',
  path: '/v1/contacts',
  json: {},
  answer: z.unknown(),
  effect: 'read',
}
const WRITE: ApiRequest<unknown> = {
  ...READ,
  path: '/v1/contact',
  json: { phone: '14155550171' },
  effect: 'write',
}
const OK = { ok: 1 }

/** Sends one request to a server that answers like this. */
async function send(request: ApiRequest<unknown>, answer: Answering, more: Parameters<typeof aLine>[1] = {}) {
  const server = await aServer(answer)
  const line = aLine(server.url, more)
  const outcome = await line.transport.send(request).then(
    (value) => ({ value, error: undefined }),
    (error: unknown) => ({ value: undefined, error: error as HeysyncError }),
  )
  return { ...outcome, ...line, sent: server.heard.length, heard: server.heard }
}

describe('an answer', () => {
  test('is read as JSON, with the id of its request', async () => {
    const { value, heard } = await send(WRITE, (_nth, response) => reply(response, 200, OK))
    expect(value).toEqual({ value: OK, requestId: 'req-7' })
    expect(heard).toMatchObject([{ method: 'POST', url: '/v1/contact', body: '{"phone":"14155550171"}' }])
    expect(heard[0]?.authorization).toMatch(/^Bearer \S+\.\S+\.\S+$/)
  })

  test.each([
    ['"ok"', 'ok'],
    ['ok', 'ok'],
    ['success\n', 'success\n'],
    ['123', 123],
    ['', null],
    ['null', null],
    ['[]', []],
  ])('of %j is %j', async (body, read) => {
    expect((await send(WRITE, (_nth, response) => reply(response, 201, body))).value?.value).toEqual(read)
  })

  test.each([
    ['JSON that ends too early', '{"id": 12'],
    ['an HTML page', '<html><body>Welcome to the hotel</body></html>'],
    ['another object', '{"data": 1}'],
  ])('that is %s is of an unknown shape, and quotes its request', async (_name, body) => {
    const shaped = { ...WRITE, answer: z.object({ id: z.int() }) }
    const { error, sent } = await send(shaped, (_nth, response) => reply(response, 200, body))
    expect(error).toMatchObject({
      code: 'ERR_HEYMARKET_ANSWER',
      requestId: 'req-7',
      status: 200,
      hint: expect.stringContaining('req-7'),
    })
    expect(sent).toBe(1)
    expect(outcomeUnknown(error)).toBe(true)
  })

  test('a query goes into the address and a GET may have a body', async () => {
    const { heard } = await send(
      {
        ...READ,
        method: 'GET',
        path: '/v1/users/get',
        query: { overwrite: false, n: 2 },
        json: { phone: ['1'] },
      },
      (_nth, response) => reply(response, 200, OK),
    )
    expect(heard).toMatchObject([
      { method: 'GET', url: '/v1/users/get?overwrite=false&n=2', body: '{"phone":["1"]}' },
    ])
  })
})

describe('what an error body says', () => {
  test.each([
    ['text', 'phone: is required'],
    ['JSON text', '"phone: is required"'],
    ['message', { message: 'phone: is required' }],
    ['error', { error: 'phone: is required' }],
    ['a nested error', { error: { message: 'phone: is required' } }],
    ['detail', { detail: 'phone: is required' }],
    ['a code and a message', { error_code: 'bad_data', message: 'phone: is required' }],
    ['a blank message beside an error', { message: '', error: 'phone: is required' }],
    ['a null beside an error', { message: null, error: 'phone: is required' }],
    ['a list of errors', { errors: ['phone: is required'] }],
    ['HTML', '<html><style>p{}</style><h1>400</h1><p>phone: is\n required</p></html>'],
  ])('is found in %s', async (_name, body) => {
    const { error } = await send(WRITE, (_nth, response) => reply(response, 400, body))
    expect(error).toMatchObject({ code: 'ERR_HEYMARKET_REJECTED', status: 400, requestId: 'req-7' })
    expect(error?.message).toMatch(
      /^Heymarket answered 400 to POST \/v1\/contact: .*phone: is required.*\(request req-7\)\.$/,
    )
    expect(error?.message).not.toMatch(/[<>]/)
  })

  test('may be only a code, or nothing', async () => {
    const says = async (body: unknown) =>
      (await send(WRITE, (_nth, response) => reply(response, 400, body))).error?.message
    expect(await says({ error_code: 'bad_data' })).toBe(
      'Heymarket answered 400 to POST /v1/contact: bad_data (request req-7).',
    )
    expect(await says('')).toBe('Heymarket answered 400 to POST /v1/contact (request req-7).')
  })

  test('is shortened, and shows no phone number', async () => {
    const { error } = await send(WRITE, (_nth, response) =>
      reply(response, 400, `14155550171 ${'x'.repeat(9000)}`),
    )
    expect(error?.message).not.toContain('14155550171')
    expect(error?.message.length).toBeLessThan(400)
  })
})

describe('401', () => {
  test('is answered with a new token, once', async () => {
    const clock = leapingClock()
    const { value, heard } = await send(
      WRITE,
      (nth, response) => {
        // Tokens carry whole seconds: a second later the new one differs.
        clock.advance(1000)
        reply(response, nth === 1 ? 401 : 200, OK)
      },
      { clock },
    )
    expect(value?.value).toEqual(OK)
    expect(heard[0]?.authorization).not.toBe(heard[1]?.authorization)
  })

  test('twice ends it, and points to the credentials', async () => {
    const { error, sent } = await send(READ, (_nth, response) =>
      reply(response, 401, 'unauthorized', { date: new Date(START).toUTCString() }),
    )
    expect(sent).toBe(2)
    expect(error).toMatchObject({
      code: 'ERR_HEYMARKET_UNAUTHORIZED',
      exitCode: 2,
      status: 401,
      requestId: 'req-7',
    })
    expect(error?.hint).toContain('heymarket.auth')
  })

  test.each([
    [10 * 60_000, 'behind'],
    [-10 * 60_000, 'ahead of'],
  ])('from a server whose clock is %i ms on says that the clock is %s', async (ms, side) => {
    const { error } = await send(READ, (_nth, response) =>
      reply(response, 401, '', { date: new Date(START + ms).toUTCString() }),
    )
    expect(error?.hint).toContain(`600 s ${side} Heymarket's`)
  })
})

test.each([
  [403, 'ERR_HEYMARKET_FORBIDDEN', 'stop', 2],
  [404, 'ERR_HEYMARKET_NOT_FOUND', 'dead-letter', 1],
  [400, 'ERR_HEYMARKET_REJECTED', 'dead-letter', 1],
  [413, 'ERR_HEYMARKET_REJECTED', 'dead-letter', 1],
])('%i ends a request at once as %s', async (status, code, verdict, exitCode) => {
  for (const request of [READ, WRITE]) {
    const { error, sent } = await send(request, (_nth, response) => reply(response, status, 'no'))
    expect(sent).toBe(1)
    expect(error).toMatchObject({ code, verdict, exitCode, status, requestId: 'req-7' })
    expect(outcomeUnknown(error)).toBe(false)
  }
})

test('a redirect is not followed, so that no credential goes elsewhere', async () => {
  const other = await aServer((_nth, response) => reply(response, 200, OK))
  const { error, sent } = await send(READ, (_nth, response) =>
    reply(response, 302, '', { location: other.url }),
  )
  expect([sent, other.heard]).toEqual([1, []])
  expect(error).toMatchObject({
    code: 'ERR_HEYMARKET_REJECTED',
    hint: expect.stringContaining('heymarket.baseUrl'),
  })
})

describe('429', () => {
  test.each([
    ['a read', READ],
    ['a write', WRITE],
  ])('repeats %s, because it was not applied', async (_name, request) => {
    const { value, clock, sent } = await send(request, (nth, response) =>
      reply(response, nth < 4 ? 429 : 200, OK),
    )
    expect([value?.value, sent]).toEqual([OK, 4])
    expect(clock.slept).toEqual([500, 1000, 2000])
  })

  test('waits as long as it is told', async () => {
    const at = new Date(START + 10_000).toUTCString()
    const { clock } = await send(WRITE, (nth, response) => {
      if (nth === 1) reply(response, 429, '', { 'retry-after': '7' })
      else if (nth === 2) reply(response, 429, '', { 'retry-after': at })
      else reply(response, 200, OK)
    })
    expect(clock.slept).toEqual([7000, 3000])
  })

  test('ends after seven tries, and says which setting to lower', async () => {
    const { error, sent } = await send(WRITE, (_nth, response) =>
      reply(response, 429, '', { 'retry-after': '2' }),
    )
    expect(sent).toBe(7)
    expect(error).toMatchObject({
      code: 'ERR_HEYMARKET_RATE_LIMITED',
      verdict: 'retry',
      status: 429,
      retryAfterMs: 2000,
      requestId: 'req-7',
      hint: expect.stringContaining('requestsPerMinute'),
    })
    expect(outcomeUnknown(error)).toBe(false)
  })
})

describe.each([500, 502, 503])('%i', (status) => {
  test('repeats a read', async () => {
    const { value, sent } = await send(READ, (nth, response) => reply(response, nth < 3 ? status : 200, OK))
    expect([value?.value, sent]).toEqual([OK, 3])
  })

  test('leaves a write alone, because it may have been applied', async () => {
    const { error, sent } = await send(WRITE, (_nth, response) =>
      reply(response, status, '<h1>Bad Gateway</h1>'),
    )
    expect(sent).toBe(1)
    expect(error).toMatchObject({ code: 'ERR_HEYMARKET_SERVER', status, requestId: 'req-7' })
    expect(outcomeUnknown(error)).toBe(true)
  })
})

describe('no answer', () => {
  const FAILURES: readonly [string, Answering][] = [
    ['a connection that ends', (_nth, response) => void response.socket?.destroy()],
    ['a connection that is reset', (_nth, response) => void response.socket?.resetAndDestroy()],
    [
      'an answer that breaks off',
      (_nth, response) => {
        response.writeHead(200, { 'content-length': '100' })
        response.write('{"id": 1', () => response.socket?.destroy())
      },
    ],
    ['an answer that is no HTTP', (_nth, response) => void response.socket?.end('SSH-2.0-OpenSSH\r\n\r\n')],
  ]

  test.each(FAILURES)('but %s leaves the outcome of a write unknown', async (_name, answer) => {
    const { error, sent } = await send(WRITE, answer)
    expect(sent).toBe(1)
    expect(error).toMatchObject({ code: 'ERR_HEYMARKET_NO_ANSWER', verdict: 'retry', exitCode: 1 })
    expect(outcomeUnknown(error)).toBe(true)
  })

  test.each(FAILURES)('but %s repeats a read', async (_name, answer) => {
    const { value, sent } = await send(READ, (nth, response, heard) =>
      nth < 3 ? answer(nth, response, heard) : reply(response, 200, OK),
    )
    expect([value?.value, sent]).toEqual([OK, 3])
  })

  test('in time leaves the outcome of a write unknown', async () => {
    const { error, sent } = await send(WRITE, () => {}, { timeoutMs: 100 })
    expect([sent, error?.code]).toEqual([1, 'ERR_HEYMARKET_NO_ANSWER'])
  })
})

describe('a host that is not there', () => {
  /** A port that nobody listens on any more. */
  async function closedPort(): Promise<number> {
    const server = createServer()
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    const { port } = server.address() as AddressInfo
    await new Promise((done) => server.close(done))
    return port
  }

  test('is tried three times, a second and a half in all, and named', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`
    const { transport, clock, exchanges } = aLine(url)
    const error = await transport.send(WRITE).catch((thrown: unknown) => thrown as HeysyncError)
    expect(error).toBeInstanceOf(HeysyncError)
    expect(error).toMatchObject({
      code: 'ERR_HEYMARKET_UNREACHABLE',
      message: `${url} cannot be reached (ECONNREFUSED).`,
      hint: expect.stringContaining('heymarket.baseUrl'),
    })
    expect(clock.slept).toEqual([500, 1000])
    expect(exchanges.map(({ status }) => status)).toEqual([null, null, null])
    expect(outcomeUnknown(error)).toBe(false)
  })
})

test('an interrupted request ends as an interruption, not as an answer that got lost', async () => {
  const ending = new AbortController()
  const { error } = await send(WRITE, () => ending.abort(), { signal: ending.signal })
  expect(error).toMatchObject({ name: 'AbortError' })
})

test('each try takes a place in the budget and gives it back', async () => {
  let held = 0
  let taken = 0
  const budget = {
    acquire: async () => {
      held += 1
      taken += 1
      return () => {
        held -= 1
      }
    },
    used: () => taken,
  }
  await send(
    READ,
    (nth, response) => (nth < 3 ? void response.socket?.destroy() : reply(response, 200, OK)),
    { budget },
  )
  expect([taken, held]).toEqual([3, 0])
})

test('waits double up to a minute, and jitter takes at most half of them', () => {
  const full = [1, 2, 3, 7, 8, 20].map((tries) => backoffMs(tries, () => 1))
  expect(full).toEqual([500, 1000, 2000, 32_000, 60_000, 60_000])
  expect([1, 2, 3, 7, 8, 20].map((tries) => backoffMs(tries, () => 0))).toEqual(full.map((ms) => ms / 2))
  expect(backoffMs(1, () => 1, 90_000)).toBe(60_000)
})

test('each exchange is told with the id by which Heymarket knows it', async () => {
  const told: (string | undefined)[] = []
  const clock = leapingClock()
  const sandbox = await startSandbox({ port: 0, clock })
  onTestFinished(() => sandbox.close())
  const { client } = aLine(sandbox.url, { clock, onExchange: ({ requestId }) => void told.push(requestId) })
  await client.contacts.count()
  await client.contacts.get(404).catch(() => {})
  expect(told).toHaveLength(2)
  expect(told).toEqual(sandbox.store.requests().map(({ requestId }) => requestId))
})
