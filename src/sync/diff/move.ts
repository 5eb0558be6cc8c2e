// Owns the phone change under `onPhoneChange: update`: which contact of Heymarket gets the new number of its record,
// instead of a second contact being made and the first one taken for somebody who left. It reads the mirror alone.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { contentHash } from '../../lib/hash.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { Unsettled } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { DiffSettings } from './settings.ts'

export interface Move {
  readonly from: BareE164
  /** The contact as Heymarket holds it under the former number. */
  readonly remote: RemoteContact
  /** False while an opt-out of the former number is not written yet: that goes first, and alone (I3). */
  readonly ready: boolean
}

/** Kept as the pushed key of a number that Heymarket refused to give to the contact: a contact of its own is made then. */
export const MOVE_REFUSED = contentHash('phone change refused')

/**
 * The move that a record asks for; null when it asks for none, or when it is not certain that it is the same person: only
 * where this record alone claimed the former number, it alone claims the new one, exactly one contact bears the former
 * number and is linked to it, and none bears the new one.
 */
function moveOf(mirror: Mirror, record: { source_id: string; record_id: string }): Move | null {
  const { contacts, records, remote } = mirror
  const now = records.find(record.source_id, record.record_id)
  if (now?.state !== 'accepted' || now.phone === null || remote.byPhone(now.phone).length > 0) return null
  // Of several numbers nobody can tell which one took the place of which.
  if (records.phonesOf(record.source_id, record.record_id).length > 1) return null
  const wanted = contacts.find(now.phone)
  const alone =
    wanted?.state === 'wanted' &&
    wanted.claims === 1 &&
    wanted.source_id === record.source_id &&
    wanted.record_id === record.record_id
  // With a pushed key it was tried: Heymarket refused it, or acknowledged it and shows the former number all the same.
  if (!alone || wanted.pushed_key !== null) return null
  const linked = contacts
    .leftBy(record.source_id, record.record_id)
    .filter((left) => contacts.link(left.phone) !== undefined)
  const [left] = linked
  if (!left || linked.length > 1 || left.claims !== 1 || left.left_cycle === null) return null
  const bearers = remote.byPhone(left.phone)
  const [bearer] = bearers
  if (!bearer || bearers.length > 1 || contacts.link(left.phone)?.contact_id !== bearer.id) return null
  const shown = parseRemote(bearer)
  const ready = !mirror.consent.isOptedOut(left.phone) || shown.isOptedOut === true || bearer.carried === 1
  return { from: left.phone, remote: shown, ready }
}

/** The move that a contact's record asks for, where its source has `onPhoneChange: update`. */
export function moveFor(mirror: Mirror, settings: DiffSettings, row: Unsettled): Move | null {
  return settings.onPhoneChange(row.source_id) === 'update' ? moveOf(mirror, row) : null
}
