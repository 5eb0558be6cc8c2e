// Owns what becomes of the checkpoint of a pull that failed: the next one goes on from there, or begins anew. Pure.
//
// To go on is to stay in an old window: what people changed since, a STOP among it, is not read before that window is done.
// An incremental pull that begins anew loses nothing: its rows are saved, its watermark has not moved, and its window is short.
// A full pull may be days of work, and an outage is not the fault of where it stands: it takes several failures at one place.
import { ConnectorError } from '../../connector/contract.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { GaveWay } from '../../lib/give-way.ts'

/** A source that is busy is waited for, for so long after the end of the window. */
const BUSY_MS = 60 * 60_000
/** A full pull begins anew when it failed so often in a row where it stood. */
const MOST_FAILURES = 3

export interface FailedPull {
  readonly full: boolean
  /** It went on where an earlier part had ended. */
  readonly resumed: boolean
  /** It saved a page, and stands elsewhere now. */
  readonly moved: boolean
  /** How often in a row it had failed before where it went on. */
  readonly failures: number
  /** From the end of its window until now. */
  readonly ageMs: number
  /** The process is to end. */
  readonly stopping: boolean
}

/** `failed`: it goes on, and this counts. */
export type Next = 'goesOn' | 'failed' | 'anew'

export function nextAfter(error: unknown, pull: FailedPull): Next {
  // From there it would go round again.
  if (error instanceof HeysyncError && error.code === 'ERR_SOURCE_LOOP') return 'anew'
  if (!pull.resumed || pull.stopping || error instanceof GaveWay) return 'goesOn'
  if (error instanceof ConnectorError) {
    // Nothing is wrong with the source, and each time the pull comes nearer to its end.
    if (error.kind === 'quota') return 'goesOn'
    if (error.kind === 'busy' && pull.ageMs < BUSY_MS) return 'goesOn'
  }
  if (!pull.full) return 'anew'
  if (pull.moved) return 'goesOn'
  return pull.failures + 1 < MOST_FAILURES ? 'failed' : 'anew'
}
