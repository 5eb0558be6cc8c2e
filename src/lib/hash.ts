// Owns content hashes: short, stable names for "the same as before".
import { hash } from 'node:crypto'

/** The first 16 bytes of a SHA-256: plenty against accidents at a million rows, and half the index. */
export function contentHash(text: string): Buffer {
  return hash('sha256', text, 'buffer').subarray(0, 16)
}
