// Owns reading back many contacts at once: what Heymarket holds for some phones, in as few requests as the account allows.
import type { RemoteContact } from '../../heymarket/contact.ts'
import { outcomeUnknown } from '../../heymarket/transport.ts'
import { HeysyncError } from '../../lib/errors.ts'
import { type BareE164, readBareE164 } from '../../lib/phone.ts'
import type { Change } from '../diff/change.ts'
import type { PushDeps } from './deps.ts'
import { forbidden, missing, sizeOf, tooMany, worked } from './learning.ts'

/** What is shown for each phone that Heymarket shows at all; a number may stand on several contacts. */
export type Shown = ReadonlyMap<string, readonly RemoteContact[]>

/**
 * Asks for the phones by contacts/search, and one by one where the account has none. Heymarket: contacts/search.
 * Errors: those of the client.
 */
export async function lookUpMany(deps: PushDeps, phones: readonly BareE164[]): Promise<Shown> {
  const shown = new Map<string, RemoteContact[]>()
  const take = (found: readonly RemoteContact[]) => {
    for (const contact of found) {
      const phone = readBareE164(contact.phone)
      if (phone !== null) shown.set(phone, [...(shown.get(phone) ?? []), contact])
    }
  }
  let rest = phones
  while (rest.length > 0) {
    const size = sizeOf(deps.mirror.ways.get('search'), deps.clock.now())
    if (size === 0) {
      for (const contact of await oneByOne(deps, rest)) take([contact])
      return shown
    }
    const part = rest.slice(0, size)
    const found = await search(deps, part)
    if (found === 'smaller') continue
    take(found)
    rest = rest.slice(size)
  }
  return shown
}

/** More than this may be too much work; no answer to fewer has other causes. */
const FEW = 10

/** `smaller` when the account did not take a request of this size: the next one is smaller, or goes another way. */
async function search(deps: PushDeps, phones: readonly BareE164[]): Promise<RemoteContact[] | 'smaller'> {
  const { mirror, client, clock } = deps
  const learn = (what: 'worked' | 'tooMany' | 'missing' | 'forbidden', why = '') => {
    const way = mirror.ways.get('search')
    const now = clock.now()
    if (what === 'worked') mirror.ways.put(worked(way, phones.length, now))
    else if (what === 'tooMany') mirror.ways.put(tooMany(way, phones.length, why, now))
    else mirror.ways.put((what === 'forbidden' ? forbidden : missing)(way, why, now))
  }
  try {
    const found = await client.contactsV2.search([{ channel_type: 'phone', channel_ids: phones }])
    learn('worked')
    // Pages of contacts have no uuid: with one in it the same contact would look like another.
    return found.map(({ uuid: _uuid, ...contact }) => contact)
  } catch (error) {
    if (!(error instanceof HeysyncError)) throw error
    const slow = error.code === 'ERR_HEYMARKET_NO_ANSWER' || error.status === 504
    if (slow && phones.length > FEW) {
      learn('tooMany', error.message)
      return 'smaller'
    }
    // A search that fails says nothing of the contacts: each can be asked for.
    if (outcomeUnknown(error)) return oneByOne(deps, phones)
    if (error.status === undefined) throw error
    if (isMissing(error.status)) learn(error.status === 403 ? 'forbidden' : 'missing', error.message)
    else if (isRefusal(error.status)) learn(phones.length > 1 ? 'tooMany' : 'missing', error.message)
    else throw error
    return 'smaller'
  }
}

async function oneByOne({ client }: PushDeps, phones: readonly BareE164[]): Promise<RemoteContact[]> {
  const found = await Promise.all(phones.map((phone) => client.contacts.lookUp(phone)))
  return found.filter((contact) => contact !== null)
}

/** The account does not have the endpoint, or not for these credentials. */
export function isMissing(status: number): boolean {
  return status === 403 || status === 404 || status === 405 || status === 501
}

/** The content, or the number of entries, is not taken. */
export function isRefusal(status: number): boolean {
  return status === 400 || status === 413 || status === 422
}

/** The contact that a change is about: of several with one number, the oldest, as everywhere. */
export function contactOf(change: Change, shown: Shown): RemoteContact | null {
  const contacts = shown.get(change.phone) ?? []
  if (change.kind !== 'create') return contacts.find(({ id }) => id === change.contactId) ?? null
  return [...contacts].sort((a, b) => a.id - b.id)[0] ?? null
}
