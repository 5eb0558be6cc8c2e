// The documented calls as command lines: what somebody who copies them from the documentation gets from the sandbox.
import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { ENDPOINTS } from '../../src/heymarket/endpoints.ts'
import { CURL_EXAMPLES, type Shape } from '../fixtures/curl-examples.ts'
import { type Box, handClock, start } from '../sandbox/support.ts'

const HOST = 'https://api.heymarket.com'
const API_KEY = 'YOUR_API_KEY'
const KEY = { authorization: `Bearer ${API_KEY}` }

interface CurlCall {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

const NAMED = CURL_EXAMPLES.map((example) => {
  const { method, url, body = '' } = parsed(example.line)
  return [`${method} ${url.replace(HOST, '')} ${body}`.trimEnd(), example] as const
})

describe('a documented command line', () => {
  test.each(NAMED)('answers as documented: %s', async (_call, { line, answer }) => {
    const { url, uuid } = await prepared()
    const { status, text } = await run(line.replace(HOST, url).replaceAll('$UUID', uuid))
    expect({ status, text }).toMatchObject({ status: 200 })
    expect(differences(JSON.parse(text), answer, 'answer')).toEqual([])
  })

  test.each(NAMED)('is refused with another key: %s', async (_call, { line }) => {
    const { url, uuid } = await prepared()
    const call = line.replace(HOST, url).replaceAll('$UUID', uuid).replace(API_KEY, 'somebody-else')
    expect(await run(call)).toMatchObject({ status: 401 })
  })

  test('is there for every endpoint that the client knows, and for no other', () => {
    const shown = CURL_EXAMPLES.map(({ line }) => parsed(line)).map(({ method, url }) => ({
      method,
      path: new URL(url).pathname,
    }))
    const known = Object.values(ENDPOINTS).flatMap((functions) => Object.values(functions))
    const matches = (one: { method: string; path: string }, at: { method: string; path: string }) =>
      one.method === at.method && new RegExp(`^${at.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(one.path)
    const unseen = known.filter((at) => !shown.some((one) => matches(one, at)))
    expect(unseen.map(({ method, path }) => `${method} ${path}`)).toEqual([])
    expect(shown.filter((one) => !known.some((at) => matches(one, at)))).toEqual([])
  })
})

describe('the reading of a command line', () => {
  test('takes quotes, spaces inside them and a line that goes on', () => {
    const line = `curl -X PUT "http://x/v1/contact/1" \\\n  -H 'A: b c' \\\n  -d '{"first":"An \\"a\\""}'`
    expect(parsed(line)).toEqual({
      method: 'PUT',
      url: 'http://x/v1/contact/1',
      headers: { A: 'b c' },
      body: '{"first":"An \\"a\\""}',
    })
  })

  test('takes POST for a line with a body and GET for one without', () => {
    expect(parsed(`curl http://x/ -d '{}'`).method).toBe('POST')
    expect(parsed('curl http://x/').method).toBe('GET')
  })

  test('refuses an option that it does not know', () => {
    expect(() => parsed('curl --insecure http://x/')).toThrow('--insecure')
  })
})

/** A sandbox that holds what the lines name, and the uuid of its first contact. */
async function prepared(): Promise<Box & { readonly uuid: string }> {
  const clock = handClock(Date.parse('2026-11-20T09:30:00Z'))
  const box = await start({ apiKey: API_KEY, clock })
  const make = async (path: string, body: object, id: number) => {
    const { json } = await box.call('POST', path, body, KEY)
    expect(json).toMatchObject({ id })
    return json
  }
  const ana = { phone: '15105553344', first: 'Ana', last: 'Sol', email: 'ana@example.com' }
  const contact = await make(
    '/v1/contact',
    { ...ana, custom: { 901: 'Gold' }, tags: [{ tag_id: 11 }] },
    100_001,
  )
  const { uuid } = contact as { uuid: string }
  await box.call('POST', `/v2/contact/${uuid}/channel`, { channel_type: 'email', channel_id: ana.email }, KEY)
  await make(
    '/v2/lists',
    { title: 'Regulars', local_id: 'regulars', phones: [ana.phone, '15105553355'] },
    42_001,
  )
  const from = { inbox_id: 71, phone_number: ana.phone }
  await make('/v1/message/send', { ...from, creator_id: 501, text: 'Hello', local_id: 'hello' }, 900_001)
  const later = {
    ...from,
    content: { text: 'See you' },
    execute_at: '2026-11-20T10:00:00Z',
    local_id: 'later',
  }
  await make('/v1/schedule', later, 70_001)
  // While the clock stands, writes are dated a little ahead of it.
  clock.advance(1_000)
  return { ...box, uuid }
}

/** fetch refuses a body on GET, which /v1/users/get has, so node's own client sends. */
function run(line: string): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const { method, url, headers, body = '' } = parsed(line)
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
    const sent = request(url, { method, headers: { ...headers, ...length } }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode, text }))
    })
    sent.on('error', reject).end(body)
  })
}

