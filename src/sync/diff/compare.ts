// Owns the comparison of one contact: desired against remote, field by field, over owned fields only. Pure.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactFields } from '../contact.ts'
import { displayNameAfter } from './body.ts'
import type { FieldChange } from './change.ts'
import type { Lookups } from './lookups.ts'

/** Heymarket takes at most this many tags per contact. */
const MAX_TAGS = 5

export interface TagPolicy {
  readonly policy: 'add' | 'replace'
  /** Tags that the mapping names or ever named. */
  readonly owned: ReadonlySet<string>
}

export interface Wanted {
  readonly fields: ContactFields
  readonly optedOut: boolean
}

/** What has to change in Heymarket so that `remote` shows what is wanted; empty when nothing does. `remote` null: a new contact. */
export function compareContact(
  wanted: Wanted,
  remote: RemoteContact | null,
  tags: TagPolicy,
  lookups: Lookups,
): FieldChange[] {
  const changes: FieldChange[] = []
  const text = (field: string, before: string, after: string | undefined) => {
    if (after !== undefined && after !== before) changes.push({ field, before, after })
  }
  const { fields } = wanted
  text('first', remote?.first ?? '', fields.first)
  text('last', remote?.last ?? '', fields.last)
  text('displayName', displayNameBefore(changes, remote), fields.displayName || undefined)
  text('email', remote?.email ?? '', fields.email)
  compareAssignee(fields.assignee, remote, lookups, text)
  for (const [name, value] of Object.entries(fields.custom ?? {})) {
    const id = lookups.fieldId(name)
    text(`custom.${name}`, (id === undefined ? undefined : remote?.custom[String(id)]) ?? '', value)
  }
  const tagChange = fields.tags === undefined ? null : compareTags(fields.tags, remote, tags, lookups)
  if (tagChange) changes.push(tagChange)
  // Consent only tightens (I3): there is no change that opts anybody in.
  if (wanted.optedOut && remote?.isOptedOut !== true)
    changes.push({ field: 'optedOut', before: '', after: 'true' })
  return changes
}

/** Where first or last change, a display name that follows them would change by itself: that is what to hold it against. */
function displayNameBefore(changes: readonly FieldChange[], remote: RemoteContact | null): string {
  const held = { first: '', last: '', displayName: '', ...remote }
  if (changes.length === 0) return held.displayName
  const after = Object.fromEntries(changes.map((change) => [change.field, change.after]))
  return displayNameAfter(held, after.first ?? held.first, after.last ?? held.last)
}

function compareAssignee(
  wanted: string | undefined,
  remote: RemoteContact | null,
  lookups: Lookups,
  text: (field: string, before: string, after: string) => void,
): void {
  if (wanted === undefined) return
  const held = remote?.assigneeId ?? null
  const id = wanted === '' ? null : lookups.memberId(wanted)
  // Somebody who is not on the team: the contact keeps whom it has, and the cycle says so.
  if (id === undefined) return
  if (id !== held)
    text('assignee', held === null ? '' : lookups.memberName(held), id === null ? '' : lookups.memberName(id))
}

function compareTags(
  wanted: readonly string[],
  remote: RemoteContact | null,
  tags: TagPolicy,
  lookups: Lookups,
): FieldChange | null {
  const held = (remote?.tagIds ?? []).map(lookups.tagName)
  const target = targetTags(held, wanted, tags)
  const add = target.filter((tag) => !held.includes(tag))
  const remove = held.filter((tag) => !target.includes(tag))
  if (add.length === 0 && remove.length === 0) return null
  return { field: 'tags', before: held.join(', '), after: target.join(', '), add, remove }
}

/** Tags that people set stay; of the mapping's own, those that fit into the five are taken in its order. */
export function targetTags(held: readonly string[], wanted: readonly string[], tags: TagPolicy): string[] {
  const foreign =
    tags.policy === 'replace' ? [] : held.filter((tag) => !tags.owned.has(tag) && !wanted.includes(tag))
  return [...foreign, ...wanted].slice(0, MAX_TAGS)
}
