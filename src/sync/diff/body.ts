// Owns the body of a write: what Heymarket holds, with the changed fields laid over it (I9). Pure.
import type { RemoteContact } from '../../heymarket/contact.ts'
import type { ContactBody, NewContactBody } from '../../heymarket/contacts.ts'
import { valuesById } from '../../heymarket/values-by-id.ts'
import { type Change, type FieldChange, isTagChange } from './change.ts'
import type { Lookups } from './lookups.ts'

export interface Write {
  readonly body: ContactBody
  /** True when a custom value has to go: only replacing the whole map is known to clear one. */
  readonly overwrite: boolean
  /** What Heymarket must show afterwards, but for id, revision and time. */
  readonly expected: Omit<RemoteContact, 'id' | 'rev' | 'updated'>
}

const BLANK: Omit<RemoteContact, 'id' | 'rev' | 'updated'> = {
  phone: '',
  first: '',
  last: '',
  displayName: '',
  email: '',
  avatar: '',
  custom: {},
  tagIds: [],
  assigneeId: null,
  isOptedOut: null,
}

/**
 * The whole writable contact after `change`. `remote` is what Heymarket is known to hold now, or null for a new contact;
 * `optedOut` is the consent ledger's word, which no body may contradict (I3).
 */
export function composeWrite(
  change: Change,
  remote: RemoteContact | null,
  optedOut: boolean,
  lookups: Lookups,
): Write {
  const base = remote ?? BLANK
  const after = Object.fromEntries(change.fields.map((field) => [field.field, field.after]))
  const first = after.first ?? base.first
  const last = after.last ?? base.last
  const custom = customAfter(base.custom, change.fields, lookups)
  const tagIds = tagsAfter(base.tagIds, change.fields, lookups)
  const assigneeId =
    after.assignee === undefined
      ? base.assigneeId
      : after.assignee === ''
        ? null
        : (lookups.memberId(after.assignee) ?? null)
  const out = optedOut || base.isOptedOut === true || after.optedOut === 'true'
  const expected = {
    phone: change.phone,
    first,
    last,
    displayName: after.displayName ?? displayNameAfter(base, first, last),
    email: after.email ?? base.email,
    avatar: base.avatar,
    custom: custom.values,
    tagIds,
    assigneeId,
    isOptedOut: out ? true : base.isOptedOut,
  }
  const body: ContactBody = {
    phone: change.phone,
    first,
    last,
    display_name: expected.displayName,
    email: expected.email,
    ...(expected.avatar === '' ? {} : { avatar: expected.avatar }),
    custom: expected.custom,
    assignee_id: assigneeId ?? -1,
    tags: tagIds.map((tag_id) => ({ tag_id })),
    ...(out ? { is_opted_out: true } : {}),
  }
  return { body, overwrite: custom.cleared, expected }
}

/** A display name that was first + last follows them; a nickname stays. */
export function displayNameAfter(
  base: { first: string; last: string; displayName: string },
  first: string,
  last: string,
): string {
  const follows = base.displayName === '' || base.displayName === fullName(base.first, base.last)
  return follows ? fullName(first, last) : base.displayName
}

function fullName(first: string, last: string): string {
  return `${first} ${last}`.trim()
}

function customAfter(
  held: Readonly<Record<string, string>>,
  changes: readonly FieldChange[],
  lookups: Lookups,
): { values: Record<string, string>; cleared: boolean } {
  const values = valuesById(Object.entries(held))
  let cleared = false
  for (const { field, after } of changes) {
    if (!field.startsWith('custom.')) continue
    const id = lookups.fieldId(field.slice('custom.'.length))
    if (id === undefined) continue
    if (after === '') {
      cleared = cleared || values[String(id)] !== undefined
      delete values[String(id)]
    } else {
      values[String(id)] = after
    }
  }
  return { values, cleared }
}

function tagsAfter(held: readonly number[], changes: readonly FieldChange[], lookups: Lookups): number[] {
  const change = changes.find(isTagChange)
  if (!change) return [...held]
  const add = change.add.map(lookups.tagId).filter((id) => id !== undefined)
  const remove = new Set(change.remove)
  return [...new Set([...held.filter((id) => !remove.has(lookups.tagName(id))), ...add])].slice(0, 5)
}

/** The body of a create: what is blank is left out. */
export function newContactBody({ phone, ...rest }: ContactBody): NewContactBody {
  const filled = Object.entries(rest).filter(([, value]) => {
    if (value === '' || value === -1) return false
    return typeof value !== 'object' || Object.keys(value).length > 0
  })
  return { phone, ...Object.fromEntries(filled) }
}

/** What the mirror holds after a write was acked; the next read replaces it. */
export function expectedRemote(write: Write, id: number, rev: number | null): RemoteContact {
  return { ...write.expected, id, rev, updated: null }
}
