// Owns signing in: three ways to a token, and the host of the organisation that comes with it.
import { createHash, createPrivateKey, type KeyObject } from 'node:crypto'
import type { Auth, ConnectorContext } from 'heysync/connector'
import { ConnectorError, HttpRefusal, oauth } from 'heysync/connector'
import { errorsOf } from './answers.ts'
import type { SalesforceOptions } from './options.ts'

export interface SignIn {
  readonly auth: Auth
  /** Where the organisation is: origin without a path. */
  readonly instanceUrl: string
  /** Ids of the organisation and of the user, where the answer named them. */
  readonly identity: { readonly org: string; readonly user: string } | null
}

const TOKEN_PATH = 'services/oauth2/token'
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** Salesforce takes a signed request for a few minutes only. */
const JWT_SECONDS = 180
/** Beside the host that somebody configured, a token is sent to these only. */
const VENDOR_DOMAINS = ['salesforce.com', 'force.com', 'salesforce.mil', 'sfcrmproducts.cn']

/** Errors: a ConnectorError `unauthorized` when Salesforce does not take the credential, or sends it to a strange host. */
export async function signIn(options: SalesforceOptions, context: ConnectorContext): Promise<SignIn> {
  const { auth: given, loginUrl } = options
  const secrets = Object.entries(given)
    .filter(([name]) => ['clientSecret', 'refreshToken', 'privateKey'].includes(name))
    .map(([, value]) => value as string)
  const login = context.http({
    baseUrl: loginUrl,
    auth: { credential: async () => ({}), renew: async () => false, secrets: () => secrets },
  })
  let said: Readonly<Record<string, unknown>> = {}
  let instanceUrl: string | null = null
  const auth = oauth({
    grant: () => grantFields(options, context),
    exchange: async (form) => {
      try {
        return await login.json({ method: 'POST', url: TOKEN_PATH, form })
      } catch (error) {
        throw error instanceof HttpRefusal ? refused(error, loginUrl) : error
      }
    },
    ...('refreshToken' in given ? { refreshToken: given.refreshToken } : {}),
    keep: context.keep,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([loginUrl, given]))
      .digest('hex'),
    now: context.clock.now,
    onAnswer: (answer) => {
      const next = instanceOf(answer.instance_url, loginUrl)
      if (instanceUrl !== null && next !== instanceUrl)
        throw new ConnectorError('failed', {
          message: `The organisation moved from ${instanceUrl} to ${next}. The next pull reads there.`,
        })
      instanceUrl = next
      said = answer
    },
  })
  const { privateKey = null } = 'privateKey' in given ? given : {}
  const all = () => [...auth.secrets(), ...secrets, ...(privateKey === null ? [] : [privateKey])]
  await auth.credential()
  if (instanceUrl === null) throw new Error('A sign-in that succeeded has an instance.')
  return { auth: { ...auth, secrets: all }, instanceUrl, identity: identityOf(said.id) }
}

async function grantFields(
  { auth, loginUrl }: SalesforceOptions,
  { clock }: ConnectorContext,
): Promise<Record<string, string>> {
  if ('privateKey' in auth) {
    const { SignJWT } = await import('jose')
    const seconds = Math.floor(clock.now() / 1000)
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(auth.clientId)
      .setSubject(auth.username)
      .setAudience(auth.audience ?? audienceOf(loginUrl))
      .setExpirationTime(seconds + JWT_SECONDS)
      .sign(keyOf(auth.privateKey))
    return { grant_type: JWT_GRANT, assertion }
  }
  const { clientId: client_id, clientSecret } = auth
  const secret = clientSecret === undefined ? {} : { client_secret: clientSecret }
  const grant_type = 'refreshToken' in auth ? 'refresh_token' : 'client_credentials'
  return { grant_type, client_id, ...secret }
}

function keyOf(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {
    // What node says of a bad key can hold parts of it.
  }
  throw new ConnectorError('unauthorized', {
    message: 'auth.privateKey is no private RSA key in PEM form.',
    hint: 'Give the whole file, from -----BEGIN to -----END, e.g. with ${file:/run/secrets/salesforce.key}.',
  })
}

function audienceOf(loginUrl: string): string {
  const { hostname } = new URL(loginUrl)
  const isSandbox = hostname === 'test.salesforce.com' || hostname.includes('.sandbox.')
  return isSandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com'
}

const HINTS: Readonly<Record<string, string>> = {
  invalid_grant:
    'Check user and loginUrl, and that the user may use the app (Setup, the app, Policies). A refresh token may have been revoked, or used elsewhere.',
  invalid_client_id: 'Check auth.clientId; a new app may take ten minutes until it is known everywhere.',
  invalid_client: 'Check auth.clientId and auth.clientSecret.',
  unsupported_grant_type: 'Client credentials work on your My Domain only: set loginUrl to it.',
}

function refused(error: HttpRefusal, loginUrl: string): ConnectorError {
  const [{ code, message } = { code: 'no reason', message: '' }] = errorsOf(error.answer)
  const hint = HINTS[code]
  return new ConnectorError('unauthorized', {
    message: `Salesforce refused the sign-in at ${new URL(loginUrl).host}: ${code}${message && ` (${message})`}.`,
    ...(hint === undefined ? {} : { hint }),
  })
}

/** A token opens the whole organisation, so it goes to Salesforce, or to the host that was configured, and nowhere else. */
function instanceOf(url: unknown, loginUrl: string): string {
  const login = new URL(loginUrl)
  const instance = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  const host = instance?.hostname ?? ''
  const isOurs =
    host === login.hostname || VENDOR_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`))
  const isSafe = instance?.protocol === 'https:' || (login.protocol === 'http:' && host === login.hostname)
  if (instance !== null && isOurs && isSafe) return instance.origin
  throw new ConnectorError('unauthorized', {
    message: `The sign-in at ${login.host} leads to ${instance?.origin ?? 'no address'}, which is no host of Salesforce. No token was sent there.`,
    hint: 'Check loginUrl in the options of this source.',
  })
}

/** `https://login.salesforce.com/id/00D…/005…` */
function identityOf(id: unknown): SignIn['identity'] {
  const [, org, user] = /\/id\/(\w{15,18})\/(\w{15,18})$/.exec(String(id ?? '')) ?? []
  return org === undefined || user === undefined ? null : { org, user }
}
