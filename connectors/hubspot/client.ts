// Owns the requests to HubSpot: its budgets, what its answers mean, and which of them end a pull.
import {
  type ConnectorContext,
  ConnectorError,
  HttpRefusal,
  type HttpRequest,
  type SourceHttp,
} from 'heysync/connector'
import { z } from 'zod'
import { hubspotAuth } from './auth.ts'
import type { HubspotOptions } from './options.ts'

/** The version of every CRM path; HubSpot's dated versions take and give the same bodies. */
const CRM = 'crm/v3'
/** Five a second for the whole account, counted apart from all other requests. One is left to others. */
const SEARCHES_PER_SECOND = 4

export interface Hubspot {
  /** Errors: a ConnectorError; `unauthorized` also where a scope is missing. */
  ask<Schema extends z.ZodType>(schema: Schema, request: HttpRequest): Promise<z.output<Schema>>
  /** A path under the CRM's version. */
  crm(path: string): string
  /** What HubSpot said when it handed out an OAuth token. */
  signInAnswer(): Readonly<Record<string, unknown>>
}

export function openHubspot(options: HubspotOptions, context: ConnectorContext): Hubspot {
  let signInAnswer: Readonly<Record<string, unknown>> = {}
  let leftToday: number | null = null
  const http = context.http({
    baseUrl: options.url,
    auth: hubspotAuth(options, context, (answer) => {
      signInAnswer = answer
    }),
    windows: {
      default: [{ requests: options.requestsPer10Seconds, perMs: 10_000 }],
      search: [{ requests: SEARCHES_PER_SECOND, perMs: 1_000 }],
    },
    // Its documentation counts milliseconds, and others have seen seconds.
    retryAfterUnit: 'guess',
    judge,
    limits: ({ headers }) => {
      const left = Number(headers['x-hubspot-ratelimit-daily-remaining'] ?? Number.NaN)
      if (Number.isFinite(left)) leftToday = left
      return {}
    },
  })
  return {
    crm: (path) => `${CRM}/${path}`,
    signInAnswer: () => signInAnswer,
    ask: async (schema, request) => {
      if (leftToday !== null && leftToday < options.keepDailyRequests)
        throw new ConnectorError('quota', {
          message: `HubSpot has ${leftToday} requests left for today, and keepDailyRequests leaves ${options.keepDailyRequests} to others.`,
          hint: 'The pull goes on when HubSpot counts a new day. Lower keepDailyRequests to go on sooner.',
          until: context.clock.now() + 60 * 60_000,
        })
      const answer = await http.json(request).catch((error: unknown) => {
        throw missingScope(error) ?? error
      })
      const read = schema.safeParse(answer)
      if (read.success) return read.data
      throw new ConnectorError('failed', {
        message: `HubSpot answered ${request.method ?? 'GET'} ${request.url} in another form than expected: ${z.prettifyError(read.error).slice(0, 300)}`,
      })
    },
  }
}

/** 477: the account moves to another data centre. 530: the token is malformed. */
const judge: NonNullable<SourceHttp['judge']> = ({ status, text }) => {
  if (status === 477) return 'again'
  if (status === 530) return 'sign-in'
  return status === 429 && policyOf(text) === 'DAILY' ? 'quota' : null
}

const refusalSchema = z.looseObject({
  policyName: z.string().nullish(),
  category: z.string().nullish(),
})

function policyOf(text: string): string | null {
  try {
    return refusalSchema.parse(JSON.parse(text)).policyName ?? null
  } catch {
    return null
  }
}

function missingScope(error: unknown): ConnectorError | null {
  if (!(error instanceof HttpRefusal) || error.answer.status !== 403) return null
  return new ConnectorError('unauthorized', {
    message: `HubSpot does not allow this: ${error.message}`,
    hint: 'Grant the key or app the scopes crm.objects.contacts.read and crm.schemas.contacts.read, and crm.lists.read for lists.',
    cause: error,
  })
}
