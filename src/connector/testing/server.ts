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

function goWrong(
  what: Trouble,
  response: ServerResponse,
  { text, now, sent }: { text: string; now: number; sent: string },
): void {
  const busy = (headers: Readonly<Record<string, string>>) =>
    reply(response, 429, '{"error":"rate limit"}', headers)
  const half = text.slice(0, Math.floor(text.length / 2))
  switch (what) {
    case 'busy: retry-after in seconds':
      return busy({ 'retry-after': String(WAIT_MS / 1000) })
    case 'busy: retry-after as a date':
      return busy({ 'retry-after': new Date(now + WAIT_MS).toUTCString() })
    case 'busy: reset in seconds':
      return busy({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(WAIT_MS / 1000) })
    case 'busy: reset as an instant':
      return busy({
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil((now + WAIT_MS) / 1000)),
      })
    case 'busy: without a word':
      return busy({})
    case 'down':
      return reply(response, 503, HTML, { 'content-type': 'text/html' })
    case 'cut before the answer':
      return void response.destroy()
    case 'cut in the answer':
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text) + 100),
      })
      response.write(half, () => response.destroy())
      return
    case 'half an answer':
      return reply(response, 200, half, {})
    case 'a page of HTML':
      return reply(response, 200, HTML, { 'content-type': 'text/html' })
    case 'signed out':
      // As careless vendors do: what was sent comes back.
      return reply(response, 401, `invalid credential in ${sent}`, {})
  }
}
