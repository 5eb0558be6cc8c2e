// Owns a vendor on loopback for a world: answers as it is told, and goes wrong on demand in the ways that vendors do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Stage, Trouble } from './world.ts'

export interface VendorRequest {
  readonly method: string
  readonly url: URL
  readonly headers: IncomingMessage['headers']
  /** Text. */
  readonly body: string
}

export interface VendorAnswer {
  /** 200 unless given. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is; anything else as JSON. */
  readonly body: unknown
}

export interface VendorServer {
  readonly url: string
  requests(): number
  /** The next `times` answers after `after` good ones go wrong. */
  trouble(what: Trouble, times: number, after?: number): void
  close(): Promise<void>
}

const HTML = '<!doctype html><title>Back soon</title><h1>We are down for maintenance</h1>'

export async function startVendor(
  clock: Stage['clock'],
  answer: (request: VendorRequest) => VendorAnswer | Promise<VendorAnswer>,
): Promise<VendorServer> {
  let requests = 0
  let planned = { what: 'down' as Trouble, good: 0, bad: 0 }
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    requests += 1
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const asked = {
      method: request.method ?? 'GET',
      url: new URL(request.url ?? '/', 'http://vendor'),
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    }
    const { status = 200, headers = {}, body } = await answer(asked)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    if (planned.good > 0 || planned.bad === 0) {
      planned = { ...planned, good: Math.max(0, planned.good - 1) }
      return reply(response, status, text, headers)
    }
    planned = { ...planned, bad: planned.bad - 1 }
    goWrong(planned.what, response, {
      text,
      now: clock.now(),
      sent: JSON.stringify([request.url, request.headers]),
    })
  }
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => reply(response, 500, String(error), {}))
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    trouble: (what, times, after = 0) => {
      planned = { what, good: after, bad: times }
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

function reply(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(text)
}

const WAIT_MS = 2_000

interface Given {
  /** The whole answer. */
  readonly text: string
  readonly now: number
  /** What came from the connector, as text. */
  readonly sent: string
}

function goWrong(what: Trouble, response: ServerResponse, given: Given): void {
  if (what === 'cut before the answer') response.destroy()
  else if (what === 'cut in the answer') cut(response, given.text)
  else {
    const { status, text, headers = {} } = wrongAnswer(what, given)
    reply(response, status, text, headers)
  }
}

const half = (text: string) => text.slice(0, Math.floor(text.length / 2))

function cut(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text) + 100),
  })
  response.write(half(text), () => response.destroy())
}

interface WrongAnswer {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

type Answered = Exclude<Trouble, 'cut before the answer' | 'cut in the answer'>

function wrongAnswer(what: Answered, { text, now, sent }: Given): WrongAnswer {
  const busy = (headers: Readonly<Record<string, string>> = {}) => ({
    status: 429,
    text: '{"error":"rate limit"}',
    headers,
  })
  const left = (reset: number) => busy({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) })
  const page = { text: HTML, headers: { 'content-type': 'text/html' } }
  switch (what) {
    case 'busy: retry-after in seconds':
      return busy({ 'retry-after': String(WAIT_MS / 1000) })
    case 'busy: retry-after as a date':
      return busy({ 'retry-after': new Date(now + WAIT_MS).toUTCString() })
    case 'busy: reset in seconds':
      return left(WAIT_MS / 1000)
    case 'busy: reset as an instant':
      return left(Math.ceil((now + WAIT_MS) / 1000))
    case 'busy: without a word':
      return busy()
    case 'down':
      return { status: 503, ...page }
    case 'half an answer':
      return { status: 200, text: half(text) }
    case 'a page of HTML':
      return { status: 200, ...page }
    case 'signed out':
      // As careless vendors do: what was sent comes back.
      return { status: 401, text: `invalid credential in ${sent}` }
  }
}
