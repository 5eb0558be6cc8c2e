// Owns where a pull stands: which part of it, and how far in that part.
import { z } from 'zod'

const positionSchema = z.discriminatedUnion('part', [
  z.object({ part: z.enum(['recycle bin', 'contacts']), after: z.string().nullable() }),
  /** Ids up to this one were read. */
  z.object({ part: z.literal('changes'), afterId: z.string() }),
  /** What is short, and read again from its start. */
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
