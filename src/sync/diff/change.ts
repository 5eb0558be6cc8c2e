// Owns the change: one create, update or removal, as a value that can be shown, hashed, held and stored.

import type { RemovalRung } from '../../config/schema.ts'
import { contentHash } from '../../lib/hash.ts'
import type { BareE164 } from '../../lib/phone.ts'
import type { LeftWay } from '../removal.ts'

/** One owned field before and after. Custom fields are `custom.<name>`; tags also say what comes and goes. */
export type FieldChange =
  | { readonly field: string; readonly before: string; readonly after: string }
  | TagChange

export interface TagChange {
  readonly field: 'tags'
  readonly before: string
  readonly after: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
}

interface Base {
  readonly phone: BareE164
  /** The source of the winning record. */
  readonly sourceId: string
  readonly recordId: string
  readonly fields: readonly FieldChange[]
  /** True when the guard let only a part of the change through. */
  readonly partial?: true
  /** True when the contact left the sources, and its removal comes after this. */
  readonly leaving?: true
  /** True when exactly this is to be written, whatever the sources say by now: it comes out of a plan that a person saw. */
  readonly exact?: true
}

export type Change =
  | (Base & { readonly kind: 'create' })
  | (Base & {
      readonly kind: 'update'
      readonly contactId: number
      /** True for the opt-out of somebody whom no record claims any more: their removal comes after it. */
      readonly leaving?: true
    })
  | (Base & {
      readonly kind: 'remove'
      readonly contactId: number
      readonly rung: RemovalRung
      /** The cycle whose pull showed that the last record had left. */
      readonly leftCycle: string | null
      /** How the last records left. */
      readonly ways?: readonly LeftWay[]
    })

/** What a person sees when a change is shown: an approval holds for exactly this, also for what is overwritten. */
export function viewHash(change: Change): Buffer {
  const fields = change.fields.map((field) => [field.field, field.before, field.after]).sort()
  const rung = change.kind === 'remove' ? change.rung : ''
  return contentHash(JSON.stringify([change.kind, change.phone, rung, fields]))
}

/** What a change wants, whatever was there before: a dead letter stays dead as long as this is the same. */
export function changeHash(change: Change): Buffer {
  const fields = change.fields.map((field) => [field.field, field.after]).sort()
  return contentHash(
    JSON.stringify([change.kind, change.phone, change.kind === 'remove' ? change.rung : '', fields]),
  )
}

export function isTagChange(change: FieldChange): change is TagChange {
  return 'add' in change
}

/** The former number, where a change gives a contact another one. Such a change is found by the contact's id alone. */
export function formerPhone(change: Change): BareE164 | null {
  const moved = change.fields.find(({ field }) => field === 'phone')
  return moved ? (moved.before as BareE164) : null
}

/** True when a field that had a value turns blank. */
export function blanks(change: Change): boolean {
  return change.fields.some(
    (field) => field.before !== '' && field.after === '' && field.field !== 'optedOut',
  )
}

/** The fields of a change as an account keeps or loses them: all custom values together. */
export function fieldsOf(change: Change): string[] {
  return [...new Set(change.fields.map(({ field }) => (field.startsWith('custom.') ? 'custom' : field)))]
}

export function optsOut(change: Change): boolean {
  return change.fields.some((field) => field.field === 'optedOut')
}

/** The change without its opt-out, which goes ahead of it. */
export function besideOptOut(change: Change): Change {
  return { ...change, fields: change.fields.filter((field) => field.field !== 'optedOut') }
}
