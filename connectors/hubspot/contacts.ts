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
  errors: z
    .array(
      z.looseObject({
        category: z.string().nullish(),
        context: z.looseObject({ ids: z.array(z.coerce.string()).nullish() }).nullish(),
      }),
    )
    .nullish(),
})
type ReadAnswer = z.output<typeof readSchema>
const GONE = 'OBJECT_NOT_FOUND'

/** A contact that HubSpot knows of and did not show. */
export interface Unread {
  readonly id: string
  readonly message: string
}

export interface ReadContacts {
  readonly contacts: readonly Contact[]
  /** Left out for another reason than that they vanished. */
  readonly refused: readonly Unread[]
}

export interface ListedPage {
  readonly contacts: readonly Contact[]
  /** Who was listed, and vanished or was refused when they were read. */
  readonly unread: readonly Unread[]
  /** Where the next page begins; null on the last one. */
  readonly next: string | null
}

export interface Contacts {
  /** A page of all contacts, or of the recycle bin, in HubSpot's own order. No cap, and as new as can be. */
  list(archived: boolean, after: string | null): Promise<ListedPage>
  /** Ids of contacts whose last change lies in the bounds (milliseconds, inclusive), page by page, ascending. */
  search(bounds: { from: number; to: number | null }, afterId: string): AsyncIterable<readonly string[]>
  /** The contacts as they are now. Those that vanished meanwhile are left out. */
  read(ids: readonly string[], archived?: boolean): Promise<ReadContacts>
}

export function openContacts(
  hubspot: Hubspot,
  { properties, pageSize }: { readonly properties: readonly string[]; readonly pageSize: number },
): Contacts {
  const names = properties.join(',')
  const path = hubspot.crm('objects/contacts')

  const readOnce = async (ids: readonly string[], archived: boolean): Promise<ReadContacts> => {
    const answer = await hubspot.ask(readSchema, {
      method: 'POST',
      url: `${path}/batch/read`,
      query: archived ? { archived } : {},
      json: { properties, inputs: ids.map((id) => ({ id })) },
    })
    return { contacts: answer.results, refused: refusedOf(ids, answer) }
  }
  const read = async (ids: readonly string[], archived = false): Promise<ReadContacts> => {
    const first = await readOnce(ids, archived)
    if (first.refused.length === 0) return first
    // What one moment refused, the next may give; and whoever is refused for good shall not hide the others.
    const again = await readOnce(
      first.refused.map(({ id }) => id),
      archived,
    )
    return { contacts: [...first.contacts, ...again.contacts], refused: again.refused }
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
      const { contacts, refused } =
        long && ids.length > 0 ? await read(ids, archived) : { contacts: results, refused: [] }
      const known = new Set([...contacts, ...refused].map(({ id }) => id))
      const vanished = ids.filter((id) => !known.has(id)).map(vanishedOf)
      return { contacts, unread: [...refused, ...vanished], next: paging?.next?.after ?? null }
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

/** Where HubSpot does not say which of them it refused, all that it left out may be: it is no reason to take one for gone. */
function refusedOf(ids: readonly string[], { results, errors }: ReadAnswer): Unread[] {
  const others = errors?.filter(({ category }) => category !== GONE) ?? []
  const gone = errors?.filter(({ category }) => category === GONE) ?? []
  if (others[0] === undefined) return []
  const known = new Set([
    ...results.map(({ id }) => id),
    ...gone.flatMap(({ context }) => context?.ids ?? []),
  ])
  return ids
    .filter((id) => !known.has(id))
    .map((id) => {
      const error = others.find(({ context }) => context?.ids?.includes(id)) ?? others[0]
      return { id, message: `HubSpot did not show contact ${id}, with ${error?.category ?? 'an error'}.` }
    })
}

function vanishedOf(id: string): Unread {
  return { id, message: `HubSpot listed contact ${id}, and did not find it when it was read.` }
}

function unsorted(id: string, last: string): ConnectorError {
  return new ConnectorError('failed', {
    message: `HubSpot's search gave contact ${id} after ${last}, though it was asked to sort by id.`,
    hint: 'Nothing was lost. heysync resync reads contacts without the search.',
  })
}
