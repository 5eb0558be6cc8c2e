// Owns the requests to Pipedrive: what they cost, what its answers mean, and which of them end a pull.
import {
  type ConnectorContext,
  ConnectorError,
  HttpRefusal,
  type HttpRequest,
  type SourceHttp,
} from 'heysync/connector'
import { z } from 'zod'
import { openAllowance } from './allowance.ts'
import { pipedriveAuth } from './auth.ts'
import type { PipedriveOptions } from './options.ts'

export interface Pipedrive {
  /** `cost` in tokens of the daily budget. Errors: a ConnectorError; an HttpRefusal for a request that is not understood. */
  ask<Schema extends z.ZodType>(
    schema: Schema,
    request: HttpRequest & { readonly cost: number },
  ): Promise<z.output<Schema>>
}

export function openPipedrive(options: PipedriveOptions, context: ConnectorContext): Pipedrive {
  const http = context.http({
    baseUrl: options.url,
    auth: pipedriveAuth(options, context),
    windows: { default: [{ requests: options.requestsPer2Seconds, perMs: 2_000 }] },
    judge,
  })
  const allowance = openAllowance(options.tokensPerDay, context)
  return {
    ask: async (schema, { cost, ...request }) => {
      allowance.spend(cost)
      const answer = await http.json(request).catch((error: unknown) => {
        throw explained(error) ?? error
      })
      const read = schema.safeParse(answer)
      if (read.success) return read.data
      throw new ConnectorError('failed', {
        message: `Pipedrive answered GET ${request.url} in another form than expected: ${z.prettifyError(read.error).slice(0, 300)}`,
      })
    },
  }
}

/** The burst of two seconds passes. A day that is used up does not, and whoever goes on is shut out with a page of HTML. */
const judge: NonNullable<SourceHttp['judge']> = ({ status, text, headers }) => {
  if (status === 429 && /daily|token budget/i.test(text)) return 'quota'
  if (status === 403 && /html/.test(String(headers['content-type']))) return 'quota'
  return null
}

function explained(error: unknown): ConnectorError | null {
  if (!(error instanceof HttpRefusal)) return null
  const { status } = error.answer
  if (status === 402)
    return new ConnectorError('unauthorized', {
      message: 'Pipedrive does not answer, because the account is not paid for (402).',
      hint: 'Look at the billing of the company in Pipedrive.',
      cause: error,
    })
  if (status !== 403) return null
  return new ConnectorError('unauthorized', {
    message: `Pipedrive does not allow this: ${error.message}`,
    hint: 'An app needs the scope contacts:read; a user of the token needs to see persons.',
    cause: error,
  })
}
