// Owns what a contact is called when a change of it is shown to a person.
import type { ContactFields } from '../contact.ts'
import type { Mirror } from './mirror.ts'
import { parseRemote } from './remote-body.ts'

/** First and last name as the sources have or had them, else as Heymarket shows them; "" when nobody knows one. */
export function nameOf({ contacts, remote }: Mirror, phone: string): string {
  const { first = '', last = '' } = JSON.parse(contacts.find(phone)?.fields ?? '{}') as ContactFields
  const name = `${first} ${last}`.trim()
  const [row] = name === '' ? remote.byPhone(phone) : []
  return row ? parseRemote(row).displayName : name
}