/** What curl would send. */
function parsed(line: string): CurlCall {
  const [program, ...words] = tokens(line)
  if (program !== 'curl') throw new Error(`${program} is not curl.`)
  let method: string | undefined
  let url = ''
  let body: string | undefined
  const headers: Record<string, string> = {}
  while (words.length > 0) {
    const word = words.shift() ?? ''
    const value = () => words.shift() ?? ''
    if (word === '-X') method = value()
    else if (word === '-d') body = value()
    else if (word === '-H') {
      const [, name = '', rest = ''] = /^([^:]+): *(.*)$/.exec(value()) ?? []
      headers[name] = rest
    } else if (word.startsWith('-')) throw new Error(`The option ${word} is not known here.`)
    else url = word
  }
  return { method: method ?? (body === undefined ? 'GET' : 'POST'), url, headers, body }
}

/** Words as a shell splits them: in single or double quotes, or bare; a backslash ends a line that goes on. */
function tokens(line: string): string[] {
  return [...line.replace(/\\\n/g, ' ').matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"]+)+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
  )
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
const KINDS: Readonly<Record<Extract<Shape, string>, (value: unknown) => boolean>> = {
  any: () => true,
  text: (value) => typeof value === 'string',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  time: (value) => typeof value === 'string' && TIME.test(value),
  uuid: (value) => typeof value === 'string' && UUID.test(value),
  list: (value) => Array.isArray(value),
  map: (value) => isMap(value),
  count: (value) => Number.isInteger(value) || KINDS.digits(value),
  digits: (value) => typeof value === 'string' && /^\d+$/.test(value),
}

/** Where a value is not of the shape, each place in words. */
function differences(value: unknown, shape: Shape, at: string): string[] {
  if (typeof shape === 'string')
    return KINDS[shape](value) ? [] : [`${at} is ${JSON.stringify(value)}, not ${shape}`]
  if (Array.isArray(shape)) {
    const [item] = shape as readonly [Shape]
    if (!Array.isArray(value) || value.length === 0) return [`${at} is no list of one or more`]
    return value.flatMap((one, index) => differences(one, item, `${at}[${index}]`))
  }
  if ('word' in shape) return value === shape.word ? [] : [`${at} is not "${shape.word}"`]
  if (!isMap(value)) return [`${at} is no object`]
  const wanted = Object.entries(shape.keys).map(([key, one]) => [key.replace('?', ''), key, one] as const)
  const names = wanted.map(([name]) => name)
  return [
    ...Object.keys(value).flatMap((key) => (names.includes(key) ? [] : [`${at}.${key} is not documented`])),
    ...wanted.flatMap(([name, key, one]) => {
      if (name in value) return differences(value[name], one, `${at}.${name}`)
      return key.endsWith('?') ? [] : [`${at}.${name} is missing`]
    }),
  ]
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
