// Owns the diff: every contact whose two sides were not yet found equal, compared, as an ordered list of changes.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { inOneGo } from '../../lib/turns.ts'
import type { ContactFields } from '../contact.ts'
import { remoteOf, type Unsettled } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { linkRung } from '../removal.ts'
import { withValues } from './base.ts'
import { type Change, isTagChange } from './change.ts'
import { type Comparison, compareSides, type Edit } from './compare.ts'
import { diffLeft } from './left.ts'
import { moveFor } from './move.ts'
import { isPinned, pinCreate, withoutPinned } from './pins.ts'
import { type DiffSettings, pushKey } from './settings.ts'
import { type NotStored, optOutOnly, showsOurWrite, type Verdict } from './verdict.ts'

/** Where a diff puts what it finds. */
export interface DiffSink {
  /** One per phone. */
  change(change: Change): void
  /** A change of this number was put here before. */
  has(phone: string): boolean
  /** Compared, and found equal. */
  equal(phone: string): void
}

const PAGE = 200

/** Compares all contacts as `diffSteps` does, and returns what it found. */
export function diffAll(
  mirror: Mirror,
  settings: DiffSettings,
): { readonly changes: readonly Change[]; readonly notStored: readonly NotStored[] } {
  const changes = new Map<string, Change>()
  const into: DiffSink = {
    change: (change) => void changes.set(change.phone, change),
    has: (phone) => changes.has(phone),
    equal: () => {},
  }
  const notStored = inOneGo(diffSteps(mirror, settings, into))
  return { changes: [...changes.values()], notStored }
}

/**
 * Compares all contacts that need it, in phone order, step by step. Writes only what it learnt: links, settled pairs, removals
 * that need nothing. Returns the writes that were acknowledged and do not show.
 */
export function* diffSteps(
  mirror: Mirror,
  settings: DiffSettings,
  into: DiffSink,
): Generator<void, readonly NotStored[]> {
  const { contacts } = mirror
  const notStored = new Map<BareE164, NotStored>()
  const known = readKnown(mirror)
  for (let after: string | undefined = ''; after !== undefined; ) {
    const due: BareE164[] = contacts.due(after, PAGE)
    const last = due.at(-1)
    if (last === undefined) break
    const rows = contacts.unsettled(after, last)
    mirror.transaction(() => {
      comparePage(mirror, settings, known, { phones: due, rows }, into, notStored)
    })
    after = due.length < PAGE ? undefined : last
    yield
  }
  // One change per number: what else it needs waits for the next cycle.
  mirror.transaction(() => compareConsent(mirror, into, notStored))
  return [...notStored.values()]
}

/**
 * Compares only those, of whom a write was acknowledged, page by page: what others need is found by the next diff. Returns the
 * writes that do not show.
 */
export function* lookAgainSteps(
  mirror: Mirror,
  settings: DiffSettings,
  pages: Iterable<readonly BareE164[]>,
): Generator<void, readonly NotStored[]> {
  const notStored = new Map<BareE164, NotStored>()
  const known = readKnown(mirror)
  for (const phones of pages) {
    mirror.transaction(() => {
      const rows = phones.flatMap((phone) => mirror.contacts.findUnsettled(phone) ?? [])
      comparePage(mirror, settings, known, { phones, rows }, NOWHERE, notStored)
    })
    yield
  }
  mirror.transaction(() => compareConsent(mirror, NOWHERE, notStored))
  return [...notStored.values()]
}

const NOWHERE: DiffSink = { change: () => {}, has: () => false, equal: () => {} }

/** `rows`: of those phones whose sides are not known to be equal. To be called in a transaction. */
function comparePage(
  mirror: Mirror,
  settings: DiffSettings,
  known: Known,
  { phones, rows }: { readonly phones: readonly BareE164[]; readonly rows: readonly Unsettled[] },
  into: DiffSink,
  notStored: Map<BareE164, NotStored>,
): void {
  const open = new Set<string>()
  for (const row of rows) {
    const verdict = diffOne(mirror, settings, known, row)
    if (verdict === null) into.equal(row.phone)
    else open.add(row.phone)
    if (verdict?.stored === true) into.change(verdict.change)
    else if (verdict?.stored === false) notStored.set(row.phone, verdict)
  }
  for (const phone of phones) if (!open.has(phone)) mirror.contacts.compared(phone)
}

/** What opt-outs need that no contact needs anyway. To be called in a transaction. */
function compareConsent(mirror: Mirror, into: DiffSink, notStored: Map<BareE164, NotStored>): void {
  for (const { phone, contact_id, source_id, record_id, echo } of mirror.consent.unpushed()) {
    if (notStored.has(phone) || into.has(phone)) continue
    const change = optOutOnly(phone, contact_id, source_id ?? '', record_id ?? '')
    if (echo === 0) into.change(change)
    else notStored.set(phone, { change, conclude: () => {} })
  }
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

/** Of the whole database, read once per diff. */
interface Known {
  readonly ownedTags: ReadonlySet<string>
  /** Phones with drift. */
  readonly drifted: ReadonlySet<string>
  /** Phones with a pin. */
  readonly pinned: ReadonlySet<string>
}

const readKnown = (mirror: Mirror): Known => ({
  ownedTags: mirror.contacts.ownedTags(),
  drifted: mirror.drift.phones(),
  pinned: mirror.pins.phones(),
})

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
