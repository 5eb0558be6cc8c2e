// Owns how a request says who asks: the fixed token of an app that was made in the admin, or a token for a day that an app
// of the Dev Dashboard gets for its id and secret. Since 2026 new apps are of the second kind.
import { createHash } from 'node:crypto'
import {
  type Auth,
  type ConnectorContext,
  ConnectorError,
  fixedAuth,
  HttpRefusal,
  oauth,
} from 'heysync/connector'
import { baseUrlOf, type ShopifyOptions } from './options.ts'

export function openAuth(options: ShopifyOptions, context: ConnectorContext): Auth {
  const { accessToken, clientId = '', clientSecret = '', shop } = options
  if (accessToken !== undefined) return fixedAuth(headerOf(accessToken))
  const secrets: Auth = { ...fixedAuth({}), secrets: () => [clientSecret] }
  const http = context.http({ baseUrl: baseUrlOf(options), auth: secrets })
  const auth = oauth({
    exchange: async (form) => {
      try {
        return await http.json({ method: 'POST', url: 'admin/oauth/access_token', form })
      } catch (error) {
        if (!(error instanceof HttpRefusal)) throw error
        throw new ConnectorError('unauthorized', {
          message: `${shop} gives no token for this clientId: ${error.message}`,
          hint: 'Copy clientId and clientSecret from Settings of the app in the Dev Dashboard again. The app has to be installed in this shop, and both have to belong to one organization.',
          place: shop,
        })
      }
    },
    grant: async () => ({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    }),
    keep: context.keep,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([shop, clientId, clientSecret]))
      .digest('hex'),
    now: context.clock.now,
    toCredential: headerOf,
  })
  return { ...auth, secrets: () => [...auth.secrets(), clientSecret] }
}

function headerOf(token: string) {
  return { headers: { 'x-shopify-access-token': token } }
}
