// Owns what a simulated world knows of one Heymarket contact: what people can see of it.
import type { ContactState } from '../../../src/sandbox/inspect.ts'

export interface Contact {
  readonly id: number
  readonly phone: string | null
  readonly first: string
  readonly last: string
  readonly display: string
  readonly email: string
  readonly plan: string
  /** A custom field that no mapping names. */
  readonly note: string
  readonly avatar: string
  readonly assignee: number
  /** By name, in the order of the alphabet. */
  readonly tags: readonly string[]
  readonly out: boolean
}

/** Ids of custom fields in a new sandbox. */
export const PLAN = '901'
export const NOTE = '903'

export const TAG_IDS: Readonly<Record<string, number>> = { VIP: 11, 'New patient': 12, Newsletter: 13 }
/** The tags that the mapping gives, and the one of removal; people in Heymarket give the other. */
export const OWNED_TAGS: readonly string[] = ['VIP', 'Newsletter']
export const REMOVED_TAG = 'Newsletter'
export const FOREIGN_TAG = 'New patient'

export function seen(state: ContactState): Contact {
  return {
    id: state.id,
    phone: state.phone,
    first: state.first,
    last: state.last,
    display: state.display_name,
    email: state.email,
    plan: state.custom[PLAN] ?? '',
    note: state.custom[NOTE] ?? '',
    avatar: state.avatar,
    assignee: state.assigned_user_id,
    tags: state.tags.map(({ tag }) => tag).sort(),
    out: state.is_opted_out,
  }
}

export function same(a: Contact, b: Contact): boolean {
  return difference(a, b) === ''
}

/** The fields in which two contacts differ, as text. */
export function difference(is: Contact, should: Contact): string {
  return (Object.keys(should) as (keyof Contact)[])
    .filter((key) => JSON.stringify(is[key]) !== JSON.stringify(should[key]))
    .map((key) => `${key} is ${JSON.stringify(is[key])}, should be ${JSON.stringify(should[key])}`)
    .join('; ')
}
