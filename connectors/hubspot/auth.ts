// Owns how heysync signs in to HubSpot: a token that does not change, or an OAuth app's tokens, which are renewed.
import { createHash } from 'node:crypto'
import {
  type Auth,
  bearerAuth,
  type ConnectorContext,
  ConnectorError,
  fixedAuth,
  HttpRefusal,
  oauth,
} from 'heysync/connector'
import type { HubspotOptions } from './options.ts'

const TOKEN_PATH = 'oauth/v1/token'

/** `onAnswer` hears what else HubSpot says when it hands out a token. */
export function hubspotAuth(
  options: HubspotOptions,
  context: ConnectorContext,
  onAnswer: (answer: Readonly<Record<string, unknown>>) => void,
): Auth {
  const { token, oauth: app, url } = options
  if (app === undefined) return bearerAuth(token ?? '')
  const { clientId, clientSecret, refreshToken } = app
  const signIn = context.http({
    baseUrl: url,
    auth: { ...fixedAuth({}), secrets: () => [clientSecret, refreshToken] },
  })
  const exchange = (form: Readonly<Record<string, string>>) =>
    signIn.json({ method: 'POST', url: TOKEN_PATH, form }).catch((error: unknown) => {
      // HubSpot answers 400 when the app was removed from the account, or its secret was changed.
      if (!(error instanceof HttpRefusal)) throw error
      throw new ConnectorError('unauthorized', {
        message: `HubSpot gives the app no token: POST ${TOKEN_PATH} answered ${error.answer.status}.`,
        hint: 'Install the app in the account again, and put its new refresh token into the options.',
      })
    })
  return oauth({
    exchange,
    grant: async () => ({ grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret }),
    refreshToken,
    keep: context.keep,
    fingerprint: createHash('sha256').update(`${clientId} ${refreshToken}`).digest('hex'),
    now: context.clock.now,
    onAnswer,
  })
}
