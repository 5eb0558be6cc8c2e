// Owns merges: when the number of a record that was merged into another stops being claimed, and who is on its lists then.
import type { Mirror } from '../mirror/mirror.ts'

/**
 * Ends the claims of merged records whose survivor this source has shown since the merge. The survivor may come on a later
 * page or in a later pull, and often takes the number over: until then nobody has left. A complete full pull shows
 * everything there is, so nothing is waited for after it. Until lists are read again, the survivor is on those of whoever it took in.
 * Runs inside the pull's closing transaction.
 */
export function handOverMerged(
  { records, sourceLists, erased }: Mirror,
  sourceId: string,
  complete: boolean,
): void {
  let merged = records.handOver(sourceId, complete)
  while (merged.length > 0) {
    for (const recordId of merged) {
      records.markDirtyOf(sourceId, recordId)
      const survivor = records.find(sourceId, recordId)?.merged_into ?? null
      if (survivor !== null && !erased.isMarkedRecord(sourceId, survivor))
        sourceLists.inherit(sourceId, recordId, survivor)
    }
    merged = records.handOver(sourceId, complete)
  }
}
