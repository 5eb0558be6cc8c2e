// Owns what an endpoint is: a documented call as a value, with its checked request and the tolerant reader of its answer.
// The table of all of them (endpoints.ts) makes the page docs/heymarket.md and the generic command `heysync api`.
import type { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import { maskPhone } from '../lib/phone.ts'
import { parseByParts } from './by-parts.ts'
import type { ApiRequest, Transport } from './transport.ts'

export interface Endpoint<A extends z.ZodType = z.ZodType> {
  readonly method: ApiRequest<unknown>['method']
  /** From the root, e.g. `/v1/contact/{id}`. */
  readonly path: string
  /** The page of the documentation that describes it, e.g. `contacts/get`. */
  readonly page: string
  /** A read may be repeated at will. */
  readonly effect: 'read' | 'write'
  readonly summary: string
  /** Still documented, and no longer recommended. */
  readonly deprecated?: true
  /** What fills the `{…}` of the path. */
  readonly params?: z.ZodType
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  readonly answer: A
}

/** The parts of a request. The functions of the client give them their types; here they are checked. */
export interface CallRequest {
  readonly params?: Readonly<Record<string, unknown>>
  readonly query?: object
  readonly body?: unknown
}

/** Keeps the type of the answer. */
export function endpoint<A extends z.ZodType>(given: Endpoint<A>): Endpoint<A> {
  return given
}

/**
 * Checks a request against the documented rules, sends it and reads the answer.
 * Errors: ERR_REQUEST for a broken rule (nothing is sent then), and those of the transport.
 */
export async function call<A extends z.ZodType>(
  transport: Transport,
  to: Endpoint<A>,
  request: CallRequest = {},
): Promise<z.output<A>> {
  const params = checked(to, 'params', to.params, request.params) as Record<string, unknown> | undefined
  const query = checked(to, 'query', to.query, request.query) as
    | Record<string, string | number | boolean>
    | undefined
  const json = to.body && outcome(to, 'body', request.body, await parseByParts(to.body, request.body ?? {}))
  const path = to.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(params?.[name] ?? '')),
  )
  const { value } = await transport.send({
    method: to.method,
    path,
    answer: to.answer,
    effect: to.effect,
    ...(query === undefined ? {} : { query }),
    ...(json === undefined ? {} : { json }),
  })
  return value as z.output<A>
}

/** The body as it would go out. Errors: ERR_REQUEST for a broken rule. */
export function checkedBody(to: Endpoint, body: unknown): unknown {
  return checked(to, 'body', to.body, body)
}

function checked(
  to: Endpoint,
  part: 'params' | 'query' | 'body',
  schema: z.ZodType | undefined,
  value: unknown,
): unknown {
  return schema && outcome(to, part, value, schema.safeParse(value ?? {}))
}

function outcome(
  to: Endpoint,
  part: 'params' | 'query' | 'body',
  value: unknown,
  parsed: z.ZodSafeParseResult<unknown>,
): unknown {
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const path = issue?.path ?? []
  const field = path.join('.') || part
  const given = shown(valueAt(value, path))
  const hint = issue?.code === 'custom' ? (issue.params?.hint as string | undefined) : undefined
  throw new HeysyncError('ERR_REQUEST', {
    message: `${to.page}: ${field}${given === '' ? '' : ` ${given}`} ${issue?.message ?? 'is not as documented'}. Nothing was sent.`,
    hint: hint ?? `See "${to.page}" in docs/heymarket.md.`,
  })
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  )
}

/** A value as an error may show it: short, and without a whole phone number. */
function shown(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return ''
  const text = JSON.stringify(value)
  const isDate = /^"\d{4}-\d\d(-\d\d)?"$/.test(text)
  if (!isDate && /^"\+?[\d\s().-]{7,}"$/.test(text)) return `"${maskPhone(String(value))}"`
  if (/^\d{11,15}$/.test(text)) return maskPhone(text)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
