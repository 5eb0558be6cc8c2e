// Owns where a program stands: its own state, kept to the last digit as text, in the engine's token and in positions. Pure.
import { z } from 'zod'

const tokenSchema = z.object({ v: z.literal(1), method: z.string(), state: z.string().nullable() })
export type Token = z.output<typeof tokenSchema>

/** The token as text gave it; null when there is none, or none that this version understands. */
export function parseToken(text: string | null): Token | null {
  if (text === null) return null
  try {
    return tokenSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/** `method`: how the stream was read; a state of another way of reading is not given back. */
export function writeToken(method: string, state: string | null): string {
  return JSON.stringify({ v: 1, method, state } satisfies Token)
}

/** Pages are counted, because a program may tell the same state twice. */
export function writePosition(page: number, state: string | null): string {
  return state === null ? String(page) : `${page} ${state}`
}

export function parsePosition(text: string): { readonly page: number; readonly state: string | null } {
  const [page = '0'] = text.split(' ', 1)
  return { page: Number(page), state: text.length > page.length ? text.slice(page.length + 1) : null }
}
