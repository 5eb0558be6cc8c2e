// Owns the diff of somebody whom no record claims any more: the removal ladder.
import type { RemovalRung } from '../../config/schema.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactFields } from '../contact.ts'
import type { Unsettled } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { type LeftWay, linkedUnderDelete, readWays, rungFor } from '../removal.ts'
import type { Change, FieldChange } from './change.ts'
import { compareContact } from './compare.ts'
import type { Lookups } from './lookups.ts'
import { moveFor } from './move.ts'
import { isPinned, pinRemoval } from './pins.ts'
import { type DiffSettings, removalKey } from './settings.ts'
import { targetTags } from './tags.ts'
import { optOutOnly, showsOurWrite, type Verdict } from './verdict.ts'

/** What has to be done about a contact that left; `remote` is what Heymarket holds under its number. */
export function diffLeft(
  mirror: Mirror,
  settings: DiffSettings,
  row: Unsettled,
  remote: RemoteContact | null,
): Verdict {
  if (remote === null) {
    // Given another number by a write of ours that no read has confirmed yet: if it did not stick, it is here again.
    const link = mirror.contacts.link(row.phone)
    const elsewhere = link && mirror.remote.find(link.contact_id)
    if (elsewhere?.read_at !== null) mirror.contacts.forget(row.phone)
    return null
  }
  const move = moveFor(mirror, settings, row)
  if (move?.from === row.phone) {
    if (move.ready) return null
    return { change: optOutOnly(row.phone, remote.id, row.source_id, row.record_id), stored: true }
  }
  const ways = readWays(row.left_ways)
  const removal = settings.removal(row.source_id)
  const rung = row.left_cycle === null ? 'keep' : rungFor(removal, ways)
  if (rung === 'keep') {
    mirror.contacts.markRemoved(row.phone)
    return null
  }
  // The opt-out goes first and alone: a removal may be held, and consent waits for nothing (I3).
  if (row.opted_out === 1 && remote.isOptedOut !== true && row.carried === 0) {
    const optOut = optOutOnly(row.phone, remote.id, row.source_id, row.record_id)
    return { change: { ...optOut, leaving: true }, stored: true }
  }
  const allowed = rung === 'delete' && !mayDelete(mirror, row.phone, remote.id) ? 'removeFromLists' : rung
  // Somebody took this removal back: it is over.
  if (isPinned(mirror, row.phone, pinRemoval(allowed))) {
    mirror.contacts.markRemoved(row.phone)
    return null
  }
  const fields = removalFields(
    allowed,
    removal.tag,
    { fields: JSON.parse(row.fields) as ContactFields, givenTags: JSON.parse(row.given_tags) as string[] },
    remote,
    settings.lookups,
  )
  const change: Change = {
    kind: 'remove',
    phone: row.phone,
    sourceId: row.source_id,
    recordId: row.record_id,
    contactId: remote.id,
    rung: allowed,
    leftCycle: row.left_cycle,
    ways,
    fields,
  }
  if (row.pushed_key?.equals(removalKey(allowed)) !== true) return { change, stored: true }
  // Our removal was acked: once a read shows what it left, it is over, whatever people write there afterwards.
  if (row.remote_read === 0) return null
  const conclude = () => {
    mirror.contacts.pushed(row.phone, null)
    mirror.contacts.markRemoved(row.phone)
  }
  if (fields.length > 0 && showsOurWrite(row)) return { change, stored: false, conclude }
  conclude()
  return null
}

/**
 * heysync deletes only what it created, or adopted while `onRemoved: delete` was already written in the config (I4). `shown` is
 * how they left where the mirror has not read it yet.
 */
export function mayDelete(
  mirror: Mirror,
  phone: string,
  contactId: number,
  shown: readonly LeftWay[] = [],
): boolean {
  const link = mirror.contacts.link(phone)
  if (link?.contact_id !== contactId) return false
  const ways = readWays(mirror.contacts.find(phone)?.left_ways ?? '')
  return link.origin === 'created' || linkedUnderDelete(link.rung, ways.length > 0 ? ways : shown)
}

function removalFields(
  rung: RemovalRung,
  tag: string | undefined,
  { fields: wanted, givenTags }: { fields: ContactFields; givenTags: readonly string[] },
  remote: RemoteContact,
  lookups: Lookups,
): readonly FieldChange[] {
  const held = remote.tagIds.map(lookups.tagName)
  if (rung === 'tag' && tag !== undefined && !held.includes(tag)) {
    const target = targetTags(held, [tag], { policy: 'add', owned: new Set() })
    if (!target.includes(tag)) return []
    return [{ field: 'tags', before: held.join(', '), after: target.join(', '), add: [tag], remove: [] }]
  }
  if (rung !== 'clear') return []
  const blank: ContactFields = {
    ...Object.fromEntries(
      Object.entries(wanted).map(([field, value]) => [field, Array.isArray(value) ? [] : '']),
    ),
    ...(wanted.custom
      ? { custom: Object.fromEntries(Object.keys(wanted.custom).map((name) => [name, ''])) }
      : {}),
  }
  // Also those that it gave earlier, and that a policy, or another record that wins now, left where they were.
  const owned = new Set([...(wanted.tags ?? []), ...givenTags])
  const fields = owned.size > 0 ? { ...blank, tags: [] } : blank
  return compareContact({ fields, optedOut: false }, remote, { policy: 'add', owned }, lookups)
}
