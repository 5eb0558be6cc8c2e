// Owns whom a broadcast is for: phones, contacts, a CEL rule over synced contacts, or a list that exists.
import type { HeymarketClient } from '../heymarket/client.ts'
import { HeysyncError } from '../lib/errors.ts'
import { type BareE164, bareE164 } from '../lib/phone.ts'
import type { ContactFields } from '../sync/contact.ts'
import { rulePerson } from '../sync/lists/person.ts'
import { listsShown } from '../sync/lists/plan-lists.ts'
import { listsRead, unknownLists, unknownText } from '../sync/lists/source-lists.ts'
import type { Mirror } from '../sync/mirror/mirror.ts'
import { compileExpression } from '../sync/normalize/cel.ts'
import type { MergePerson } from './merge.ts'

/** Somebody whom a broadcast may reach, as far as they are known. */
export interface Person extends MergePerson {
  readonly phone: BareE164
}

/** Numbers as they were given; names come from the sources where they know them. */
export function peopleOf(mirror: Mirror, phones: readonly BareE164[]): Person[] {
  return phones.map((phone) => {
    const stored = mirror.contacts.find(phone)
    return person(phone, stored === undefined ? {} : (JSON.parse(stored.fields) as ContactFields))
  })
}

/**
 * Synced contacts that a rule names, e.g. `contact.custom["Plan"] == "Premium"`. `sources`: ids of those that are configured.
 * Errors: ERR_EXPRESSION when it does not compile, ERR_USAGE when it fails on a contact, gives no yes or no, or names a list
 * that no source has shown: then nobody can tell who is meant.
 */
export function peopleWhere(mirror: Mirror, sources: readonly string[], rule: string): Person[] {
  const expression = compileExpression(rule, ['--where'], 'contact')
  const people: Person[] = []
  const configured = new Set(sources)
  const shown = listsShown(mirror, configured)
  const { known } = shown
  const unknown = unknownLists(listsRead(expression.ast), shown)
  if (unknown !== null) {
    throw new HeysyncError('ERR_USAGE', {
      message: `--where '${rule}' asks for a list that is not known: ${unknownText(unknown, shown)}`,
      hint:
        known.length === 0
          ? 'Pull a source that has lists first: heysync sync'
          : `The lists of the sources are: ${known.map(({ title }) => title).join(', ')}.`,
    })
  }
  for (const stored of mirror.contacts.eachWanted()) {
    const { phone } = stored
    const { contact, source } = rulePerson(mirror, configured, stored, mirror.consent.isOptedOut(phone))
    if (matches(expression.evaluate(contact, { source }), rule))
      people.push(person(phone, JSON.parse(stored.fields) as ContactFields))
  }
  return people
}

function matches(result: unknown, rule: string): boolean {
  if (typeof result === 'boolean') return result
  throw new HeysyncError('ERR_USAGE', {
    message: `--where '${rule}' gives ${JSON.stringify(result)} where yes or no is asked.`,
    hint: 'Compare something: --where \'contact.custom["Plan"] == "Premium"\'',
  })
}

function person(phone: BareE164, fields: ContactFields): Person {
  return { phone, first: fields.first ?? '', last: fields.last ?? '', custom: fields.custom ?? {} }
}

/**
 * Contacts by their ids in Heymarket.
 * Errors: ERR_USAGE when one is not there or has no phone.
 */
export async function peopleById(client: HeymarketClient, ids: readonly number[]): Promise<Person[]> {
  const people: Person[] = []
  for (const id of ids) {
    const contact = await client.contacts.get(id)
    const phone = contact === null ? null : bareE164(contact.phone)
    if (contact === null || phone === null) {
      throw new HeysyncError('ERR_USAGE', {
        message: contact === null ? `Heymarket has no contact ${id}.` : `Contact ${id} has no phone number.`,
        hint: 'Take it out of --contacts.',
      })
    }
    people.push({ phone, first: contact.first, last: contact.last, custom: {} })
  }
  return people
}

/**
 * The members of a list. Errors: ERR_USAGE when the account does not show them, because then nobody could be left out.
 */
export async function peopleOnList(
  { client, mirror, tell }: { client: HeymarketClient; mirror: Mirror; tell: (line: string) => void },
  id: number,
): Promise<Person[]> {
  const list = await client.lists.get(id)
  if (list === null) {
    throw new HeysyncError('ERR_USAGE', {
      message: `Heymarket does not show who is on list ${id}, so those who opted out could not be left out.`,
      hint: 'Name the people instead: --where, --phones or --contacts.',
    })
  }
  const unreadable = [...list.members.keys()].filter((text) => bareE164(text) === null).length
  if (unreadable > 0)
    tell(`${unreadable} on the list have no phone number that can be texted, and are left out.`)
  return [...list.members].flatMap(([text, { first, last }]) => {
    const phone = bareE164(text)
    if (phone === null) return []
    const known = peopleOf(mirror, [phone])[0]
    return [
      {
        phone,
        first: first || known?.first || '',
        last: last || known?.last || '',
        custom: known?.custom ?? {},
      },
    ]
  })
}
