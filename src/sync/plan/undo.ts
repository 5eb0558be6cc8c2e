// Owns undo: out of the before-images of a cycle, a plan that puts back what was there, and the list of what it cannot.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { BareE164 } from '../../lib/phone.ts'
import { type Change, type FieldChange, isTagChange } from '../diff/change.ts'
import { fieldNow, type Moved } from '../diff/exact.ts'
import { mayDelete } from '../diff/left.ts'
import type { Lookups } from '../diff/lookups.ts'
import { pinCreate, pinField, pinRemoval } from '../diff/pins.ts'
import type { ImageRow } from '../mirror/images.ts'
import type { Mirror } from '../mirror/mirror.ts'
import type { Pin } from '../mirror/pins.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import type { Refusal } from './apply.ts'
import type { MemberRows } from './member-rows.ts'
import { planListUndo } from './undo-lists.ts'

export interface UndoWishes {
  readonly cycle: string
  /** Only these fields, `lists` for the membership of lists; null means all. */
  readonly fields: ReadonlySet<string> | null
  /** Only these numbers; null means all. */
  readonly phones: ReadonlySet<string> | null
  /** Also delete what the cycle created. */
  readonly deleteCreated: boolean
}

export interface Undo {
  readonly changes: readonly { change: Change; held: null; pins: readonly Pin[] }[]
  readonly onLists: MemberRows
  /** What undo does not take back, with the reason. */
  readonly left: readonly { phone: BareE164; reason: string }[]
  /** What somebody changed since. */
  readonly refused: readonly Refusal[]
  /** Contacts and memberships that are as they were. */
  readonly already: number
}

type Verdict =
  | { readonly kind: 'back'; readonly change: Change; readonly pins: readonly Pin[] }
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'refused'; readonly moved: readonly Moved[] }
  | { readonly kind: 'already' }

/** What the mirror has just read from Heymarket decides; nothing is written here. */
export function planUndo(mirror: Mirror, lookups: Lookups, wishes: UndoWishes): Undo {
  const changes: { change: Change; held: null; pins: readonly Pin[] }[] = []
  const left: { phone: BareE164; reason: string }[] = []
  const refused: Refusal[] = []
  let already = 0
  for (const image of mirror.images.ofCycle(wishes.cycle)) {
    const { phone } = image
    if (wishes.phones !== null && !wishes.phones.has(phone)) continue
    const written = image.fields as readonly FieldChange[]
    // Consent only tightens (I3).
    if (written.some(({ field }) => field === 'optedOut') && (wishes.fields?.has('optedOut') ?? true))
      left.push({ phone, reason: 'an opt-out is never taken back by undo' })
    const verdict = takeBack(mirror, lookups, wishes, image, written)
    if (verdict.kind === 'back') changes.push({ change: verdict.change, held: null, pins: verdict.pins })
    else if (verdict.kind === 'left') left.push({ phone, reason: verdict.reason })
    else if (verdict.kind === 'already') already += 1
    else {
      const { kind, source_id: source, record_id: record } = image
      refused.push({ phone, kind, source, record, moved: verdict.moved })
    }
  }
  const creates = changes.flatMap(({ change }) => (change.kind === 'create' ? [change.phone] : []))
  const lists = planListUndo(mirror, wishes, new Set<string>(creates))
  return {
    changes,
    onLists: lists,
    left: [...left, ...lists.left],
    refused: [...refused, ...lists.refused],
    already: already + lists.already,
  }
}

function takeBack(
  mirror: Mirror,
  lookups: Lookups,
  wishes: UndoWishes,
  image: ImageRow,
  written: readonly FieldChange[],
): Verdict {
  if (image.kind === 'create') return takeBackCreate(mirror, lookups, wishes, image, written)
  if (image.rung === 'delete') return createAgain(mirror, lookups, wishes, image)
  return restore(mirror, lookups, wishes, image, written)
}

/** Fields of an update, or of a removal that cleared or tagged. */
function restore(
  mirror: Mirror,
  lookups: Lookups,
  wishes: UndoWishes,
  image: ImageRow,
  written: readonly FieldChange[],
): Verdict {
  const asked = written.filter(
    ({ field }) => field !== 'optedOut' && (wishes.fields === null || wishes.fields.has(field)),
  )
  if (asked.length === 0) return { kind: 'already' }
  const row = image.contact_id === null ? undefined : mirror.remote.find(image.contact_id)
  if (!row) return { kind: 'refused', moved: [{ field: 'contact', planned: 'there', now: 'gone' }] }
  const remote = parseRemote(row)
  const moved = asked.flatMap((field) => movedSince(field, remote, lookups))
  if (moved.length > 0) return { kind: 'refused', moved }
  const back = asked.flatMap((field) => reversed(field, remote, lookups))
  if (back.length === 0) return { kind: 'already' }
  const removal = image.kind === 'remove' && image.rung !== null
  return {
    kind: 'back',
    change: { ...baseOf(image), kind: 'update', contactId: remote.id, fields: back },
    pins: removal && image.rung !== null ? [pinRemoval(image.rung)] : asked.map(pinField),
  }
}

