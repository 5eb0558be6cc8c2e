// Owns the way from the `auth` option to a credential.
import { createHash } from 'node:crypto'
import {
  type Auth,
  basicAuth,
  bearerAuth,
  type ConnectorContext,
  type Credential,
  fixedAuth,
  oauth,
} from 'heysync/connector'
import type { AuthOptions } from './options-auth.ts'

type OAuthOptions = Extract<AuthOptions, { kind: 'oauth-refresh' | 'oauth-client' }>

export function authOf(options: AuthOptions, context: ConnectorContext): Auth {
  switch (options.kind) {
    case 'none':
    case 'header':
      return fixedAuth({ headers: options.headers })
    case 'bearer':
      return withHeaders(bearerAuth(options.token), options.headers)
    case 'query':
      return fixedAuth({ headers: options.headers, query: options.parameters })
    case 'basic':
      return withHeaders(basicAuth(options.user, options.password), options.headers)
    default:
      return oauthOf(options, context)
  }
}

/** An address as the API linked to it, without the key that the request puts into it anyway: addresses are kept. */
export function withoutKey(address: string, auth: AuthOptions): string {
  if (auth.kind !== 'query') return address
  const url = new URL(address)
  // Only where it is there: writing the query anew could change how the rest of it is written.
  for (const name of Object.keys(auth.parameters))
    if (url.searchParams.has(name)) url.searchParams.delete(name)
  return url.href
}

/** A credential that does not change, and headers that go along and are as secret. */
function withHeaders(auth: Auth, headers: Readonly<Record<string, string>>): Auth {
  const add = (credential: Credential): Credential => ({
    ...credential,
    headers: { ...headers, ...credential.headers },
  })
  return {
    ...auth,
    credential: async () => add(await auth.credential()),
    secrets: () => [...auth.secrets(), ...Object.values(headers)],
  }
}

function oauthOf(options: OAuthOptions, context: ConnectorContext): Auth {
  const { tokenUrl, clientId, clientSecret, scope, clientIn, fields, headers } = options
  const refreshToken = options.kind === 'oauth-refresh' ? options.refreshToken : undefined
  const client = { client_id: clientId, ...(clientSecret === '' ? {} : { client_secret: clientSecret }) }
  const own = clientIn === 'basic' ? basicAuth(clientId, clientSecret) : fixedAuth({})
  const secrets = () => [clientSecret, ...own.secrets(), ...auth.secrets()]
  const auth: Auth = oauth({
    exchange: (form) => {
      const http = context.http({
        baseUrl: new URL(tokenUrl).origin,
        // What was rotated meanwhile is a secret of the sign-in too.
        auth: { ...own, secrets },
        // 400 is what OAuth says of a refresh token that was used before.
        judge: ({ status }) => ([400, 401, 403].includes(status) ? 'sign-in' : null),
      })
      return http.json({ method: 'POST', url: tokenUrl, form: { ...form } })
    },
    grant: async () => ({
      grant_type: refreshToken === undefined ? 'client_credentials' : 'refresh_token',
      ...(clientIn === 'body' ? client : {}),
      ...(scope === undefined ? {} : { scope }),
      ...fields,
    }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    keep: context.keep,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([tokenUrl, clientId, clientSecret, refreshToken]))
      .digest('hex'),
    wish: JSON.stringify([scope ?? '', fields]),
    now: () => context.clock.now(),
    toCredential: (token) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }),
  })
  return { ...auth, secrets: () => [...secrets(), ...Object.values(headers)] }
}
