// Owns the comparison of secrets: its time does not tell how much of them was right.
import { timingSafeEqual } from 'node:crypto'
import { contentHash } from '../../lib/hash.ts'

export function sameText(given: string, wanted: string): boolean {
  return timingSafeEqual(contentHash(given), contentHash(wanted))
}
