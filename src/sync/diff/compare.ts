// Owns the comparison of one contact: desired, remote and what both last agreed on, field by field, over owned fields
// only. Pure.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactFields } from '../contact.ts'
import { baseText, type FieldValues } from './base.ts'
import { displayNameAfter } from './body.ts'
import type { FieldChange } from './change.ts'
import type { Lookups } from './lookups.ts'
import { decide, type FieldPolicies, type FieldPolicy } from './policy.ts'
import { compareTags, type TagPolicy } from './tags.ts'

export interface Wanted {
  readonly fields: ContactFields
  readonly optedOut: boolean
}

export interface Rules {
  readonly tags: TagPolicy
  readonly policies: FieldPolicies
  /** What both sides last agreed on; null when that is not known. */
  readonly base: ContactFields | null
  /** Heymarket shows the answer to our own last write: nothing in it is somebody's edit. */
  readonly ownWrite: boolean
}

/** An owned field that somebody changed in Heymarket. */
export interface Edit {
  readonly field: string
  /** What the base says; null when it does not know the field. */
  readonly expected: string | null
  readonly found: string
  readonly outcome: 'kept' | 'restored'
}

export interface Comparison {
  readonly changes: readonly FieldChange[]
  readonly edits: readonly Edit[]
  /** What the base has to say of fields that differ and stay as they are. */
  readonly accepted: FieldValues
  /** Tags that are wanted and do not fit. */
  readonly cut: readonly string[]
}

const PLAIN: FieldPolicy = { write: 'always', onHeymarketEdit: 'source' }
const PLAIN_POLICIES: FieldPolicies = { of: () => PLAIN, fingerprint: '' }

/** What has to change in Heymarket so that `remote` shows what is wanted, whatever the policies say; empty when nothing does. */
export function compareContact(
  wanted: Wanted,
  remote: RemoteContact | null,
  tags: TagPolicy,
  lookups: Lookups,
): readonly FieldChange[] {
  const rules = { tags, policies: PLAIN_POLICIES, base: null, ownWrite: false }
  return compareSides(wanted, remote, rules, lookups).changes
}

/** What has to change in Heymarket, and what differs and stays. `remote` null: a new contact. */
export function compareSides(
  wanted: Wanted,
  remote: RemoteContact | null,
  rules: Rules,
  lookups: Lookups,
): Comparison {
  const into: Findings = { changes: [], edits: [], accepted: {}, cut: [] }
  const { fields } = wanted
  const text = (field: string, before: string, after: string | undefined) => {
    if (after === undefined || after === before) return
    // Of a new contact no policy has anything to say.
    const written = remote === null || isWritten(into, rules, field, sidesOf(rules, field, before, after))
    if (written) into.changes.push({ field, before, after })
  }
  text('first', remote?.first ?? '', fields.first)
  text('last', remote?.last ?? '', fields.last)
  compareDisplayName(into, fields.displayName, remote, rules)
  text('email', remote?.email ?? '', fields.email)
  compareAssignee(into, fields.assignee, remote, rules, lookups)
  for (const [name, value] of Object.entries(fields.custom ?? {})) {
    const id = lookups.fieldId(name)
    // A field that the account lacks can hold nothing. A cycle stops for it before it gets here.
    if (id !== undefined) text(`custom.${name}`, remote?.custom[String(id)] ?? '', value)
  }
  if (fields.tags !== undefined) compareTagField(into, fields.tags, remote, rules, lookups)
  // Consent only tightens (I3): there is no change that opts anybody in.
  if (wanted.optedOut && remote?.isOptedOut !== true)
    into.changes.push({ field: 'optedOut', before: '', after: 'true' })
  return into
}

function sidesOf({ base }: Rules, field: string, found: string, wanted: string) {
  return { found, wanted, base: baseText(base, field) }
}

interface Findings {
  readonly changes: FieldChange[]
  readonly edits: Edit[]
  readonly accepted: Record<string, string | readonly string[]>
  cut: readonly string[]
}

