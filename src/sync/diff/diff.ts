// Owns the diff: every contact whose two sides were not yet found equal, compared, as an ordered list of changes.
import type { OnPhoneChange, RemovalRung } from '../../config/schema.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import { contentHash } from '../../lib/hash.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { inOneGo } from '../../lib/turns.ts'
import type { ContactFields } from '../contact.ts'
import { remoteOf, type Unsettled } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { type LeftWay, linkedUnderDelete, linkRung, type Removal, readWays, rungFor } from '../removal.ts'
import { withValues } from './base.ts'
import { type Change, type FieldChange, isTagChange } from './change.ts'
import { type Comparison, compareContact, compareSides, type Edit } from './compare.ts'
import type { Lookups } from './lookups.ts'
import { moveOf } from './move.ts'
import { isPinned, pinCreate, pinRemoval, withoutPinned } from './pins.ts'
import type { FieldPolicies } from './policy.ts'
import { targetTags } from './tags.ts'

export interface DiffSettings {
  readonly lookups: Lookups
  readonly tagPolicy: 'add' | 'replace'
  /** Tags that are taken first where there are too many. */
  readonly tagPriority: readonly string[]
  readonly policies: FieldPolicies
  /** By source id; a source that is not configured any more keeps its contacts. */
  readonly removal: (sourceId: string) => Removal
  /** What a record's new number becomes: a contact of its own, or the number of the contact that it has. */
  readonly onPhoneChange: (sourceId: string) => OnPhoneChange
  readonly now: number
}

/** Names what a write wanted: the desired fields, consent, and what else the comparison depends on. */
export function pushKey(desiredHash: Buffer, optedOut: boolean, settings: DiffSettings): Buffer {
  return contentHash(`${desiredHash.toString('hex')} ${optedOut} ${diffFingerprint(settings)}`)
}

/** Names what an acked removal left to be seen. */
export function removalKey(rung: RemovalRung): Buffer {
  return contentHash(`removed ${rung}`)
}

/** Of what the comparison depends on beside the two sides; when it changes, every contact is compared again. */
export function diffFingerprint(settings: DiffSettings): string {
  const { lookups, tagPolicy, tagPriority, policies } = settings
  return `${lookups.fingerprint} ${tagPolicy} ${JSON.stringify(tagPriority)} ${policies.fingerprint}`
}

/** A write that Heymarket acknowledged and does not show: writing it again would be futile. */
export interface NotStored {
  readonly change: Change
  /** Takes it off the list of what is compared; to be called in the transaction that reports it. */
  readonly conclude: () => void
}

export interface DiffResult {
  readonly changes: readonly Change[]
  readonly notStored: readonly NotStored[]
  /** Phones that were compared and found equal. */
  readonly equal: readonly string[]
}

const PAGE = 500
/** Contacts that are looked through at once for those that need it. */
const STRETCH = 10_000
/** Behind every phone. */
const END = ':'

/** Compares all contacts that need it, in phone order. Writes only what it learnt: links, settled pairs, removals that need nothing. */
export function diffAll(mirror: Mirror, settings: DiffSettings): DiffResult {
  return inOneGo(diffSteps(mirror, settings))
}

/** The same step by step. */
export function* diffSteps(mirror: Mirror, settings: DiffSettings): Generator<void, DiffResult> {
  const result = { changes: [] as Change[], notStored: [] as NotStored[], equal: [] as string[] }
  const known: Known = {
    ownedTags: mirror.contacts.ownedTags(),
    drifted: mirror.drift.phones(),
    pinned: mirror.pins.phones(),
  }
  let after = ''
  let to = mirror.contacts.phoneBehind('', STRETCH)
  for (;;) {
    const rows = mirror.contacts.unsettled(after, to ?? END, PAGE)
    mirror.transaction(() => {
      for (const row of rows) {
        const verdict = diffOne(mirror, settings, known, row)
        if (verdict === null) result.equal.push(row.phone)
        else if (verdict.stored) result.changes.push(verdict.change)
        else result.notStored.push(verdict)
      }
    })
    const last = rows.at(-1)
    if (last && rows.length === PAGE) {
      after = last.phone
    } else {
      if (to === null) break
      after = to
      to = mirror.contacts.phoneBehind(after, STRETCH)
    }
    yield
  }
  // One change per number: what else it needs waits for the next cycle.
  const busy = new Set<string>(
    [...result.changes, ...result.notStored.map(({ change }) => change)].map(({ phone }) => phone),
  )
  for (const { phone, contact_id, source_id, record_id, echo } of mirror.consent.unpushed()) {
    if (busy.has(phone)) continue
    busy.add(phone)
    const change = optOutOnly(phone, contact_id, source_id ?? '', record_id ?? '')
    if (echo === 1) result.notStored.push({ change, conclude: () => {} })
    else result.changes.push(change)
  }
  return result
}

