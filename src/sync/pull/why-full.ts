// Owns the reasons for reading everything.
import type { SourceRow } from '../mirror/sources.ts'

/**
 * `hand`: somebody asked for it; `schedule`: `fullSchedule` came due; `first`: this database has no complete pull of the
 * source; `configChanged`: its mapping, or what it is read from, is not what it was; `cursorExpired`: the source does not
 * know any more what changed since the last pull.
 */
export type FullReason = 'hand' | 'schedule' | 'first' | 'configChanged' | 'cursorExpired'

/** To be put after "because". */
export const FULL_REASON_TEXT: Readonly<Record<FullReason, string>> = {
  hand: 'it was asked for',
  schedule: 'its full schedule came due',
  first: 'this database does not hold it yet',
  configChanged: 'its mapping or its options changed',
  cursorExpired: 'the source does not know any more what changed since the last pull',
}

/** Why everything is read though nobody asked for it; null when what changed is enough. */
export function whyFull(stored: SourceRow | undefined, fingerprint: string): FullReason | null {
  if (stored === undefined || stored.mapping === null) return 'first'
  // A changed mapping, or another table or file, changes every record, also those that a window would not show.
  return stored.mapping === fingerprint ? null : 'configChanged'
}
