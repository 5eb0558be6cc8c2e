// Owns how heysync signs in to Pipedrive: a user's token, or an OAuth app's tokens, which are renewed.
import { createHash } from 'node:crypto'
import {
  type Auth,
  basicAuth,
  type ConnectorContext,
  ConnectorError,
  fixedAuth,
  HttpRefusal,
  oauth,
} from 'heysync/connector'
import type { PipedriveOptions } from './options.ts'

export function pipedriveAuth(options: PipedriveOptions, context: ConnectorContext): Auth {
  const { token, oauth: app } = options
  // In a header: in the address it would stand in the log of every proxy.
  if (app === undefined) return fixedAuth({ headers: { 'x-api-token': token ?? '' } })
  const { clientId, clientSecret, refreshToken, signInUrl } = app
  const basic = basicAuth(clientId, clientSecret)
  const signIn = context.http({
    baseUrl: signInUrl,
    auth: { ...basic, secrets: () => [...basic.secrets(), refreshToken] },
  })
  const exchange = (form: Readonly<Record<string, string>>) =>
    signIn.json({ method: 'POST', url: 'oauth/token', form }).catch((error: unknown) => {
      if (!(error instanceof HttpRefusal)) throw error
      throw new ConnectorError('unauthorized', {
        message: `Pipedrive gives the app no token: POST oauth/token answered ${error.answer.status}.`,
        hint: 'Install the app again, and put its new refresh token into the options.',
      })
    })
  return oauth({
    exchange,
    grant: async () => ({ grant_type: 'refresh_token' }),
    refreshToken,
    keep: context.keep,
    fingerprint: createHash('sha256').update(`${clientId} ${refreshToken}`).digest('hex'),
    now: context.clock.now,
  })
}
