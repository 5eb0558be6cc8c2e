// Owns the diff: every contact whose two sides were not yet found equal, compared, as an ordered list of changes.
import type { RemovalRung } from '../../config/schema.ts'
import type { RemoteContact } from '../../heymarket/contact.ts'
import { contentHash } from '../../lib/hash.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { ContactFields } from '../contact.ts'
import { parseRemote, type Unsettled } from '../mirror/contacts.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Change, FieldChange } from './change.ts'
import { compareContact, targetTags } from './compare.ts'
import type { Lookups } from './lookups.ts'

export interface DiffSettings {
  readonly lookups: Lookups
  readonly tagPolicy: 'add' | 'replace'
  /** By source id; a source that is not configured any more keeps its contacts. */
  readonly removal: (sourceId: string) => { rung: RemovalRung; tag: string | undefined }
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
  return `${settings.lookups.fingerprint} ${settings.tagPolicy}`
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

const PAGE = 1000

/** Compares all contacts that need it, in phone order. Writes only what it learnt: links, settled pairs, removals that need nothing. */
export function diffAll(mirror: Mirror, settings: DiffSettings): DiffResult {
  const result = { changes: [] as Change[], notStored: [] as NotStored[], equal: [] as string[] }
  const ownedTags = mirror.contacts.ownedTags()
  let after = ''
  for (;;) {
    const rows = mirror.contacts.unsettled(after, PAGE)
    mirror.transaction(() => {
      for (const row of rows) {
        const verdict = diffOne(mirror, settings, ownedTags, row)
        if (verdict === null) result.equal.push(row.phone)
        else if (verdict.stored) result.changes.push(verdict.change)
        else result.notStored.push(verdict)
      }
    })
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) break
    after = last.phone
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
function optOutOnly(phone: BareE164, contactId: number, sourceId: string, recordId: string): Change {
  const fields = [{ field: 'optedOut', before: '', after: 'true' }]
  return { kind: 'update', phone, sourceId, recordId, contactId, fields, partial: true }
}

/** The change that one phone needs now; null when none. */
export function diffPhone(mirror: Mirror, settings: DiffSettings, phone: string): Change | null {
  return mirror.transaction(() => {
    const row = mirror.contacts.findUnsettled(phone)
    const verdict = row ? diffOne(mirror, settings, mirror.contacts.ownedTags(), row) : null
    return verdict?.change ?? null
  })
}

type Verdict =
  | { readonly change: Change; readonly stored: true }
  | (NotStored & { readonly stored: false })
  | null

function diffOne(
  mirror: Mirror,
  settings: DiffSettings,
  ownedTags: ReadonlySet<string>,
  row: Unsettled,
): Verdict {
  const remote = row.remote_body === null ? null : parseRemote(row.remote_body)
  if (row.state === 'left') return diffLeft(mirror, settings, row, remote)
  const desired = JSON.parse(row.fields) as ContactFields
  const { tag: removedTag } = settings.removal(row.source_id)
  // Somebody who came back loses the tag that leaving gave, also where the mapping has no tags of its own.
  const returned = desired.tags === undefined && removedTag !== undefined
  const wanted = { fields: returned ? { ...desired, tags: [] } : desired, optedOut: row.opted_out === 1 }
  const tags = returned
    ? { policy: 'add' as const, owned: new Set([removedTag]) }
    : { policy: settings.tagPolicy, owned: ownedTags }
  const fields = compareContact(wanted, remote, tags, settings.lookups)
  const base = { phone: row.phone, sourceId: row.source_id, recordId: row.record_id, fields }
  if (remote === null) return { change: { ...base, kind: 'create' }, stored: true }
  if (mirror.contacts.link(row.phone)?.contact_id !== remote.id) {
    mirror.contacts.putLink(
      row.phone,
      remote.id,
      'adopted',
      settings.removal(row.source_id).rung,
      settings.now,
    )
  }
  if (fields.length === 0) {
    if (row.remote_hash) mirror.contacts.settle(row.phone, row.hash, row.remote_hash)
    return null
  }
  const change: Change = { ...base, kind: 'update', contactId: remote.id }
  if (!isEcho(row, settings)) return { change, stored: true }
  const { hash, remote_hash: remoteHash } = row
  const conclude = () => {
    if (remoteHash) mirror.contacts.settle(row.phone, hash, remoteHash)
  }
  return { change, stored: false, conclude }
}

/** True when what Heymarket shows is the answer to our own last write of exactly what is wanted now. */
function isEcho(row: Unsettled, settings: DiffSettings): boolean {
  const wanted = pushKey(row.hash, row.opted_out === 1, settings)
  return row.pushed_key?.equals(wanted) === true && showsOurWrite(row)
}

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
    mirror.contacts.forget(row.phone)
    return null
  }
  const { rung, tag } =
    row.left_cycle === null ? { rung: 'keep' as const, tag: undefined } : settings.removal(row.source_id)
  if (rung === 'keep') {
    mirror.contacts.markRemoved(row.phone)
    return null
  }
  // The opt-out goes first and alone: a removal may be held, and consent waits for nothing (I3).
  if (row.opted_out === 1 && remote.isOptedOut !== true && row.carried === 0) {
    return { change: optOutOnly(row.phone, remote.id, row.source_id, row.record_id), stored: true }
  }
  const allowed = rung === 'delete' && !mayDelete(mirror, row.phone, remote.id) ? 'removeFromLists' : rung
  const fields = removalFields(
    allowed,
    tag,
    JSON.parse(row.fields) as ContactFields,
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

/** heysync deletes only what it created, or adopted while `onRemoved: delete` was already written in the config (I4). */
function mayDelete(mirror: Mirror, phone: string, contactId: number): boolean {
  const link = mirror.contacts.link(phone)
  return link?.contact_id === contactId && (link.origin === 'created' || link.rung === 'delete')
}

function removalFields(
  rung: RemovalRung,
  tag: string | undefined,
  wanted: ContactFields,
  remote: RemoteContact,
  lookups: Lookups,
): FieldChange[] {
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
  const owned = new Set(wanted.tags ?? [])
  return compareContact({ fields: blank, optedOut: false }, remote, { policy: 'add', owned }, lookups)
}
