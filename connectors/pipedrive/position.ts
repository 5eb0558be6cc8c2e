// Owns where a pull stands.
import { z } from 'zod'

const positionSchema = z.discriminatedUnion('part', [
  /** Pipedrive's cursor of the next page. */
  z.object({ part: z.literal('persons'), cursor: z.string() }),
  /** Everybody was listed; what is left is short, and read again from its start. */
  z.object({ part: z.literal('rest'), page: z.number() }),
])
export type Position = z.infer<typeof positionSchema>

export function writePosition(position: Position): string {
  return JSON.stringify(position)
}

/** Null, which is the start, for a position that nobody wrote here. */
export function readPosition(text: string | null): Position | null {
  if (text === null) return null
  try {
    return positionSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
