// Owns the pages that both kinds of pull have: a listing, what was found by id, the lists, and the end.
import type { BadRecord, Page, PullEnd } from 'heysync/connector'
import type { Contact } from './contact.ts'
import type { Unread } from './contacts.ts'
import { readLists } from './lists.ts'
import { type Position, writePosition } from './position.ts'
import type { Ready } from './ready.ts'

/** Where something moved while it was read, a record comes twice; then the newer version counts. */
const changes = true as const

export interface Listing {
  readonly archived: boolean
  readonly after: string | null
  readonly onContacts?: (contacts: readonly Contact[]) => void
  /** Where the pull stands behind the last page. */
  readonly behind: Position
}

/** All contacts, or the recycle bin, from `after` on. */
export async function* listingPages(ready: Ready, listing: Listing): AsyncIterable<Page> {
  const { archived, onContacts, behind } = listing
  let after = listing.after
  do {
    const { contacts, unread, next } = await ready.contacts.list(archived, after)
    onContacts?.(contacts)
    after = next
    const position: Position =
      next === null ? behind : { part: archived ? 'recycle bin' : 'contacts', after: next }
    if (contacts.length + unread.length === 0) continue
    const bad = unread.map(unreadable)
    yield { records: ready.recordsOf(contacts), bad, changes, position: writePosition(position) }
  } while (after !== null)
}

/** Whoever was found is there: that it could not be read is no reason to take it for gone, nor to keep the others back. */
function unreadable({ id, message }: Unread): BadRecord {
  return { id, place: `contact ${id}`, code: 'ROW_MALFORMED', message }
}

/** Contacts found by their ids, as they are now. */
export async function* foundPages(
  ready: Ready,
  search: { readonly from: number; readonly to: number | null; readonly afterId: string },
  pageOf: (lastId: string) => { position: Position; isNews?: (contact: Contact) => boolean },
): AsyncIterable<Page> {
  for await (const ids of ready.contacts.search(search, search.afterId)) {
    const { position, isNews = () => true } = pageOf(ids.at(-1) ?? search.afterId)
    const { contacts, refused } = await ready.contacts.read(ids)
    const records = ready.recordsOf(contacts.filter(isNews))
    yield { records, bad: refused.map(unreadable), changes, position: writePosition(position) }
  }
}

/** The lists that have to be read; `nextPage` numbers the pages. */
export async function* listPages(ready: Ready, all: boolean, nextPage: () => Position): AsyncIterable<Page> {
  const wish = { lists: ready.lists, titles: ready.options.lists, all }
  for await (const part of readLists(ready.hubspot, wish, ready.context))
    yield { records: [], lists: [part], position: writePosition(nextPage()) }
}

export function endPage(ready: Ready, covers: PullEnd['covers'], position: Position): Page {
  const { scope } = ready.account
  // What HubSpot counts comes from its search, which is behind, and knows neither archived nor merged contacts.
  const end = { covers, count: null, ...(scope === null ? {} : { scope }) }
  return { records: [], position: writePosition(position), end }
}
