// Owns what stands before and after a route: credentials, budget, faults, the ledger, and the bytes of the answer.
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import { ApiError } from './api-error.ts'
import type { Auth } from './auth.ts'
import type { Budget } from './budget.ts'
import type { Dice } from './dice.ts'
import type { FaultName } from './faults.ts'
import type { Ledger, RequestEntry } from './ledger.ts'
import { errorText, htmlError } from './print.ts'
import { runDue } from './schedule.ts'
import type { Answer, Call, Route, World } from './world.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The ledger's entry; null under /_sandbox. */
    entry: RequestEntry | null
  }
}

export interface Gate {
  /** Opens a ledger entry, checks the credentials, takes from the budget. Answers by itself when it refuses. */
  enter(request: FastifyRequest, reply: FastifyReply, done: () => void): void
  /** Runs a route, with the faults that hit it. */
  run(route: Route, request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply>
  /** Answers with an error in the dialect. */
  refuse(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply
}

export interface GateParts {
  readonly world: World
  /** The real time, which tokens, the limit and the ledger go by. */
  readonly clock: Clock
  readonly auth: Auth
  /** By the credential; of one for all where the limit is the team's. */
  readonly budgets: Readonly<Record<'team' | 'secret' | 'key', Budget>>
  readonly dice: Dice
  readonly ledger: Ledger
  /** Fires when the sandbox closes: answers that still wait are dropped. */
  readonly closing: AbortSignal
  readonly onRequest: ((entry: RequestEntry) => void) | undefined
}

const UNAUTHORIZED = 'unauthorized: the credential is missing, wrong or expired'
const RATE_LIMITED = 'rate limit exceeded'

export function makeGate(parts: GateParts): Gate {
  const { world, clock, auth, budgets, dice, ledger, closing, onRequest } = parts
  const { settings } = world

  function finish(entry: RequestEntry | null, status: number | null) {
    if (entry === null) return
    entry.status = status
    onRequest?.(entry)
  }
  function send(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
    finish(request.entry, answer.status)
    return reply.code(answer.status).header('content-type', answer.type).send(answer.text)
  }
  function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    status: number,
    message: string,
  ): FastifyReply {
    return send(request, reply, { status, ...errorText(status, message, settings.dialects) })
  }
  function rateLimited(request: FastifyRequest, reply: FastifyReply, waitMs: number): FastifyReply {
    if (settings.dialects.retryAfter === 'seconds')
      reply.header('retry-after', String(Math.max(1, Math.ceil(waitMs / 1_000))))
    return refuse(request, reply, 429, RATE_LIMITED)
  }

  function budgetOf(request: FastifyRequest): Budget {
    const perKey = settings.dialects.rateScope === 'key'
    return budgets[perKey ? auth.holderOf(request.headers.authorization) : 'team']
  }
  function spend(request: FastifyRequest, reply: FastifyReply, done: () => void) {
    const now = request.entry?.at ?? clock.now()
    const budget = budgetOf(request)
    const waitMs = budget.waitMs(now, settings.requestsPerMinute, settings.dialects.rateWindow)
    if (waitMs > 0) return void rateLimited(request, reply, waitMs)
    budget.take(now)
    done()
  }

  /** Faults that strike before the route runs; null when this one does not. */
  function strikeBefore(
    fault: FaultName | null,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | null {
    switch (fault) {
      case 'lostRequest':
        return drop(request, reply)
      case 'error500Before':
        return refuse(request, reply, 500, 'internal error')
      case 'rateLimited':
        if (request.entry !== null) budgetOf(request).giveBack(request.entry.at)
        return rateLimited(request, reply, 1_000)
      case 'unauthorized':
        return refuse(request, reply, 401, UNAUTHORIZED)
      case 'forbidden':
        return refuse(request, reply, 403, 'forbidden: no access to this team')
      case 'badGateway':
        return send(request, reply, { status: 502, ...htmlError(502, 'Bad Gateway') })
      default:
        return null
    }
  }
  function drop(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    finish(request.entry, null)
    reply.hijack()
    request.raw.socket.destroy()
    return reply
  }
  function truncate(request: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
    finish(request.entry, answer.status)
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
  function deliver(
    fault: FaultName | null,
    request: FastifyRequest,
    reply: FastifyReply,
    answer: Answer,
  ): FastifyReply {
    if (fault === 'lostAnswer') return drop(request, reply)
    if (fault === 'error500After') return refuse(request, reply, 500, 'internal error')
    if (fault === 'truncated') return truncate(request, reply, answer)
    return send(request, reply, answer)
  }

  function apply(route: Route, request: FastifyRequest): Answer {
    const { entry } = request
    const call: Call = {
      params: request.params as Record<string, string>,
      query: request.query as Record<string, string>,
      body: request.body,
      phone: null,
    }
    try {
      runDue(world)
      const answer = route.handle(world, call)
      if (entry !== null) entry.applied = route.write
      return answer
    } catch (thrown) {
      const error = thrown instanceof ApiError ? thrown : new ApiError(500, String(thrown))
      return { status: error.status, ...errorText(error.status, error.message, settings.dialects) }
    } finally {
      if (entry !== null) entry.phone = call.phone ?? phoneIn(request.body)
    }
  }

  return {
    refuse,
    enter(request, reply, done) {
      const at = clock.now()
      const { method, url } = request
      const path = url.split('?', 1)[0] ?? url
      const entry = ledger.open({ at, method, path, query: { ...(request.query as Record<string, string>) } })
      request.entry = entry
      reply.header('x-request-id', entry.requestId)
      const good = auth.check(request.headers.authorization, at, settings.dialects)
      if (good === true) return spend(request, reply, done)
      void Promise.resolve(good).then((checked) =>
        checked ? spend(request, reply, done) : refuse(request, reply, 401, UNAUTHORIZED),
      )
    },
    run(route, request, reply) {
      const fault = dice.pick(settings.faults, route.write)
      if (request.entry !== null) {
        request.entry.fault = fault
        request.entry.phone = phoneIn(request.body)
      }
      const struck = strikeBefore(fault, request, reply)
      if (struck !== null) return struck
      const answer = apply(route, request)
      const delayMs = dice.delayMs(settings.faults, route.write)
      if (delayMs === 0) return deliver(fault, request, reply, answer)
      return clock.sleep(delayMs, closing).then(
        () => deliver(fault, request, reply, answer),
        () => drop(request, reply),
      )
    },
  }
}

function phoneIn(body: unknown): string | null {
  const phone = (body as { phone?: unknown } | null | undefined)?.phone
  return typeof phone === 'string' ? phone : null
}

function headersOf(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]))
}
