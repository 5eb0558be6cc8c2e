// Owns the requests to an environment: the sign-in of its tenant, and what its refusals mean.
import { createHash } from 'node:crypto'
import type { ConnectorContext, HttpAnswer } from 'heysync/connector'
import { ConnectorError, HttpRefusal, oauth } from 'heysync/connector'
import { z } from 'zod'
import type { DataverseOptions } from './options.ts'

export interface Client {
  /** `url`: behind the version of the API, or a whole link of an answer. Errors: those of Http. */
  get<T>(schema: z.ZodType<T>, url: string, more?: Asked): Promise<T>
  text(url: string): Promise<string>
}

export interface Asked {
  readonly query?: Readonly<Record<string, string | number>>
  readonly prefer?: readonly string[]
}

/** A service user may send 6,000 in five minutes to each server (Microsoft: "Service protection API limits"). */
const WINDOWS = { default: [{ requests: 5_000, perMs: 5 * 60_000 }] }
const TIMEOUT_MS = 150_000

const fault = z.looseObject({
  error: z.looseObject({ code: z.string().nullish(), message: z.string().nullish() }),
})
const signInFault = z.looseObject({ error: z.string(), error_description: z.string().nullish() })

export function openClient(options: DataverseOptions, context: ConnectorContext): Client {
  const { url, auth: given, authority } = options
  const login = context.http({
    baseUrl: authority,
    auth: { credential: async () => ({}), renew: async () => false, secrets: () => [given.clientSecret] },
  })
  const auth = oauth({
    grant: async () => ({
      grant_type: 'client_credentials',
      client_id: given.clientId,
      client_secret: given.clientSecret,
      scope: `${new URL(url).origin}/.default`,
    }),
    exchange: async (form) => {
      try {
        return await login.json({ method: 'POST', url: `${given.tenantId}/oauth2/v2.0/token`, form })
      } catch (error) {
        throw isSignInRefusal(error) ? notSignedIn(error) : error
      }
    },
    keep: context.keep,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([authority, url, given]))
      .digest('hex'),
    now: context.clock.now,
  })
  const http = context.http({
    baseUrl: new URL('api/data/v9.2/', url.endsWith('/') ? url : `${url}/`).href,
    auth: { ...auth, secrets: () => [...auth.secrets(), given.clientSecret] },
    account: given.clientId,
    windows: WINDOWS,
    timeoutMs: TIMEOUT_MS,
  })
  const headers = { 'odata-version': '4.0', 'odata-maxversion': '4.0' }
  return {
    get: async (schema, path, { query = {}, prefer = [] } = {}) => {
      const preferred = prefer.length === 0 ? {} : { prefer: prefer.join(', ') }
      const answer = await http.json({ url: path, query, headers: { ...headers, ...preferred } })
      const read = schema.safeParse(answer)
      if (read.success) return read.data
      throw new ConnectorError('failed', {
        message: `Dataverse answered ${path.split('?')[0]} with something else than was asked for: ${z.prettifyError(read.error).split('\n')[0]}.`,
      })
    },
    text: async (path) => (await http.send({ url: path, headers })).text,
  }
}

function isSignInRefusal(error: unknown): error is HttpRefusal | ConnectorError {
  return error instanceof HttpRefusal || (error instanceof ConnectorError && error.kind === 'unauthorized')
}

function notSignedIn(error: HttpRefusal | ConnectorError): ConnectorError {
  const said = error instanceof HttpRefusal ? signInFault.safeParse(jsonOrNull(error.answer)).data : undefined
  // The first sentence is for people; ids of the request follow.
  const [why = error.message] = (said?.error_description ?? said?.error ?? error.message).split(
    / Trace ID|[\r\n]/,
  )
  return new ConnectorError('unauthorized', {
    message: `Microsoft refused the sign-in: ${why}`,
    hint: 'Check tenantId, clientId and clientSecret. A secret expires, and its value is not its id.',
  })
}

/** What a refusal says; null for any other error. */
export function refusalOf(error: unknown): { status: number; message: string } | null {
  if (!(error instanceof HttpRefusal)) return null
  const said = fault.safeParse(jsonOrNull(error.answer)).data?.error
  return { status: error.answer.status, message: said?.message ?? error.message }
}

/** The refusal in words that lead to what is to be done; any other error is handed back as it is. */
export function explained(error: unknown): unknown {
  const refusal = refusalOf(error)
  if (refusal === null) return error
  if (refusal.status === 403)
    return new ConnectorError('unauthorized', {
      message: `Dataverse does not let the application user read contacts: ${refusal.message}`,
      hint: 'Give it a security role with Read on Contact for the whole organisation. Change tracking needs no less.',
      cause: error,
    })
  const [, column] = /Could not find a property named '([^']+)'/.exec(refusal.message) ?? []
  if (column === undefined) return error
  return new ConnectorError('field', {
    message: `The contact table has no column ${column}, which fields names.`,
    hint: 'Logical names are in Power Apps, Tables, Contact, Columns; a lookup is _name_value.',
    cause: error,
  })
}

function jsonOrNull(answer: HttpAnswer): unknown {
  try {
    return JSON.parse(answer.text)
  } catch {
    return null
  }
}
