// Owns how an error looks over HTTP: `failure` of the contract with a fitting status. Never a stack, never an inside.
import type { FastifyInstance } from 'fastify'
import { asHeysyncError, type ErrorCode, type ErrorDetails, HeysyncError } from '../../lib/errors.ts'
import type { FrontLog } from './options.ts'

/** An error with the status that HTTP has for it, where the code alone does not say. */
export function apiError(statusCode: number, code: ErrorCode, details: ErrorDetails): HeysyncError {
  return Object.assign(new HeysyncError(code, details), { statusCode })
}

export function notFound(): HeysyncError {
  return apiError(404, 'ERR_API_REQUEST', {
    message: 'There is no such address.',
    hint: 'GET /api/openapi.json names them all.',
  })
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  ERR_API_REQUEST: 400,
  ERR_API_TOKEN: 401,
  ERR_API_REFUSED: 403,
  ERR_API_LIMIT: 429,
  ERR_CYCLE_UNKNOWN: 404,
  ERR_SOURCE_UNKNOWN: 404,
  ERR_USAGE: 400,
  ERR_EXPRESSION: 422,
  ERR_CONFIG_NOT_FOUND: 422,
  ERR_CONFIG_SYNTAX: 422,
  ERR_CONFIG_INVALID: 422,
  ERR_CONFIG_SECRET: 422,
}

export function addErrors(app: FastifyInstance, log: FrontLog): void {
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.setErrorHandler((thrown, request, reply) => {
    const { status, error } = answerOf(thrown)
    if (status >= 500) {
      const why = asHeysyncError(thrown)
      log('error', { path: request.routeOptions.url, code: why.code }, why.message)
    }
    return reply.status(status).send({ error })
  })
}

interface Answer {
  readonly status: number
  readonly error: { code: string; message: string; hint: string | null }
}

function answerOf(thrown: unknown): Answer {
  const { statusCode } = thrown as { statusCode?: unknown }
  const given = typeof statusCode === 'number' ? statusCode : null
  if (!(thrown instanceof HeysyncError) && given !== null && given >= 400 && given < 500) {
    // What the HTTP library says about a request that it could not read.
    const message = thrown instanceof Error ? thrown.message : 'The request cannot be read.'
    return { status: given, error: { code: 'ERR_API_REQUEST', message, hint: null } }
  }
  const error = asHeysyncError(thrown)
  const status = given ?? STATUS[error.code] ?? (error.verdict === 'retry' ? 503 : 500)
  // What was not foreseen may speak of anything.
  const message = error.code === 'ERR_INTERNAL' ? 'Something went wrong inside of heysync.' : error.message
  const hint = error.code === 'ERR_INTERNAL' ? 'Its log says more.' : (error.hint ?? null)
  return { status, error: { code: error.code, message, hint } }
}
