// Owns what becomes of the checkpoint of a pull that failed: the next one goes on from there, or begins anew. Pure.
//
// To go on is to stay in an old window: what people changed since, a STOP among it, is not read before that window is done.
// An incremental pull that begins anew loses nothing: its rows are saved, its watermark has not moved, and its window is short.
import { ConnectorError } from '../../connector/contract.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { GaveWay } from '../../lib/give-way.ts'

/** A source that is busy is waited for, for so long after the end of the window. */
const BUSY_MS = 60 * 60_000

export interface FailedPull {
  readonly full: boolean
  /** It went on where an earlier part had ended. */
  readonly resumed: boolean
  readonly savedPages: number
  /** From the end of its window until now. */
  readonly ageMs: number
  /** The process is to end. */
  readonly stopping: boolean
}

export function beginsAnew(error: unknown, pull: FailedPull): boolean {
  // From there it would go round again.
  if (error instanceof HeysyncError && error.code === 'ERR_SOURCE_LOOP') return true
  if (!pull.resumed || pull.stopping || error instanceof GaveWay || waits(error, pull)) return false
  return !pull.full || pull.savedPages === 0
}

/** Nothing is wrong with the source, and each time the pull comes nearer to its end. */
function waits(error: unknown, { full, ageMs }: FailedPull): boolean {
  if (!(error instanceof ConnectorError)) return false
  return error.kind === 'quota' || (error.kind === 'busy' && (full || ageMs < BUSY_MS))
}
