// Owns the verdict on one change of a plan: it goes ahead, is so already, stays held, or is refused with what moved.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { type FieldChange, isTagChange, optsOut } from '../diff/change.ts'
import type { Moved } from '../diff/exact.ts'
import { mayDelete } from '../diff/left.ts'
import type { Lookups } from '../diff/lookups.ts'
import type { DiffSettings } from '../diff/settings.ts'
import type { HeldStore } from '../guard/held-store.ts'
import type { Mirror } from '../mirror/mirror.ts'
import { parseRemote } from '../mirror/remote-body.ts'
import { exactStanding } from '../push/read-back.ts'
import { asChange, type PlannedChange } from './plan-file.ts'

export type Verdict =
  | { readonly kind: 'go' }
  | { readonly kind: 'already' }
  | { readonly kind: 'held' }
  | { readonly kind: 'refused'; readonly moved: readonly Moved[] }

interface Context {
  readonly mirror: Mirror
  readonly held: HeldStore
  readonly settings: DiffSettings
}

/** Holds a planned change against what the mirror has just read from Heymarket. */
export function judge(
  { mirror, held, settings }: Context,
  planned: PlannedChange,
  includeHeld: boolean,
): Verdict {
  const change = asChange(planned)
  const row =
    planned.contactId === null
      ? mirror.remote.byPhone(planned.phone)[0]
      : mirror.remote.find(planned.contactId)
  const remote = row ? parseRemote(row) : null
  const standing = exactStanding({ mirror, settings }, change)
  if (standing.kind === 'done') return { kind: 'already' }
  const emptied = change.kind === 'remove' && change.fields.length === 0
  if (emptied && change.rung !== 'delete' && mirror.contacts.find(planned.phone)?.state === 'removed')
    return { kind: 'already' }
  if (planned.held !== null && !includeHeld) return { kind: 'held' }
  const moved = [
    ...(standing.kind === 'moved' ? standing.moved : []),
    ...deletion(mirror, planned, remote, row?.hash.toString('hex') ?? null),
    ...consent(mirror, planned, remote),
    ...heldOptOut(held, planned, remote),
    ...planned.fields.flatMap((field) => unknownName(field, settings.lookups)),
  ]
  return moved.length > 0 ? { kind: 'refused', moved } : { kind: 'go' }
}

/** Nothing of the contact is shown before it is deleted, so nothing of it may have changed (I4). */
function deletion(
  mirror: Mirror,
  planned: PlannedChange,
  remote: RemoteContact | null,
  hash: string | null,
): Moved[] {
  if (planned.rung !== 'delete' || remote === null) return []
  if (!mayDelete(mirror, planned.phone, remote.id, planned.ways))
    return [{ field: 'contact', planned: 'made by heysync', now: 'not known to be' }]
  if (hash === planned.base.hash) return []
  return [{ field: 'contact', planned: `revision ${planned.base.rev}`, now: `revision ${remote.rev}` }]
}

/** Somebody who opted out after the plan was shown is looked at anew. */
function consent(mirror: Mirror, planned: PlannedChange, remote: RemoteContact | null): Moved[] {
  if (mirror.erased.has(planned.phone)) return [{ field: 'contact', planned: 'a person', now: 'erased' }]
  const out = mirror.consent.isOptedOut(planned.phone) || remote?.isOptedOut === true
  if (!out || planned.base.optedOut || optsOut(asChange(planned))) return []
  return [{ field: 'optedOut', planned: '', now: 'true' }]
}

/** A write carries what the ledger knows, so that it would let through an opt-out that a person has yet to approve. */
function heldOptOut(held: HeldStore, planned: PlannedChange, remote: RemoteContact | null): Moved[] {
  if (planned.rung === 'delete' || remote?.isOptedOut === true || optsOut(asChange(planned))) return []
  if (!held.holdsOptOut(planned.phone)) return []
  return [{ field: 'optedOut', planned: '', now: 'held by the guard until it is approved' }]
}

/** A name that the account does not have cannot be written; leaving it out would not be what was shown. */
function unknownName(change: FieldChange, lookups: Lookups): Moved[] {
  const unknown = (what: string, name: string): Moved => ({
    field: change.field,
    planned: name,
    now: `no ${what} of this name`,
  })
  if (isTagChange(change))
    return change.add.filter((tag) => lookups.tagId(tag) === undefined).map((tag) => unknown('tag', tag))
  if (
    change.field.startsWith('custom.') &&
    lookups.fieldId(change.field.slice('custom.'.length)) === undefined
  )
    return [unknown('custom field', change.field)]
  if (change.field === 'assignee' && change.after !== '' && lookups.memberId(change.after) === undefined)
    return [unknown('member', change.after)]
  return []
}
