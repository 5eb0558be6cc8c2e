// Owns the credential: what goes into the Authorization header, and when it has to be made anew.
import type { Clock } from '../lib/clock.ts'

export type Credential =
  | { readonly secretId: string; readonly secretKey: string }
  | { readonly apiKey: string }

/** Heymarket takes a token for 5 minutes from `iat`; a minute is left for slow answers and clocks that differ. */
const TOKEN_LIFE_MS = 4 * 60_000

export interface Authorizer {
  /** Value of the Authorization header. */
  header(): Promise<string>
  /** Forgets the token that was refused, so that the next header is minted afresh. */
  renew(): void
}

/** Heymarket: authentication. HS256 over `{iss, iat}`; the key is the UTF-8 text `<secretId>||<secretKey>`. */
export function createAuthorizer(credential: Credential, clock: Clock): Authorizer {
  if ('apiKey' in credential) {
    return { header: async () => `Bearer ${credential.apiKey}`, renew: () => {} }
  }
  const key = new TextEncoder().encode(`${credential.secretId}||${credential.secretKey}`)
  let minted: { header: Promise<string>; at: number } | null = null
  const mint = async (at: number) => {
    // Here, because many a command sends no request.
    const { SignJWT } = await import('jose')
    const token = await new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(credential.secretId)
      .setIssuedAt(Math.floor(at / 1000))
      .sign(key)
    return `Bearer ${token}`
  }
  return {
    header: () => {
      const now = clock.now()
      // A clock that went backwards would make a cached token look fresh for ever.
      if (!minted || now - minted.at >= TOKEN_LIFE_MS || now < minted.at)
        minted = { header: mint(now), at: now }
      return minted.header
    },
    renew: () => {
      minted = null
    },
  }
}
