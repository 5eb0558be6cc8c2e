// Owns the position of a page: where a pull that was interrupted goes on.
import { z } from 'zod'

const positionSchema = z.discriminatedUnion('at', [
  /** Page by page: behind this customer. The cursor is null where the id alone says where. */
  z.object({ at: z.literal('customers'), id: z.string().nullable(), cursor: z.string().nullable() }),
  /** In the file of a bulk operation: before this byte. */
  z.object({ at: z.literal('bulk'), operation: z.string(), byte: z.int().min(0), read: z.int().min(0) }),
  /** All customers are read; the segments are always read from their start. `part` only tells positions apart. */
  z.object({ at: z.literal('segments'), part: z.int().min(0) }),
  z.object({ at: z.literal('end') }),
])
export type Position = z.output<typeof positionSchema>

export function writePosition(position: Position): string {
  return JSON.stringify(position)
}

/** Null for the start, and for what this version does not understand: going back to the start is always right. */
export function readPosition(text: string | null): Position | null {
  if (text === null) return null
  try {
    return positionSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
