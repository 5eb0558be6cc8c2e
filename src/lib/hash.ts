// Owns content hashes: short, stable names for "the same as before".
import { hash } from 'node:crypto'

/** The first 16 bytes of a SHA-256: plenty against accidents at a million rows, and half the index. */
export function contentHash(text: string): Buffer {
  // By way of hex, because a buffer of its own for each hash takes twice as long.
  return Buffer.from(hash('sha256', text, 'hex').slice(0, 32), 'hex')
}
