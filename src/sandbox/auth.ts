// Owns who may come in: a JWT signed with the API secret, or the legacy team key, in the Authorization header.
import { compactVerify } from 'jose'
import { z } from 'zod'
import type { Dialects } from './dialects.ts'

/** How old `iat` may be, in seconds. */
const MAX_AGE_S = 300
const KEPT_TOKENS = 1_000

export interface Credentials {
  readonly secretId: string
  readonly secretKey: string
  readonly apiKey: string
}

export interface Auth {
  /** True for a good header. A token seen before is answered at once, without a Promise. */
  check(
    header: string | undefined,
    now: number,
    dialects: Pick<Dialects, 'basicAuth' | 'tokenAheadSeconds'>,
  ): boolean | Promise<boolean>
  /** Whose budget a request takes from where each credential has its own. */
  holderOf(header: string | undefined): 'secret' | 'key'
}

const claims = z.object({ iss: z.string(), iat: z.number() })

export function makeAuth(credentials: Credentials): Auth {
  const key = new TextEncoder().encode(`${credentials.secretId}||${credentials.secretKey}`)
  // Clients send one token many times: its signature is checked once, its age each time.
  const issuedAt = new Map<string, number>()

  const fresh = (iat: number, now: number, ahead: number) =>
    iat >= now / 1_000 - MAX_AGE_S && iat <= now / 1_000 + ahead

  async function verify(token: string, now: number, ahead: number): Promise<boolean> {
    try {
      const { payload } = await compactVerify(token, key, { algorithms: ['HS256'] })
      const { iss, iat } = claims.parse(JSON.parse(new TextDecoder().decode(payload)))
      if (iss !== credentials.secretId) return false
      if (issuedAt.size >= KEPT_TOKENS) issuedAt.clear()
      issuedAt.set(token, iat)
      return fresh(iat, now, ahead)
    } catch {
      return false
    }
  }

  const basicHeader = `Basic ${Buffer.from(`${credentials.apiKey}:`).toString('base64')}`
  const keyHeaders = new Set([`Bearer ${credentials.apiKey}`, basicHeader])

  return {
    holderOf: (header) => (keyHeaders.has(header ?? '') ? 'key' : 'secret'),
    check(header, now, { basicAuth, tokenAheadSeconds }) {
      if (basicAuth === 'accepted' && header === basicHeader) return true
      const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1]
      if (token === undefined) return false
      if (token === credentials.apiKey) return true
      const known = issuedAt.get(token)
      return known === undefined
        ? verify(token, now, tokenAheadSeconds)
        : fresh(known, now, tokenAheadSeconds)
    },
  }
}