/** What somebody wrote over what the cycle wrote. */
function movedSince(written: FieldChange, remote: RemoteContact, lookups: Lookups): Moved[] {
  const now = fieldNow(remote, written.field, lookups)
  const is = isTagChange(written)
    ? tagsAre(written, now.split(', '))
    : now === written.after || now === written.before
  return is ? [] : [{ field: written.field, planned: written.after, now }]
}

/** Of the tags that came and went, all must be as the cycle left them, or as it found them; the others are not its own. */
function tagsAre(written: Extract<FieldChange, { add: unknown }>, now: readonly string[]): boolean {
  const has = (tag: string) => now.includes(tag)
  const asLeft = written.add.every(has) && !written.remove.some(has)
  return asLeft || (written.remove.every(has) && !written.add.some(has))
}

/** The write that puts the value back; none where it is back already. */
function reversed(written: FieldChange, remote: RemoteContact, lookups: Lookups): FieldChange[] {
  const now = fieldNow(remote, written.field, lookups)
  if (!isTagChange(written))
    return now === written.before ? [] : [{ field: written.field, before: now, after: written.before }]
  const held = remote.tagIds.map(lookups.tagName)
  const remove = written.add.filter((tag) => held.includes(tag))
  const add = written.remove.filter((tag) => !held.includes(tag))
  if (add.length === 0 && remove.length === 0) return []
  const after = [...held.filter((tag) => !remove.includes(tag)), ...add].join(', ')
  return [{ field: 'tags', before: now, after, add, remove }]
}

function takeBackCreate(
  mirror: Mirror,
  lookups: Lookups,
  wishes: UndoWishes,
  image: ImageRow,
  written: readonly FieldChange[],
): Verdict {
  if (!wishes.deleteCreated)
    return { kind: 'left', reason: 'it was created, and stays: --delete-created deletes such contacts' }
  const link = mirror.contacts.link(image.phone)
  const row = link ? mirror.remote.find(link.contact_id) : undefined
  if (!link || !row) return { kind: 'already' }
  const remote = parseRemote(row)
  if (link.origin !== 'created' || !mayDelete(mirror, image.phone, remote.id))
    return { kind: 'left', reason: 'it was there before, so heysync does not delete it' }
  const moved = written
    .filter(({ field }) => field !== 'tags')
    .map(({ field, after }) => ({ field, planned: after, now: fieldNow(remote, field, lookups) }))
    .filter(({ planned, now }) => planned !== now)
  if (moved.length > 0) return { kind: 'refused', moved }
  if (row.rev === null || row.rev !== row.acked_rev) {
    const now = `revision ${row.rev ?? 'unknown'}`
    return {
      kind: 'refused',
      moved: [{ field: 'contact', planned: `revision ${row.acked_rev ?? 'unknown'}`, now }],
    }
  }
  return {
    kind: 'back',
    change: {
      ...baseOf(image),
      kind: 'remove',
      contactId: remote.id,
      rung: 'delete',
      leftCycle: null,
      fields: [],
    },
    pins: [pinCreate(written)],
  }
}

/** A deleted contact can only be made anew: with its fields, under another id, and without its conversation. */
function createAgain(mirror: Mirror, lookups: Lookups, wishes: UndoWishes, image: ImageRow): Verdict {
  if (mirror.remote.byPhone(image.phone).length > 0)
    return { kind: 'refused', moved: [{ field: 'contact', planned: 'gone', now: 'there again' }] }
  if (image.body === null) return { kind: 'left', reason: 'what the deleted contact held is not known' }
  const fields = everyField(
    parseRemote({ id: 0, phone: image.phone, rev: null, body: image.body }),
    lookups,
  ).filter(({ field }) => wishes.fields === null || wishes.fields.has(field))
  return {
    kind: 'back',
    change: { ...baseOf(image), kind: 'create', fields },
    pins: [pinRemoval('delete')],
  }
}

function everyField(held: RemoteContact, lookups: Lookups): FieldChange[] {
  const customs = Object.keys(held.custom).map((id) => `custom.${lookups.fieldName(id)}`)
  const plain = ['first', 'last', 'displayName', 'email', 'assignee', ...customs].map((field) => ({
    field,
    before: '',
    after: fieldNow(held, field, lookups),
  }))
  const tags = held.tagIds.map(lookups.tagName)
  const filled: FieldChange[] = plain.filter(({ after }) => after !== '')
  if (tags.length > 0)
    filled.push({ field: 'tags', before: '', after: tags.join(', '), add: tags, remove: [] })
  return filled
}

function baseOf({ phone, source_id, record_id }: ImageRow) {
  return { phone, sourceId: source_id, recordId: record_id, exact: true as const }
}
