// Owns absence: which known records a complete full pull proves to be gone.
import { HeysyncError } from '../../lib/errors.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Census } from '../mirror/records.ts'
import { stretches } from '../mirror/stretch.ts'
import type { Shown } from './shown.ts'

/** What a pull showed of what is known. */
export interface Attendance {
  readonly census: Census
  /** Ids of known records that it did not show. */
  readonly missing: readonly string[]
}

/** Records that are looked at in one step. */
const STRETCH = 2_000

/** Finds out which records of a source bear the mark of the pull, or are in `shown`; looks through them step by step where some do not. */
export function* attendanceSteps(
  { records }: Mirror,
  sourceId: string,
  pull: number,
  shown: Shown | null,
): Generator<void, Attendance> {
  const sum = records.census(sourceId, pull)
  let unreadable = records.countNameless(sourceId, pull)
  for (const stretch of stretches((after) => records.rejectedBehind(sourceId, after, STRETCH))) {
    unreadable += records.countUnreadable(sourceId, pull, stretch)
    yield
  }
  const marked = { ...sum, seen: sum.seen + unreadable, live: sum.live + unreadable }
  // As many without the mark as were shown without one, and their numbers have the same sum: these are they.
  const all = shown !== null && marked.unseen === shown.count && marked.unseenSum === shown.sum
  const missing: string[] = []
  if (marked.unseen > 0 && !all) {
    const behind = (after: string) => records.idBehind(sourceId, after, STRETCH)
    for (const stretch of stretches(behind)) {
      for (const { record_id, num } of records.unseen(sourceId, pull, stretch))
        if (shown?.has(num) !== true) missing.push(record_id)
      yield
    }
  }
  const n = marked.unseen - missing.length
  const { seen, live } = marked
  return { census: { ...marked, seen: seen + n, live: live + n, unseen: missing.length }, missing }
}

export interface AbsenceProof {
  readonly sourceId: string
  readonly pull: number
  readonly attendance: Attendance
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
  const { missing } = proof.attendance
  const { known, live } = proof.attendance.census
  if (known > 0 && !proof.allowEmpty && live === 0) {
    throw new HeysyncError('ERR_SOURCE_EMPTY', {
      message: `Source ${sourceId} is empty, and held ${known} records before. Nobody was removed.`,
      hint: `Look at the source first. If it really is empty now: heysync sync --allow-empty ${sourceId}`,
    })
  }
  for (const recordId of missing) {
    records.markGone(sourceId, recordId, cycleId, proof.at)
    records.markDirtyOf(sourceId, recordId)
  }
  records.dropUnseenRejections(sourceId, pull)
  records.stampUnreadable(sourceId, proof.sinceSeq, cycleId)
  return missing.length
}
