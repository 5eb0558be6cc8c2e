// Owns records of people who were erased: nothing of them is kept, and each is listed as rejected under a name of its own.
import { toIso } from '../../lib/clock.ts'
import { contentHash } from '../../lib/hash.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Rejection } from '../normalize/rejection.ts'

/**
 * Why a record that shows these numbers is not taken in; null when it is. One of them is enough: it is the same person. One that
 * shows none is still whose it was.
 */
export function erasedRejection(
  { erased }: Mirror,
  phones: readonly BareE164[],
  sourceId: string,
  recordId: string,
): Rejection | null {
  const mark =
    phones.length === 0
      ? erased.ofRecord(sourceId, recordId)
      : phones.map(erased.find).find((found) => found !== undefined)
  if (mark === undefined) return null
  const message = `This person was erased on ${toIso(mark.at).slice(0, 10)}, and the source still holds them. Nothing of the record is kept; delete it in the source.`
  return { code: 'ERASED', field: 'phone', value: '', message }
}

/** The record is read anew: where it shows another number, it has become somebody else's. */
export function clearErased(
  { erased, records }: Mirror,
  phones: readonly BareE164[],
  sourceId: string,
  recordId: string,
): void {
  if (!erased.any()) return
  const name = erased.recordName(sourceId, recordId)
  records.clearRejection(sourceId, name, '')
  records.drop(sourceId, name)
  if (phones.length > 0) erased.unmarkRecord(sourceId, recordId)
}

/** A deleted one is not rejected, and counts as seen all the same: under its name, so that nothing of it is kept. */
export function noteErasedSeen(
  { erased, records }: Mirror,
  sourceId: string,
  recordId: string,
  when: { readonly seen_pull: number; readonly changed_at: number },
): void {
  const name = erased.recordName(sourceId, recordId)
  records.put({
    ...when,
    source_id: sourceId,
    record_id: name,
    state: 'deleted',
    raw_hash: contentHash(name),
    updated_at: null,
    place: null,
    phone: null,
    contact: null,
    notes: null,
  })
}

/** Nothing is kept of a record of an erased person, and lists that name its id are not believed either. */
export function dropErased(
  { erased, records, sourceLists }: Mirror,
  phones: readonly BareE164[],
  sourceId: string,
  recordId: string,
): void {
  records.drop(sourceId, recordId)
  sourceLists.forgetRecord(sourceId, recordId)
  for (const phone of phones) if (erased.has(phone)) erased.markRecord(phone, sourceId, recordId)
}
