// Owns the contact: the normalized form that every stage after normalize speaks of. Its identity is its phone.
import type { BareE164 } from '../lib/phone.ts'

/**
 * What a record says a contact looks like. A key that is absent is not owned (the config does not map it);
 * a blank string is owned and blank. Custom fields and tags go by their names in Heymarket.
 */
export interface ContactFields {
  readonly first?: string
  readonly last?: string
  readonly displayName?: string
  readonly email?: string
  /** E-mail or name of a team member; blank means unassigned. */
  readonly assignee?: string
  /** Sorted by the mapping, without repeats. */
  readonly tags?: readonly string[]
  readonly custom?: Readonly<Record<string, string>>
}

export interface Contact {
  readonly phone: BareE164
  /** Under `phones: all`, the other numbers that are contacts of the same content. */
  readonly further: readonly BareE164[]
  readonly fields: ContactFields
  /** True when the record says that this person must not be texted. */
  readonly optedOut: boolean
}

/** Something lost on the way that does not stop a record, e.g. an e-mail that is none; shown by `why`. */
export interface Note {
  readonly field: string
  readonly value: string
  readonly message: string
}
