// Owns a vendor on loopback for a world: answers as it is told, and goes wrong on demand in the ways that vendors do.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Stage, Trouble } from './world.ts'
import { wrongAnswer } from './wrong-answer.ts'

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
  /** Requests that followed `links to elsewhere`. */
  strayed(): number
  /** The next `times` answers after `after` good ones go wrong. */
  trouble(what: Trouble, times: number, after?: number): void
  close(): Promise<void>
}

export async function startVendor(
  clock: Stage['clock'],
  answer: (request: VendorRequest) => VendorAnswer | Promise<VendorAnswer>,
): Promise<VendorServer> {
  let requests = 0
  let strayed = 0
  let planned = { what: 'down' as Trouble, good: 0, bad: 0 }
  let before = ''
  const held: (() => void)[] = []
  const elsewhere = await listening((_request, response) => {
    strayed += 1
    reply(response, 200, '{}', {})
  })
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
    const last = before
    before = text
    const right = () => reply(response, status, text, headers)
    if (planned.good > 0 || planned.bad === 0) {
      planned = { ...planned, good: Math.max(0, planned.good - 1) }
      return right()
    }
    planned = { ...planned, bad: planned.bad - 1 }
    const { what } = planned
    if (what === 'no answer for now') held.push(right)
    else if (what === 'cut before the answer') response.destroy()
    else if (what === 'cut in the answer') cut(response, text)
    else if (what === 'more than anybody can hold') flood(response)
    else {
      const sent = JSON.stringify([request.url, request.headers, asked.body])
      const links = { from: url, to: elsewhere.url }
      const wrong = wrongAnswer(what, { text, before: last, now: clock.now(), sent, links })
      reply(response, wrong.status, wrong.text, wrong.headers ?? {})
    }
  }
  const { url, server } = await listening((request, response) => {
    handle(request, response).catch((error: unknown) => reply(response, 500, String(error), {}))
  })
  return {
    url,
    requests: () => requests,
    strayed: () => strayed,
    trouble: (what, times, after = 0) => {
      planned = { what, good: after, bad: times }
      for (const release of held.splice(0)) release()
    },
    close: async () => {
      await Promise.all([server, elsewhere.server].map(closed))
    },
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function listening(handle: Handler): Promise<{ url: string; server: Server }> {
  const server = createServer(handle)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
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

function cut(response: ServerResponse, text: string): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text) + 100),
  })
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.destroy())
}

const FLOOD_PARTS = 80
const FLOOD_PART = Buffer.alloc(1_000_000, ' ')

/** Blanks without end, as far as anybody listens. */
function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  let left = FLOOD_PARTS
  const more = () => {
    if (response.destroyed) return
    left -= 1
    if (left < 0) response.end()
    else response.write(FLOOD_PART, more)
  }
  more()
}
