// Owns the walk through Heymarket's contacts by date cursor, newest change first, safe under every reading of the
// documentation: inclusive or exclusive cursor, ties longer than a page, short pages, any page size, any `page` base.

import type { ContactsApi, RemoteContact } from '../../heymarket/contacts.ts'
import { HeysyncError } from '../../lib/errors.ts'
import {
  fractionDigits,
  instantKey,
  justBefore,
  keyToText,
  type Resolution,
  tickAfter,
} from '../../lib/instant.ts'

export interface WalkPage {
  readonly contacts: readonly RemoteContact[]
  /** Those that no earlier page of this walk showed. */
  readonly fresh: readonly RemoteContact[]
  /** Instant key of the last contact: how far down the walk has come. */
  readonly reached: string
}

export interface WalkEnd {
  /** False when the order was broken or a block of ties could not be passed for certain. */
  readonly orderly: boolean
  readonly seen: number
}

/** Page sizes to ask for, largest first; 0 asks for none. An account may cap what is asked, or refuse it. */
export const PAGE_LIMITS = [1000, 100, 0] as const

/**
 * Yields pages until the account's end; the reader may stop earlier. The next cursor is one tick after the last
 * contact seen, so that an exclusive cursor shows its ties again; what was seen before is told apart by id.
 */
export async function* walkContacts(
  api: ContactsApi,
  settings: { limit: number; onLimit: (taken: number) => void },
): AsyncGenerator<WalkPage, WalkEnd> {
  const seen = new Set<number>()
  let orderly = true
  let { limit } = settings
  let date: string | undefined
  let previous: string | null = null
  let longest = 0
  let digits: Resolution = 0

  const fetch = async (page?: number): Promise<RemoteContact[]> => {
    const request = { ...(date === undefined ? {} : { date }), ...(page === undefined ? {} : { page }) }
    for (;;) {
      try {
        return await api.page(limit === 0 ? request : { ...request, limit })
      } catch (error) {
        if (limit === 0 || !(error instanceof HeysyncError) || error.status !== 400) throw error
        limit = PAGE_LIMITS.find((smaller) => smaller < limit) ?? 0
        settings.onLimit(limit)
      }
    }
  }
  const take = (contacts: readonly RemoteContact[]): RemoteContact[] => {
    const fresh = contacts.filter((contact) => !seen.has(contact.id))
    for (const contact of fresh) seen.add(contact.id)
    return fresh
  }

  for (;;) {
    const contacts = await fetch()
    if (contacts.length === 0) return { orderly, seen: seen.size }
    const keys = contacts.map((contact) => instantKey(contact.updated) ?? '')
    const reached = keys.at(-1) ?? ''
    if (keys.includes('') || !descending(keys) || (previous !== null && reached > previous)) orderly = false
    const fresh = take(contacts)
    yield { contacts, fresh, reached }
    if (reached === '') return { orderly: false, seen: seen.size }
    digits = Math.max(digits, fractionDigits(keys)) as Resolution
    if (fresh.length > 0) {
      date = tickAfter(reached, digits)
    } else if (date === justBefore(reached)) {
      // The account does not follow the cursor.
      return { orderly: false, seen: seen.size }
    } else if (date === keyToText(reached)) {
      // An inclusive cursor shows the ties once more; a page full of them may hide others.
      if (contacts.length >= longest && sameTick(keys[0] ?? '', reached, digits)) orderly = false
      date = justBefore(reached)
    } else {
      // Nothing new: the end, or more ties than a page holds. A full page may hide more, behind the `page` parameter.
      if (contacts.length >= longest) {
        if (yield* passTies(fetch, take)) return { orderly, seen: seen.size }
        if (sameTick(keys[0] ?? '', reached, digits)) orderly = false
      }
      date = keyToText(reached)
    }
    longest = Math.max(longest, contacts.length)
    previous = reached
  }
}

function sameTick(a: string, b: string, digits: Resolution): boolean {
  return tickAfter(a, digits) === tickAfter(b, digits)
}

/** Pages on by number, whatever the first number is. True when that came to the account's end. */
async function* passTies(
  fetch: (page: number) => Promise<RemoteContact[]>,
  take: (contacts: readonly RemoteContact[]) => RemoteContact[],
): AsyncGenerator<WalkPage, boolean> {
  let barren = 0
  for (let page = 1; ; page += 1) {
    const contacts = await fetch(page)
    if (contacts.length === 0) return true
    const fresh = take(contacts)
    barren = fresh.length === 0 ? barren + 1 : 0
    // With a zero base the first number repeats nothing, with a one base it repeats the page we had; an account that
    // ignores `page` repeats it for ever.
    if (barren === 2) return false
    if (fresh.length > 0) yield { contacts, fresh, reached: instantKey(contacts.at(-1)?.updated) ?? '' }
  }
}

function descending(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || key <= (keys[index - 1] ?? key))
}