/** Puts a field that differs to its policy; true when the source's value is to be written. */
function isWritten(
  into: Findings,
  { policies, ownWrite }: Rules,
  field: string,
  sides: { readonly found: string; readonly wanted: string; readonly base: string | undefined },
): boolean {
  const verdict = decide(policies.of(field), { ...sides, ownWrite })
  const edit = { field, expected: sides.base ?? null, found: sides.found }
  if (verdict === 'leave') into.accepted[field] = sides.found
  if (verdict === 'keep') into.accepted[field] = sides.wanted
  if (verdict === 'keep') into.edits.push({ ...edit, outcome: 'kept' })
  if (verdict === 'restore') into.edits.push({ ...edit, outcome: 'restored' })
  return verdict === 'write' || verdict === 'restore'
}

/** A blank display name is none. */
function compareDisplayName(
  into: Findings,
  wanted: string | undefined,
  remote: RemoteContact | null,
  rules: Rules,
): void {
  const before = displayNameBefore(into.changes, remote)
  if (!wanted || wanted === before) return
  const found = remote?.displayName ?? ''
  const sides = { found, wanted, base: baseText(rules.base, 'displayName') }
  if (found === wanted || isWritten(into, rules, 'displayName', sides))
    into.changes.push({ field: 'displayName', before, after: wanted })
}

/** Where first or last change, a display name that follows them would change by itself: that is what to hold it against. */
function displayNameBefore(changes: readonly FieldChange[], remote: RemoteContact | null): string {
  const held = { first: '', last: '', displayName: '', ...remote }
  if (changes.length === 0) return held.displayName
  const after = Object.fromEntries(changes.map((change) => [change.field, change.after]))
  return displayNameAfter(held, after.first ?? held.first, after.last ?? held.last)
}

function compareAssignee(
  into: Findings,
  wanted: string | undefined,
  remote: RemoteContact | null,
  rules: Rules,
  lookups: Lookups,
): void {
  if (wanted === undefined) return
  const held = remote?.assigneeId ?? null
  const id = wanted === '' ? null : lookups.memberId(wanted)
  // Somebody who is not on the team: the contact keeps whom it has, and the cycle says so.
  if (id === undefined || id === held) return
  const nameOf = (member: number | null) => (member === null ? '' : lookups.memberName(member))
  const [before, after] = [nameOf(held), nameOf(id)]
  const base = memberText(baseText(rules.base, 'assignee'), lookups)
  if (isWritten(into, rules, 'assignee', { found: before, wanted: after, base }))
    into.changes.push({ field: 'assignee', before, after })
}

/** Two spellings of one member are the same; one who left the team is not known any more. */
function memberText(name: string | undefined, lookups: Lookups): string | undefined {
  if (name === undefined || name === '') return name
  const id = lookups.memberId(name)
  return id === undefined ? undefined : lookups.memberName(id)
}

function compareTagField(
  into: Findings,
  wanted: readonly string[],
  remote: RemoteContact | null,
  { base, ownWrite, tags, policies }: Rules,
  lookups: Lookups,
): void {
  const held = (remote?.tagIds ?? []).map(lookups.tagName)
  const sides = { wanted, held, base: base?.tags, ownWrite }
  const { change, edited, left, cut } = compareTags(sides, tags, policies.of('tags'))
  if (change) into.changes.push(change)
  if (edited) {
    const expected = base?.tags?.join(', ') ?? null
    into.edits.push({ field: 'tags', expected, found: held.join(', '), outcome: edited })
  }
  // What is still to be written is not agreed on yet, and what finds no room is not there to be taken away.
  const open = new Set([...(change?.add ?? []), ...cut])
  if (left) into.accepted.tags = held
  else if (edited === 'kept' || cut.length > 0) into.accepted.tags = wanted.filter((tag) => !open.has(tag))
  into.cut = cut
}
