// Owns who may come in: a JWT signed with the API secret, or the legacy team key, as the Authorization header.
import { compactVerify } from 'jose'
import { z } from 'zod'

/** How old `iat` may be, and how far ahead of our clock, in seconds. */
const MAX_AGE_S = 300
const MAX_AHEAD_S = 60
const KEPT_TOKENS = 1_000

export interface Credentials {
  readonly secretId: string
  readonly secretKey: string
  readonly apiKey: string
}

export interface Auth {
  /** True for a good header. A token seen before is answered at once, without a Promise. */
  check(header: string | undefined, now: number): boolean | Promise<boolean>
}

const claims = z.object({ iss: z.string(), iat: z.number() })

export function makeAuth(credentials: Credentials): Auth {
  const key = new TextEncoder().encode(`${credentials.secretId}||${credentials.secretKey}`)
  // Clients send one token many times: its signature is checked once, its age each time.
  const issuedAt = new Map<string, number>()

  const fresh = (iat: number, now: number) =>
    iat >= now / 1_000 - MAX_AGE_S && iat <= now / 1_000 + MAX_AHEAD_S

  async function verify(token: string, now: number): Promise<boolean> {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] })
      const { iss, iat } = claims.parse(JSON.parse(new TextDecoder().decode(payload)))
      if (iss !== credentials.secretId) return false
      if (issuedAt.size >= KEPT_TOKENS) issuedAt.clear()
      issuedAt.set(token, iat)
      return fresh(iat, now)
    } catch {
      return false
    }
  }

  return {
    check(header, now) {
      const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
      if (token === undefined) return false
      if (token === credentials.apiKey) return true
      const known = issuedAt.get(token)
      return known === undefined ? verify(token, now) : fresh(known, now)
    },
  }
}
