// Owns the running sandbox: an open one put on loopback, and taken down again.
import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { HeysyncError } from '../lib/errors.ts'
import type { Ending, Gate, Visit } from './gate.ts'
import { API_ROUTES, notFound, type OpenOptions, type OpenSandbox, openSandbox, readJson } from './open.ts'
import { addPage } from './page/serve.ts'
import { addControlRoutes } from './routes/control.ts'
import type { Answer } from './world.ts'

export type { RequestEntry } from './ledger.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** What the gate knows of it; null under /_sandbox. */
    visit: Visit | null
  }
}

export interface SandboxOptions extends OpenOptions {
  /** Loopback only: 127.0.0.1 (the default), ::1 or localhost. */
  readonly host?: string
  /** Default 8781; 0 picks a free one. */
  readonly port?: number
}

export interface Sandbox extends Omit<OpenSandbox, 'ask'> {
  /** e.g. `http://127.0.0.1:8781` */
  readonly url: string
  /** Ends open connections too. */
  close(): Promise<void>
}

const LOOPBACK = ['127.0.0.1', '::1', 'localhost']
const DUE_EVERY_MS = 1_000
const MAX_BODY_BYTES = 16 * 1024 * 1024

/** Starts a sandbox. Throws ERR_PORT_IN_USE, ERR_USAGE (host, dialects, faults) or ERR_DATABASE_OPEN. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { host = '127.0.0.1', port = 8781 } = options
  if (!LOOPBACK.includes(host)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `The sandbox does not listen on ${host}: its keys are public, so it stays on this machine.`,
      hint: 'Leave the host out, or use 127.0.0.1.',
    })
  }
  const { gate, control, runDue, dropWaiting, ask: _ask, ...sandbox } = openSandbox(options)
  const app = buildApp(gate)
  addPage(app)
  addControlRoutes(app, control)
  try {
    await app.listen({ host, port })
  } catch (cause) {
    await sandbox.close()
    if ((cause as { code?: unknown }).code !== 'EADDRINUSE') throw cause
    throw new HeysyncError('ERR_PORT_IN_USE', {
      message: `Another program listens on ${host}:${port}.`,
      hint: `Stop it, or take another port: heysync sandbox --port ${port + 1}`,
      cause,
    })
  }
  // Nobody may be asking when a scheduled message comes due.
  const due = setInterval(runDue, DUE_EVERY_MS).unref()
  const address = app.server.address() as AddressInfo
  return {
    ...sandbox,
    url: `http://${host === '::1' ? '[::1]' : host}:${address.port}`,
    async close() {
      clearInterval(due)
      dropWaiting()
      await app.close()
      await sandbox.close()
    },
  }
}

function buildApp(gate: Gate): FastifyInstance {
  const app = Fastify({ forceCloseConnections: true, exposeHeadRoutes: false, bodyLimit: MAX_BODY_BYTES })
  // GET /v1/users/get has a JSON body.
  app.addHttpMethod('GET', { hasBody: true, overrideExisting: true })
  app.decorateRequest('visit', null)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, readJson(String(text)))
    } catch (error) {
      done(Object.assign(error as Error, { statusCode: 400 }))
    }
  })
  app.addHook('onRequest', (request, reply, done) => {
    if (request.url !== '/' && !request.url.startsWith('/_sandbox/')) return enter(gate, request, reply, done)
    reply.header('x-request-id', randomUUID())
    // A page of somebody else, open in the same browser, has no business here.
    const { origin, host } = request.headers
    // Nor has one whose name was made to point at this machine.
    const isHere = LOOPBACK.includes(request.hostname.replace(/^\[|\]$/g, ''))
    if (!isHere || (origin !== undefined && origin !== `http://${host}`)) {
      void reply.status(403).send({ message: 'Only the page of the sandbox itself may ask this.' })
      return
    }
    done()
  })
  const refuse = (request: FastifyRequest, reply: FastifyReply, status: number, message: string) =>
    request.visit === null
      ? reply.status(status).send({ message })
      : finish(gate.refuse(request.visit, status, message), request, reply)
  app.setNotFoundHandler((request, reply) =>
    refuse(request, reply, 404, notFound(request.method, request.url)),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
    refuse(request, reply, error.statusCode ?? 500, error.message),
  )
  for (const route of API_ROUTES) {
    app.route({
      method: route.method,
      url: route.path,
      handler: (request, reply) => {
        const ending = gate.run(route, request.visit as Visit, {
          params: request.params as Record<string, string>,
          query: request.query as Record<string, string>,
          body: request.body,
        })
        if ('kind' in ending) return finish(ending, request, reply)
        return ending.then((late) => finish(late, request, reply))
      },
    })
  }
  return app
}

function enter(gate: Gate, request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { method, url, headers } = request
  const query = request.query as Record<string, string>
  const visit = gate.enter({ method, url, query, authorization: headers.authorization })
  request.visit = visit
  reply.header('x-request-id', visit.entry.requestId)
  const refused = gate.admit(visit)
  if (refused === null) {
    done()
    return
  }
  void Promise.resolve(refused).then((ending) => (ending === null ? done() : finish(ending, request, reply)))
}

/** Turns how an exchange ends into bytes, or into the end of its connection. */
function finish(ending: Ending, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (ending.kind === 'cut') return cut(ending, request, reply)
  if (ending.kind === 'dropped') {
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  if (ending.retryAfter !== undefined) reply.header('retry-after', String(ending.retryAfter))
  return reply.code(ending.status).header('content-type', ending.type).send(ending.text)
}

function cut(answer: Answer, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = Buffer.from(answer.text)
  reply.hijack()
  reply.raw.writeHead(answer.status, {
    ...headersOf(reply),
    'content-type': answer.type,
    'content-length': body.length,
  })
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)), () => request.raw.socket.destroy())
  return reply
}

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
}