/** An opt-out counts for its number, also where no record wants the contact any more (I3). */
function optOutOnly(
  phone: BareE164,
  contactId: number,
  sourceId: string,
  recordId: string,
): Extract<Change, { kind: 'update' }> {
  const fields = [{ field: 'optedOut', before: '', after: 'true' }]
  return { kind: 'update', phone, sourceId, recordId, contactId, fields, partial: true }
}

/** The change that one phone needs now; null when none. */
export function diffPhone(mirror: Mirror, settings: DiffSettings, phone: string): Change | null {
  return mirror.transaction(() => {
    const row = mirror.contacts.findUnsettled(phone)
    if (!row) return null
    const drifted = new Set(mirror.drift.ofPhone(phone).map((one) => one.phone))
    const known = { ownedTags: mirror.contacts.ownedTags(), drifted, pinned: new Set([phone]) }
    return diffOne(mirror, settings, known, row)?.change ?? null
  })
}

type Verdict =
  | { readonly change: Change; readonly stored: true }
  | (NotStored & { readonly stored: false })
  | null

/** Of the whole database, read once per diff. */
interface Known {
  readonly ownedTags: ReadonlySet<string>
  /** Phones with drift. */
  readonly drifted: ReadonlySet<string>
  /** Phones with a pin. */
  readonly pinned: ReadonlySet<string>
}

function diffOne(mirror: Mirror, settings: DiffSettings, known: Known, row: Unsettled): Verdict {
  const remote = remoteOf(row)
  if (row.state === 'left') {
    recordDrift(mirror, settings, known, row.phone, [])
    return diffLeft(mirror, settings, row, remote)
  }
  const move = remote === null ? moveFor(mirror, settings, row) : null
  if (move?.ready === false) return null
  const linked = remote !== null && mirror.contacts.link(row.phone)?.contact_id === remote.id
  const wrote = wroteWhatIsWanted(row, settings)
  const echo = wrote && showsOurWrite(row)
  // A write of just this after the base was taken, and Heymarket has moved on since: that write is what both agreed on.
  const agreed = wrote && !echo && !samePush(row) ? row.fields : row.base
  const base = linked && agreed !== null ? (JSON.parse(agreed) as ContactFields) : null
  const found = compareWanted(settings, known, row, move?.remote ?? remote, base, echo)
  recordDrift(mirror, settings, known, row.phone, found.edits)
  const unpinned = () =>
    known.pinned.has(row.phone) ? withoutPinned(mirror, row.phone, found.changes) : found.changes
  if (remote === null || found.changes.length > 0) rememberOpen(mirror, row, base, found)
  const from = { phone: row.phone, sourceId: row.source_id, recordId: row.record_id }
  if (move) {
    const number = { field: 'phone', before: move.from, after: row.phone }
    const fields = [number, ...unpinned()]
    return { change: { ...from, kind: 'update', contactId: move.remote.id, fields }, stored: true }
  }
  if (remote === null) {
    const pinned = known.pinned.has(row.phone)
    if (pinned && isPinned(mirror, row.phone, pinCreate(found.changes))) return null
    return { change: { ...from, kind: 'create', fields: found.changes }, stored: true }
  }
  const fields = unpinned()
  linkTo(mirror, settings, row, remote.id)
  if (fields.length === 0) {
    // In accord without that write: if its values are wanted again, some may never have been sent.
    if (row.pushed_key !== null && !wrote) mirror.contacts.pushed(row.phone, null)
    settle(mirror, row, found)
    return null
  }
  const change: Change = { ...from, fields, kind: 'update', contactId: remote.id }
  if (!echo) return { change, stored: true }
  return { change, stored: false, conclude: () => settle(mirror, row, found) }
}

