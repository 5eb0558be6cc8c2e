// Owns what answers of Salesforce mean: errors in their several shapes, and what is to be done about each.
import type { HttpAnswer } from 'heysync/connector'
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'

export interface ApiError {
  readonly code: string
  readonly message: string
}

const restErrors = z.array(z.looseObject({ errorCode: z.string(), message: z.string().nullish() })).min(1)
const signInError = z.looseObject({ error: z.string(), error_description: z.string().nullish() })
const composite = z.object({
  compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number() })).length(1),
})

/** What a composite request got for the one request in it; null where the answer is no composite one. */
export function insideComposite(answer: HttpAnswer): { status: number; body: unknown } | null {
  if (!new URL(answer.url).pathname.endsWith('/composite')) return null
  const [inner] = composite.safeParse(jsonOrNull(answer.text)).data?.compositeResponse ?? []
  return inner === undefined ? null : { status: inner.httpStatusCode, body: inner.body }
}

/** REST says errors in a list, the sign-in in an object, and a composite request inside a good answer. */
export function errorsOf(answer: HttpAnswer): readonly ApiError[] {
  const body = insideComposite(answer)?.body ?? jsonOrNull(answer.text)
  const list = restErrors.safeParse(body)
  if (list.success)
    return list.data.map(({ errorCode, message }) => ({ code: errorCode, message: message ?? '' }))
  const one = signInError.safeParse(body)
  return one.success ? [{ code: one.data.error, message: one.data.error_description ?? '' }] : []
}

/** The codes of an error that Salesforce answered with; none for any other. */
export function codesOf(error: unknown): readonly string[] {
  return error instanceof HttpRefusal ? errorsOf(error.answer).map(({ code }) => code.toUpperCase()) : []
}

/** The day's requests are used up with a 403, and not with a 429; a 406 comes and goes like a 503. */
export function judge(answer: HttpAnswer): 'ok' | 'again' | 'quota' | 'sign-in' | 'refused' | null {
  const inner = insideComposite(answer)
  const status = inner?.status ?? answer.status
  if (status >= 200 && status < 300) return 'ok'
  const errors = errorsOf(answer)
  const has = (code: string) => errors.some((error) => error.code === code)
  if (status === 401 || has('INVALID_SESSION_ID')) return 'sign-in'
  if (has('REQUEST_LIMIT_EXCEEDED'))
    return errors.some(({ message }) => /concurrent/i.test(message)) ? 'again' : 'quota'
  if (status === 406 || has('SERVER_UNAVAILABLE') || has('UNABLE_TO_LOCK_ROW')) return 'again'
  if (has('QUERY_TIMEOUT')) return 'refused'
  // The answer around it is a good one.
  if (inner !== null) return status >= 500 ? 'again' : 'refused'
  return null
}

/** Requests of the organisation in the last 24 hours, as each answer says it. */
export function usageOf(answer: HttpAnswer): { used: number; total: number } | null {
  const said = /api-usage=(\d+)\/(\d+)/.exec(String(answer.headers['sforce-limit-info'] ?? ''))
  return said === null ? null : { used: Number(said[1]), total: Number(said[2]) }
}

/** Errors: a ConnectorError `failed` that names what was asked for, when the answer is not what it should be. */
export function readAs<T>(schema: z.ZodType<T>, answer: unknown, what: string): T {
  const read = schema.safeParse(answer)
  if (read.success) return read.data
  throw new ConnectorError('failed', {
    message: `Salesforce answered something else than ${what}: ${z.prettifyError(read.error).split('\n')[0]}.`,
  })
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
