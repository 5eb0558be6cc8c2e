// Owns long work on the mirror piece by piece: a piece is one transaction, and others have their turn after it.
import { othersTurn } from '../../lib/turns.ts'
import type { Mirror } from './mirror.ts'

/** So many are never too much work. */
export const PIECE = 50

/** `work` is called for each. A crash may come between any two pieces. */
export async function inPieces<T>(
  mirror: Mirror,
  items: readonly T[],
  work: (item: T) => void,
): Promise<void> {
  for (let from = 0; from < items.length; from += PIECE) {
    mirror.transaction(() => {
      for (const item of items.slice(from, from + PIECE)) work(item)
    })
    await othersTurn()
  }
}