function compareWanted(
  settings: DiffSettings,
  known: Known,
  row: Unsettled,
  remote: RemoteContact | null,
  base: ContactFields | null,
  ownWrite: boolean,
): Comparison {
  const desired = JSON.parse(row.fields) as ContactFields
  const { tag: ofLeaving } = settings.removal(row.source_id)
  // Somebody who came back loses the tag that leaving gave, also where the mapping has no tags of its own.
  const returned = desired.tags === undefined && ofLeaving !== undefined
  const fields = returned ? { ...desired, tags: [] } : desired
  const tags = returned
    ? { policy: 'add' as const, owned: new Set([ofLeaving]), ofLeaving }
    : { policy: settings.tagPolicy, owned: known.ownedTags, priority: settings.tagPriority, ofLeaving }
  const rules = { tags, policies: settings.policies, base, ownWrite }
  return compareSides({ fields, optedOut: row.opted_out === 1 }, remote, rules, settings.lookups)
}

/** Both sides are in accord, or writing would be futile: what differs all the same is taken for what it is. */
function settle(mirror: Mirror, row: Unsettled, { changes, accepted, cut }: Comparison): void {
  if (row.remote_hash === null) return
  const values: Record<string, string | readonly string[]> = { ...accepted }
  const wanted = JSON.parse(row.fields) as ContactFields
  for (const change of changes) {
    if (!isTagChange(change)) values[change.field] = change.before
    else values.tags = (wanted.tags ?? []).filter((tag) => !change.add.includes(tag)).concat(change.remove)
  }
  const same = Object.keys(values).length === 0
  const base = same ? null : JSON.stringify(withValues(wanted, values))
  mirror.contacts.settle(row.phone, row.hash, row.remote_hash, { base, cutTags: cutText(cut) })
}

function moveFor(mirror: Mirror, settings: DiffSettings, row: Unsettled) {
  return settings.onPhoneChange(row.source_id) === 'update' ? moveOf(mirror, row) : null
}

/** A contact that was linked under another number keeps what is known of its origin (I4), once a read shows the new one. */
function linkTo(mirror: Mirror, settings: DiffSettings, row: Unsettled, contactId: number): void {
  const { contacts } = mirror
  if (contacts.link(row.phone)?.contact_id === contactId) return
  const [former] = contacts.linkedPhones(contactId)
  if (former === undefined) {
    contacts.putLink(row.phone, contactId, 'adopted', linkRung(settings.removal(row.source_id)))
  } else if (row.remote_read === 1) {
    contacts.relink(former, row.phone)
  }
}

/** While something is still to be written, what was kept without a memory becomes one, so that later news is recognised. */
function rememberOpen(
  mirror: Mirror,
  row: Unsettled,
  base: ContactFields | null,
  { accepted, cut }: Comparison,
): void {
  const same = Object.keys(accepted).length === 0
  const json = same && base === null ? null : JSON.stringify(withValues(base ?? {}, accepted))
  if (json !== row.base || cutText(cut) !== row.cut_tags)
    mirror.contacts.remember(row.phone, json, cutText(cut))
}

function cutText(cut: readonly string[]): string | null {
  return cut.length === 0 ? null : JSON.stringify(cut)
}

function recordDrift(
  mirror: Mirror,
  settings: DiffSettings,
  { drifted }: Known,
  phone: string,
  edits: readonly Edit[],
): void {
  if (edits.length > 0 || drifted.has(phone)) mirror.drift.replace(phone, edits, settings.now)
  // Once it is undone the two sides are the pair that was found equal before, and have to be looked at all the same.
  if (edits.some((edit) => edit.outcome === 'restored')) mirror.contacts.unsettle(phone)
}

/** True when nothing was written since the base was taken. */
function samePush({ pushed_key, base_push }: Unsettled): boolean {
  return pushed_key !== null && base_push?.equals(pushed_key) === true
}

/** True when our last acked write was of exactly what is wanted now. */
function wroteWhatIsWanted(row: Unsettled, settings: DiffSettings): boolean {
  return row.pushed_key?.equals(pushKey(row.hash, row.opted_out === 1, settings)) === true
}

/** True when what Heymarket shows is the answer to our own last write. */
function showsOurWrite(row: Unsettled): boolean {
  const ours = row.acked_rev === null || row.remote_rev === null || row.acked_rev === row.remote_rev
  // What was pushed to a contact that is gone says nothing about another one of the same number.
  return row.remote_acked === 1 && row.remote_read === 1 && ours
}

/** No record claims the phone any more: the removal ladder. */
function diffLeft(
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
