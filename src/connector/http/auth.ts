// Owns how a request says who asks: fixed credentials, and tokens that expire and are renewed.
import { z } from 'zod'
import { ConnectorError } from '../error.ts'
import type { Keep } from './keep.ts'

/** What a credential adds to a request. */
export interface Credential {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

export interface Auth {
  /** Errors: a ConnectorError `unauthorized` when there is no way to get one. */
  credential(): Promise<Credential>
  /** The source refused this credential. False when there is no other. */
  renew(refused: Credential): Promise<boolean>
  /** Never to be seen in a message or a log line. */
  secrets(): readonly string[]
}

/** A credential that does not change: a bearer token, a header of the vendor's own, a key in the query, basic. */
export function fixedAuth(credential: Credential): Auth {
  const values = [...Object.values(credential.headers ?? {}), ...Object.values(credential.query ?? {})]
  // The scheme is no secret, what follows it is.
  const secrets = values.flatMap((value) => [value, value.replace(/^\S+ /, '')])
  return { credential: async () => credential, renew: async () => false, secrets: () => secrets }
}

export function bearerAuth(token: string): Auth {
  return fixedAuth({ headers: { authorization: `Bearer ${token}` } })
}

export function basicAuth(user: string, password: string): Auth {
  const pair = Buffer.from(`${user}:${password}`).toString('base64')
  const auth = fixedAuth({ headers: { authorization: `Basic ${pair}` } })
  return { ...auth, secrets: () => [...auth.secrets(), ...(password === '' ? [user] : [password])] }
}

export interface OAuthOptions {
  /** Asks the vendor for a token: posts these fields as a form, and returns the body of the answer. */
  readonly exchange: (fields: Readonly<Record<string, string>>) => Promise<unknown>
  /** The grant's own fields. A refresh token is put in by `refreshToken`; others, such as a signed JWT, are made each time. */
  readonly grant: () => Promise<Readonly<Record<string, string>>>
  /** As configured; a newer one that the vendor handed out replaces it. */
  readonly refreshToken?: string
  readonly keep: Keep
  /** Names the configured credential, so that a token kept for another one is not used. */
  readonly fingerprint: string
  /** Names what the token is asked for, such as scopes or an account: for another one, only the refresh token is used on. */
  readonly wish?: string
  readonly now: () => number
  /** Where the vendor wants something else than `Authorization: Bearer …`. */
  readonly toCredential?: (token: string) => Credential
  /** Takes in what else the answer says, e.g. the host of the account. */
  readonly onAnswer?: (answer: Readonly<Record<string, unknown>>) => void
}

const answerSchema = z.looseObject({
  access_token: z.string().min(1),
  // A refresh token that was rotated in this answer must not get lost over what else stands in it.
  expires_in: z.unknown().optional(),
  refresh_token: z.string().nullish().catch(null),
})

const keptSchema = z.object({
  fingerprint: z.string(),
  refreshToken: z.string().nullable(),
  accessToken: z.string(),
  renewAt: z.number().default(0),
  wish: z.string().default(''),
  answer: z.record(z.string(), z.unknown()),
})
type Kept = z.infer<typeof keptSchema>

const KEEP_NAME = 'oauth'
/** Renewed so long before it expires, in milliseconds, or after half of a life that is shorter. */
const EARLY_MS = 60_000
/** Where the vendor does not say how long a token lives. */
const DEFAULT_LIFE_MS = 30 * 60_000

/**
 * Tokens by OAuth 2. A rotated refresh token is saved before the access token that came with it is used: a crash between
 * the two would lock the account out.
 */
export function oauth(options: OAuthOptions): Auth {
  const { keep, fingerprint, now, wish = '' } = options
  const toCredential =
    options.toCredential ?? ((token) => ({ headers: { authorization: `Bearer ${token}` } }))
  const isGood = (kept: Kept) => kept.wish === wish && kept.renewAt > now()
  let held: Kept | null = readKept(keep, fingerprint)
  let underWay: Promise<Kept> | null = null
  const known = new Set<string>()

  const fetchToken = async (): Promise<Kept> => {
    const kept = readKept(keep, fingerprint)
    if (kept !== null && kept.accessToken !== held?.accessToken && isGood(kept)) {
      held = kept
      return kept
    }
    held = kept ?? held
    const refreshToken = held?.refreshToken ?? options.refreshToken ?? null
    const fields = {
      ...(await options.grant()),
      ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
    }
    const answer = answerSchema.safeParse(await options.exchange(fields))
    if (!answer.success)
      throw new ConnectorError('unauthorized', {
        message: 'The answer to the sign-in holds no access token.',
      })
    const { access_token, expires_in, refresh_token, ...rest } = answer.data
    const lifeMs = lifeOf(expires_in)
    const next = {
      fingerprint,
      wish,
      refreshToken: refresh_token || refreshToken,
      accessToken: access_token,
      renewAt: now() + lifeMs - Math.min(EARLY_MS, lifeMs / 2),
      answer: rest,
    }
    keep.set(KEEP_NAME, JSON.stringify(next), { forGood: true })
    held = next
    return next
  }
  /** One sign-in at a time, however many requests wait for it. */
  const renewed = (): Promise<Kept> => {
    underWay ??= fetchToken().finally(() => {
      underWay = null
    })
    return underWay
  }

  return {
    credential: async () => {
      const current = held !== null && isGood(held) ? held : await renewed()
      for (const secret of [current.accessToken, current.refreshToken]) if (secret !== null) known.add(secret)
      options.onAnswer?.(current.answer)
      return toCredential(current.accessToken)
    },
    renew: async (refused) => {
      // Another request may have renewed it meanwhile.
      if (held !== null && JSON.stringify(toCredential(held.accessToken)) !== JSON.stringify(refused))
        return true
      await renewed()
      return true
    },
    secrets: () => [...known, ...(options.refreshToken === undefined ? [] : [options.refreshToken])],
  }
}

/** Seconds, or text of them; anything else, such as null or 0, says nothing. */
function lifeOf(seconds: unknown): number {
  const lifeMs = typeof seconds === 'string' || typeof seconds === 'number' ? Number(seconds) * 1_000 : 0
  return lifeMs > 0 && Number.isFinite(lifeMs) ? lifeMs : DEFAULT_LIFE_MS
}

function readKept(keep: Keep, fingerprint: string): Kept | null {
  const text = keep.get(KEEP_NAME)
  if (text === null) return null
  const kept = keptSchema.safeParse(safeJson(text))
  return kept.success && kept.data.fingerprint === fingerprint ? kept.data : null
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
