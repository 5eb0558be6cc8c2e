// Owns the standing of a change that is written exactly as a person saw it: to do, done already, or overtaken by what
// Heymarket holds now. Pure.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { type Change, type FieldChange, isTagChange } from './change.ts'
import type { Lookups } from './lookups.ts'

/** A field that is not what the plan showed, with what it was there and what it is. */
export interface Moved {
  readonly field: string
  readonly planned: string
  readonly now: string
}

export type Standing =
  | { readonly kind: 'todo'; readonly fields: readonly FieldChange[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'moved'; readonly moved: readonly Moved[] }

const DONE: Standing = { kind: 'done' }

/** What one owned field shows, as changes write it. */
export function fieldNow(remote: RemoteContact, field: string, lookups: Lookups): string {
  switch (field) {
    case 'first':
    case 'last':
    case 'displayName':
    case 'email':
      return remote[field]
    case 'assignee':
      return remote.assigneeId === null ? '' : lookups.memberName(remote.assigneeId)
    case 'tags':
      return remote.tagIds.map(lookups.tagName).join(', ')
    case 'optedOut':
      return remote.isOptedOut === true ? 'true' : ''
    default: {
      const id = lookups.fieldId(field.slice('custom.'.length))
      return (id === undefined ? undefined : remote.custom[String(id)]) ?? ''
    }
  }
}

/** `remote`: the contact that the change is about, or of a create any contact of its number; null when there is none. */
export function standingOf(change: Change, remote: RemoteContact | null, lookups: Lookups): Standing {
  if (remote === null) {
    if (change.kind === 'create') return { kind: 'todo', fields: change.fields }
    if (change.kind === 'remove' && change.rung === 'delete') return DONE
    return { kind: 'moved', moved: [{ field: 'contact', planned: 'there', now: 'gone' }] }
  }
  if (change.fields.length === 0) return change.kind === 'remove' ? { kind: 'todo', fields: [] } : DONE
  const left = change.fields.filter((field) => !isDone(field, remote, lookups))
  if (left.length === 0) return DONE
  // A create that met somebody has no field left that it may set: the plan showed that nobody is there.
  const moved = left.filter((field) => change.kind === 'create' || !isUnmoved(field, remote, lookups))
  if (moved.length === 0) return { kind: 'todo', fields: left }
  return {
    kind: 'moved',
    moved: moved.map(({ field, before }) => ({
      field,
      planned: before,
      now: fieldNow(remote, field, lookups),
    })),
  }
}

function isDone(change: FieldChange, remote: RemoteContact, lookups: Lookups): boolean {
  if (!isTagChange(change)) return fieldNow(remote, change.field, lookups) === change.after
  const held = remote.tagIds.map(lookups.tagName)
  return change.add.every((tag) => held.includes(tag)) && !change.remove.some((tag) => held.includes(tag))
}

function isUnmoved(change: FieldChange, remote: RemoteContact, lookups: Lookups): boolean {
  const now = fieldNow(remote, change.field, lookups)
  // The order of tags means nothing.
  return isTagChange(change) ? inOrder(now) === inOrder(change.before) : now === change.before
}

function inOrder(tags: string): string {
  return tags.split(', ').sort().join(', ')
}
