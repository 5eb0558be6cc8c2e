// Owns absence: which known records a complete full pull proves to be gone.
import { HeysyncError } from '../../lib/errors.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Census } from '../mirror/records.ts'
import type { Shown } from './shown.ts'

/** What a pull showed of what is known, whether the rows bear its mark or not. */
export function censusOf({ records }: Mirror, sourceId: string, pull: number, shown: Shown | null): Census {
  const marked = records.census(sourceId, pull)
  if (shown === null || shown.count === 0) return marked
  const all = marked.unseen === shown.count && marked.unseenSum === shown.sum
  const n = all ? marked.unseen : records.unseen(sourceId, pull).filter(({ num }) => shown.has(num)).length
  const { seen, live, unseen } = marked
  return { ...marked, seen: seen + n, live: live + n, unseen: unseen - n }
}

export interface AbsenceProof {
  readonly sourceId: string
  readonly pull: number
  /** What this pull showed of what is known. */
  readonly census: Census
  /** Records that it showed and that do not bear its mark; null where all do. */
  readonly shown: Shown | null
  /** The pull that last proved what is absent; 0 when none did. */
  readonly sinceSeq: number
  readonly cycleId: string
  readonly at: number
  readonly allowEmpty: boolean
}

/**
 * Marks records that this pull did not show as gone; returns how many. Runs inside the pull's closing transaction.
 * Errors: ERR_SOURCE_EMPTY when a source that had records has none but those it put aside, unless that is allowed by name.
 */
export function markAbsent(mirror: Mirror, proof: AbsenceProof): number {
  const { records } = mirror
  const { sourceId, pull, cycleId } = proof
  const { known, live, unseen } = proof.census
  if (known > 0 && !proof.allowEmpty && live === 0) {
    throw new HeysyncError('ERR_SOURCE_EMPTY', {
      message: `Source ${sourceId} is empty, and held ${known} records before. Nobody was removed.`,
      hint: `Look at the source first. If it really is empty now: heysync sync --allow-empty ${sourceId}`,
    })
  }
  const unmarked = unseen === 0 ? [] : records.unseen(sourceId, pull)
  const missing = unmarked.filter(({ num }) => proof.shown?.has(num) !== true)
  for (const { record_id: recordId } of missing) {
    records.markGone(sourceId, recordId, cycleId, proof.at)
    records.markDirtyOf(sourceId, recordId)
  }
  records.dropUnseenRejections(sourceId, pull)
  records.stampUnreadable(sourceId, proof.sinceSeq, cycleId)
  return missing.length
}
