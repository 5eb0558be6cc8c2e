// Owns one question to the Admin API: what its answer means, what it says of the budget, and how a refusal reads.
// Shopify answers 200 also to what it refuses; the truth is in `errors`.
import {
  type ConnectorContext,
  ConnectorError,
  type ConnectorErrorKind,
  type HttpAnswer,
  HttpRefusal,
} from 'heysync/connector'
import { z } from 'zod'
import { openAuth } from './auth.ts'
import { baseUrlOf, type ShopifyOptions } from './options.ts'

export interface Graphql {
  /**
   * Errors: those of `Http.send`; a ConnectorError `unauthorized` where the app may not see it, `cursor-expired`, `failed`;
   * TooCostly when the document asks for more than one request may cost.
   */
  ask<T>(document: string, variables: Readonly<Record<string, unknown>>, schema: z.ZodType<T>): Promise<T>
}

/** Shopify never answers this, however long one waits: ask for less. */
export class TooCostly extends Error {
  override readonly name = 'TooCostly'
}

/** Shopify understood, and said no; or it answered something that no waiting mends. */
export class ShopRefusal extends ConnectorError {}

/** Whether it was answered, so that the same question gets the same answer tomorrow. Not so the network, 5xx and quotas. */
export function isRefused(error: unknown): error is Error {
  if (error instanceof TooCostly || error instanceof ShopRefusal || error instanceof HttpRefusal) return true
  return error instanceof ConnectorError && LASTING.has(error.kind)
}

