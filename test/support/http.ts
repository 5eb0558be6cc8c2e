// Owns servers on loopback that answer in ways the sandbox cannot.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Heard {
  readonly method: string
  readonly url: string
  readonly authorization: string
  readonly body: string
}

export interface HttpServer {
  readonly url: string
  /** Requests in the order of their arrival. */
  readonly heard: Heard[]
}

/** `nth` counts requests from 1. */
export type Answering = (nth: number, response: ServerResponse, heard: Heard) => void

export async function aServer(answer: Answering): Promise<HttpServer> {
  const heard: Heard[] = []
  const server = createServer((request, response) => {
    readAll(request, (body) => {
      const { method = '', url = '', headers } = request
      const one = { method, url, authorization: headers.authorization ?? '', body }
      answer(heard.push(one), response, one)
    })
  })
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard }
}

function readAll(request: IncomingMessage, done: (body: string) => void): void {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => done(Buffer.concat(parts).toString()))
}

/** Answers with a status, a body and, unless told otherwise, a request id. */
export function reply(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'x-request-id': 'req-7', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
