// Owns the three ways to read contacts: the listing, the search (for ids alone), and reading by id.
import { ConnectorError } from 'heysync/connector'
import { z } from 'zod'
import type { Hubspot } from './client.ts'
import { type Contact, contactSchema } from './contact.ts'

/** A longer query is answered 414 by some of HubSpot's doors; then ids are listed, and read by POST. */
const LONGEST_QUERY = 4_000
const MOST_IDS_AT_ONCE = 100
const MOST_FOUND_AT_ONCE = 200

const pagingSchema = z.looseObject({ next: z.looseObject({ after: z.coerce.string() }).nullish() }).nullish()
const listingSchema = z.looseObject({ results: z.array(contactSchema), paging: pagingSchema })
const readSchema = z.looseObject({
  results: z.array(contactSchema),
  errors: z.array(z.looseObject({ category: z.string().nullish() })).nullish(),
})

export interface ListedPage {
  readonly contacts: readonly Contact[]
  /** Ids that were listed, and vanished before they were read. */
  readonly vanished: readonly string[]
  /** Where the next page begins; null on the last one. */
  readonly next: string | null
}

export interface Contacts {
  /** A page of all contacts, or of the recycle bin, in HubSpot's own order. No cap, and as new as can be. */
  list(archived: boolean, after: string | null): Promise<ListedPage>
  /** Ids of contacts whose last change lies in the bounds (milliseconds, inclusive), page by page, ascending. */
  search(bounds: { from: number; to: number | null }, afterId: string): AsyncIterable<readonly string[]>
  /**
   * The contacts as they are now. Those that vanished meanwhile are left out. Errors: a ConnectorError `busy` when one is left
   * out for another reason: it would look as if it had vanished.
   */
  read(ids: readonly string[], archived?: boolean): Promise<Contact[]>
}

export function openContacts(
  hubspot: Hubspot,
  { properties, pageSize }: { readonly properties: readonly string[]; readonly pageSize: number },
): Contacts {
  const names = properties.join(',')
  const path = hubspot.crm('objects/contacts')

  const read = async (ids: readonly string[], archived = false): Promise<Contact[]> => {
    const { results, errors } = await hubspot.ask(readSchema, {
      method: 'POST',
      url: `${path}/batch/read`,
      query: archived ? { archived } : {},
      json: { properties, inputs: ids.map((id) => ({ id })) },
    })
    const other = errors?.find(({ category }) => category !== 'OBJECT_NOT_FOUND')
    if (other !== undefined)
      throw new ConnectorError('busy', {
        message: `HubSpot read ${results.length} of ${ids.length} contacts, and left out others with ${other.category ?? 'an error'}.`,
      })
    return results
  }

  const find = (bounds: { from: number; to: number | null }, afterId: string, after: string | undefined) =>
    hubspot.ask(listingSchema, {
      method: 'POST',
      url: `${path}/search`,
      bucket: 'search',
      json: {
        // Nothing but ids: the body may have 3,000 characters, and what the search shows may be old.
        properties: ['hs_object_id'],
        filterGroups: [
          {
            filters: [
              { propertyName: 'lastmodifieddate', operator: 'GTE', value: String(bounds.from) },
              ...(bounds.to === null
                ? []
                : [{ propertyName: 'lastmodifieddate', operator: 'LTE', value: String(bounds.to) }]),
              { propertyName: 'hs_object_id', operator: 'GT', value: afterId },
            ],
          },
        ],
        sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
        limit: MOST_FOUND_AT_ONCE,
        ...(after === undefined ? {} : { after }),
      },
    })

  return {
    read,
    list: async (archived, after) => {
      const long = names.length > LONGEST_QUERY
      const { results, paging } = await hubspot.ask(listingSchema, {
        url: path,
        query: {
          limit: pageSize,
          archived,
          ...(after === null ? {} : { after }),
          ...(long ? {} : { properties: names }),
        },
      })
      const ids = results.map(({ id }) => id)
      const contacts = long && ids.length > 0 ? await read(ids, archived) : results
      const shown = new Set(contacts.map(({ id }) => id))
      return { contacts, vanished: ids.filter((id) => !shown.has(id)), next: paging?.next?.after ?? null }
    },
    search: async function* (bounds, afterId) {
      let last = afterId
      let after: string | undefined
      for (;;) {
        const { results, paging } = await find(bounds, last, after)
        const ids = results.map(({ id }) => id)
        // Each page begins behind the last id of the one before, so that 10,000 results are never reached.
        for (const id of ids) {
          if (BigInt(id) <= BigInt(last)) throw unsorted(id, last)
          last = id
        }
        for (let at = 0; at < ids.length; at += MOST_IDS_AT_ONCE) yield ids.slice(at, at + MOST_IDS_AT_ONCE)
        const next = paging?.next?.after
        if (next === undefined) return
        after = ids.length === 0 ? next : undefined
      }
    },
  }
}

function unsorted(id: string, last: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `HubSpot's search gave contact ${id} after ${last}, though it was asked to sort by id.`,
    hint: 'Nothing was lost. heysync resync reads contacts without the search.',
  })
}
