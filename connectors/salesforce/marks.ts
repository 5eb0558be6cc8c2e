// Owns what pulls remember for the next one beside the engine's cursor. It counts only once everything that a pull showed was
// taken: what broke off has to be told again.
import type { Keep } from 'heysync/connector'

/** Up to when the last pull that came to its end saw everything. */
const READ_TO = 'readTo'

export interface Marks {
  readonly get: Keep['get']
  /** For when the pull has come to its end. */
  set(name: string, value: string): void
  /** Milliseconds; null before the first pull came to its end. */
  readTo(): number | null
  /** To be called behind the last page. */
  save(readTo: string): void
}

export function openMarks(keep: Keep): Marks {
  const later = new Map<string, string>()
  return {
    get: keep.get,
    set: (name, value) => void later.set(name, value),
    readTo: () => {
      const at = Date.parse(keep.get(READ_TO) ?? '')
      return Number.isNaN(at) ? null : at
    },
    save: (readTo) => {
      for (const [name, value] of later.set(READ_TO, readTo)) keep.set(name, value)
    },
  }
}
