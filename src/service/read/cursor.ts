// Owns the marks by which a list is read on: opaque to whoever asks, the last key of the page before to us.
import { HeysyncError } from '../../lib/errors.ts'

export type Key = readonly string[]

function cursorOf(key: Key): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** `parts`: how many texts the key is made of. Errors: ERR_API_REQUEST. */
export function readCursor(text: string | undefined, parts: number): Key | null {
  if (text === undefined || text === '') return null
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(key) && key.length === parts && key.every((one) => typeof one === 'string')) return key
  } catch {
    // Not one of ours: said below.
  }
  throw new HeysyncError('ERR_API_REQUEST', {
    message: '`after` is not a mark that an earlier page gave.',
    hint: 'Leave it out to begin at the first page.',
  })
}

/** Cuts a page out of rows of which one more than `limit` was asked for, and says where the next one begins. */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => Key,
): { rows: T[]; after: string | null } {
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return { rows: page, after: rows.length > limit && last !== undefined ? cursorOf(keyOf(last)) : null }
}