const errorSchema = z.object({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  extensions: z.looseObject({ code: z.string().nullish() }).nullish(),
})
const envelopeSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .union([z.array(errorSchema), z.string().transform((message) => [{ message }]), z.null()])
    .optional()
    .transform((errors): z.output<typeof errorSchema>[] => errors ?? []),
  extensions: z
    .object({
      cost: z
        .object({
          requestedQueryCost: z.number().nullish(),
          throttleStatus: z.object({ currentlyAvailable: z.number(), restoreRate: z.number() }).nullish(),
        })
        .nullish(),
      search: z
        .array(
          z.object({
            warnings: z.array(z.object({ field: z.string().nullish(), message: z.string() })).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})
type Envelope = z.output<typeof envelopeSchema>

const LASTING = new Set<ConnectorErrorKind>([
  'unauthorized',
  'not-found',
  'unreadable',
  'field',
  'cursor-expired',
])
const PASSING = new Set(['THROTTLED', 'INTERNAL_SERVER_ERROR', 'TIMEOUT'])

export const APPROVAL_HINT =
  'Grant the app the scope read_customers, and access to protected customer data with name, e-mail, phone and address; then install it again. docs/connectors/shopify.md says where.'

export function openGraphql(options: ShopifyOptions, context: ConnectorContext): Graphql {
  const { clock, log } = context
  const read = new WeakMap<HttpAnswer, Envelope | null>()
  const envelopeOf = (answer: HttpAnswer): Envelope | null => {
    const known = read.get(answer)
    if (known !== undefined) return known
    const envelope = readEnvelope(answer)
    read.set(answer, envelope)
    return envelope
  }
  const http = context.http({
    baseUrl: baseUrlOf(options),
    account: options.shop,
    auth: openAuth(options, context),
    judge: (answer) => {
      const codes = envelopeOf(answer)?.errors.map(({ extensions }) => extensions?.code ?? '') ?? []
      return answer.status === 200 && codes.some((code) => PASSING.has(code)) ? 'again' : null
    },
    limits: (answer) => {
      const envelope = envelopeOf(answer)
      const waitMs = waitFor(envelope)
      if (waitMs === null) return {}
      const at = clock.now() + waitMs
      return isThrottled(envelope) ? { retryAt: at } : { remaining: 0, resetAt: at }
    },
  })
  let warned = false
  const checkVersion = (answer: HttpAnswer) => {
    const served = answer.headers['x-shopify-api-version']
    if (warned || served === undefined || served === options.apiVersion) return
    warned = true
    log.warn(
      `Shopify answers with version ${String(served)} of its API and not with ${options.apiVersion}: set apiVersion to one that it still serves.`,
    )
  }
  return {
    ask: async (query, variables, schema) => {
      const url = `admin/api/${options.apiVersion}/graphql.json`
      let answer: HttpAnswer
      try {
        answer = await http.send({ method: 'POST', url, json: { query, variables } })
      } catch (error) {
        throw error instanceof HttpRefusal ? refusal(error, options.shop) : error
      }
      checkVersion(answer)
      const envelope = envelopeOf(answer)
      if (envelope === null) throw notUnderstood(options.shop, 'something else than GraphQL')
      throwErrors(envelope, options.shop)
      // A filter that Shopify does not take is dropped, and everybody comes back: an answer to another question.
      const warning = envelope.extensions?.search?.flatMap(({ warnings }) => warnings ?? [])[0]
      if (warning !== undefined)
        throw notUnderstood(options.shop, `an unfiltered list (${warning.field ?? ''}: ${warning.message})`)
      const data = schema.safeParse(envelope.data)
      if (!data.success)
        throw notUnderstood(options.shop, `data of another form: ${z.prettifyError(data.error)}`)
      return data.data
    },
  }
}

function readEnvelope({ status, text }: HttpAnswer): Envelope | null {
  if (status !== 200) return null
  try {
    const envelope = envelopeSchema.safeParse(JSON.parse(text))
    return envelope.success ? envelope.data : null
  } catch {
    return null
  }
}

function isThrottled(envelope: Envelope | null): boolean {
  return envelope?.errors.some(({ extensions }) => extensions?.code === 'THROTTLED') ?? false
}

/** Until the bucket holds a request like this one again, in milliseconds; null when it does already. */
function waitFor(envelope: Envelope | null): number | null {
  const cost = envelope?.extensions?.cost
  const { currentlyAvailable = 0, restoreRate = 0 } = cost?.throttleStatus ?? {}
  const missing = (cost?.requestedQueryCost ?? 0) - currentlyAvailable
  return restoreRate > 0 && missing > 0 ? Math.ceil((missing / restoreRate) * 1000) : null
}

function throwErrors({ errors }: Envelope, shop: string): void {
  const [first] = errors
  if (first === undefined) return
  const codes = errors.map(({ extensions }) => extensions?.code ?? '')
  const words = `${first.message}${first.path?.length ? ` (${first.path.join('.')})` : ''}`
  if (codes.includes('MAX_COST_EXCEEDED')) throw new TooCostly(words)
  if (codes.includes('ACCESS_DENIED')) throw denied(shop, words)
  if (/invalid cursor/i.test(first.message))
    throw new ConnectorError('cursor-expired', {
      message: `${shop} no longer takes the place in its list: ${words}`,
    })
  throw new ShopRefusal('failed', { message: `${shop} refused the request: ${words}`, place: shop })
}

/** What the app may not see comes as null, so nothing of such an answer is taken. */
export function denied(shop: string, words: string): ConnectorError {
  return new ConnectorError('unauthorized', {
    message: `${shop} does not show customers to this app: ${words}`,
    hint: APPROVAL_HINT,
    place: shop,
  })
}

function refusal(error: HttpRefusal, shop: string): ConnectorError {
  const { status } = error.answer
  if (status === 404)
    return new ConnectorError('not-found', {
      message: `There is no shop ${shop}, or no such version of its API: ${error.message}`,
      hint: 'The shop is its myshopify.com name, as Settings, Domains shows it. Check apiVersion too.',
      place: shop,
    })
  if (status === 403) return denied(shop, error.message)
  if (status === 402)
    return new ShopRefusal('failed', {
      message: `The shop ${shop} is frozen: ${error.message}`,
      hint: 'Its owner has to pay the bill at Shopify first.',
      place: shop,
    })
  return error
}

function notUnderstood(shop: string, what: string): ConnectorError {
  return new ShopRefusal('failed', {
    message: `${shop} answered with ${what}. Nothing of it was taken.`,
    place: shop,
  })
}
