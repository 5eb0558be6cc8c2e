// Owns what the diff says of one contact: nothing to do, a change, or a change that was acknowledged and does not show.
import type { BareE164 } from '../../lib/phone.ts'
import type { Unsettled } from '../mirror/contacts.ts'
import type { Change } from './change.ts'

/** A write that Heymarket acknowledged and does not show: writing it again would be futile. */
export interface NotStored {
  readonly change: Change
  /** Takes it off the list of what is compared; to be called in the transaction that reports it. */
  readonly conclude: () => void
}

export type Verdict =
  | { readonly change: Change; readonly stored: true }
  | (NotStored & { readonly stored: false })
  | null

/** An opt-out counts for its number, also where no record wants the contact any more (I3). */
export function optOutOnly(
  phone: BareE164,
  contactId: number,
  sourceId: string,
  recordId: string,
): Extract<Change, { kind: 'update' }> {
  const fields = [{ field: 'optedOut', before: '', after: 'true' }]
  return { kind: 'update', phone, sourceId, recordId, contactId, fields, partial: true }
}

/** True when what Heymarket shows is the answer to our own last write. */
export function showsOurWrite(row: Unsettled): boolean {
  const ours = row.acked_rev === null || row.remote_rev === null || row.acked_rev === row.remote_rev
  // What was pushed to a contact that is gone says nothing about another one of the same number.
  return row.remote_acked === 1 && row.remote_read === 1 && ours
}
