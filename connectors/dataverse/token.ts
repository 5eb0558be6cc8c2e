// Owns what is kept from one pull to the next: a link to the changes, or where they are not tracked, that they are not.
import { z } from 'zod'

const token = z.union([
  z.object({ link: z.string(), issuedAt: z.number() }),
  z.object({ untracked: z.literal(true) }),
])
export type Token = z.infer<typeof token>

export const writeToken = (value: Token): string => JSON.stringify(value)

/** Null for none, and for one that nobody can read. */
export function readToken(text: string | null): Token | null {
  return text === null ? null : (token.safeParse(jsonOrNull(text)).data ?? null)
}

const position = z.object({ link: z.string(), tracked: z.boolean(), issuedAt: z.number() })
export type Position = z.infer<typeof position>

export const writePosition = (value: Position): string => JSON.stringify(value)

/** Null for none, and for one that nobody can read. */
export function readPosition(text: string | null): Position | null {
  return text === null ? null : (position.safeParse(jsonOrNull(text)).data ?? null)
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
