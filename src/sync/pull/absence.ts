// Owns absence: which known records a complete full pull proves to be gone.
import { HeysyncError } from '../../lib/errors.ts'
import type { Mirror } from '../mirror/mirror.ts'

/**
 * Marks records that this pull did not show as gone; returns how many. Runs inside the pull's closing transaction.
 * Errors: ERR_SOURCE_EMPTY when a source that had records has none, unless that is allowed by name.
 */
export function markAbsent(
  mirror: Mirror,
  pull: { sourceId: string; pull: number; cycleId: string; at: number; read: number; allowEmpty: boolean },
): number {
  const { records } = mirror
  const { sourceId } = pull
  const known = records.countKnown(sourceId)
  if (pull.read === 0 && known > 0 && !pull.allowEmpty) {
    throw new HeysyncError('ERR_SOURCE_EMPTY', {
      message: `Source ${sourceId} is empty, and held ${known} records before. Nobody was removed.`,
      hint: `Look at the source first. If it really is empty now: heysync sync --allow-empty ${sourceId}`,
    })
  }
  for (const { record_id } of records.seenDuplicates(sourceId, pull.pull)) {
    // The row that was used is not there any more, but another row of the same id is: it takes over in the next pull.
    records.forgetHash(sourceId, record_id)
    records.touch(sourceId, record_id, pull.pull, null)
    for (const row of records.rejectionsOf(sourceId, record_id)) {
      if (row.code === 'ID_DUPLICATE') records.clearRejection(sourceId, record_id, row.slot)
    }
  }
  const missing = records.unseen(sourceId, pull.pull)
  for (const { record_id, phone } of missing) {
    records.markGone(sourceId, record_id, pull.cycleId, pull.at)
    if (phone) records.markDirty(phone)
  }
  records.dropUnseenRejections(sourceId, pull.pull)
  return missing.length
}
