// Owns lists (segments) of HubSpot: which there are, which changed since they were last read, and who is on them.
import { type ConnectorContext, ConnectorError, type ListMembers } from 'heysync/connector'
import { z } from 'zod'
import type { Hubspot } from './client.ts'

const CONTACTS = '0-1'
const MOST_LISTS_AT_ONCE = 500
/** HubSpot's search for lists goes no further. */
const LAST_OFFSET = 10_000
const MOST_MEMBERS_AT_ONCE = 250
/** Cheap to know, and one of them moves whenever somebody joins or leaves. */
const SIGNS = ['hs_list_size', 'hs_last_record_added_at', 'hs_last_record_removed_at']

const listSchema = z.looseObject({
  listId: z.coerce.string(),
  name: z.string(),
  objectTypeId: z.string().nullish(),
  processingType: z.string().nullish(),
  processingStatus: z.string().nullish(),
  additionalProperties: z.record(z.string(), z.string().nullable()).nullish(),
})
export type HubspotList = z.output<typeof listSchema>

const foundSchema = z.looseObject({
  lists: z.array(listSchema),
  hasMore: z.boolean().nullish(),
  offset: z.number().nullish(),
})
const membersSchema = z.looseObject({
  results: z.array(z.looseObject({ recordId: z.coerce.string() })),
  paging: z.looseObject({ next: z.looseObject({ after: z.coerce.string() }).nullish() }).nullish(),
})

/** Lists of contacts whose name is like `query`; all of them for an empty one. */
export async function findLists(hubspot: Hubspot, query: string): Promise<HubspotList[]> {
  const lists: HubspotList[] = []
  for (let offset = 0; offset < LAST_OFFSET; ) {
    const answer = await hubspot.ask(foundSchema, {
      method: 'POST',
      url: hubspot.crm('lists/search'),
      json: {
        query,
        offset,
        count: MOST_LISTS_AT_ONCE,
        objectTypeId: CONTACTS,
        additionalProperties: SIGNS,
      },
    })
    lists.push(...answer.lists.filter(({ objectTypeId }) => (objectTypeId ?? CONTACTS) === CONTACTS))
    const next = answer.offset ?? offset + answer.lists.length
    if (answer.hasMore !== true || next <= offset) break
    offset = next
  }
  return lists
}

/** The lists with these names. Errors: a ConnectorError `not-found` for one that is not there. */
export async function listsNamed(hubspot: Hubspot, names: readonly string[]): Promise<HubspotList[]> {
  const found: HubspotList[] = []
  for (const name of names) {
    const list = (await findLists(hubspot, name)).find((one) => sameName(one.name, name))
    if (list === undefined) throw await unknownList(hubspot, name)
    found.push(list)
  }
  return found
}

const sameName = (one: string, other: string) =>
  one.trim().normalize('NFC').toLowerCase() === other.trim().normalize('NFC').toLowerCase()

async function unknownList(hubspot: Hubspot, name: string): Promise<ConnectorError> {
  const all = (await findLists(hubspot, '')).map((one) => one.name)
  const shown = all.slice(0, 20).join(', ')
  return new ConnectorError('not-found', {
    message: `HubSpot has no list of contacts named "${name}".`,
    hint: `Was it renamed or deleted? ${all.length === 0 ? 'There are none.' : `There are: ${shown}${all.length > 20 ? ', …' : ''}.`}`,
  })
}

/** Members of one list, part by part; the last part is marked. */
async function* membersOf(
  hubspot: Hubspot,
  { listId }: HubspotList,
  title: string,
): AsyncIterable<ListMembers> {
  let after: string | null = null
  do {
    const answer: z.output<typeof membersSchema> = await hubspot.ask(membersSchema, {
      url: hubspot.crm(`lists/${encodeURIComponent(listId)}/memberships`),
      query: { limit: MOST_MEMBERS_AT_ONCE, ...(after === null ? {} : { after }) },
    })
    after = answer.paging?.next?.after ?? null
    const members = answer.results.map(({ recordId }) => recordId)
    yield { title, members, ...(after === null ? { whole: true as const } : {}) }
  } while (after !== null)
}

export interface ListWish {
  readonly lists: readonly HubspotList[]
  /** As the options name them, in the same order. */
  readonly titles: readonly string[]
  /** Also those that did not change. */
  readonly all: boolean
}

/** Parts of the lists that have to be read. What was read is remembered once the part that ends it was taken. */
export async function* readLists(
  hubspot: Hubspot,
  { lists, titles, all }: ListWish,
  { keep, log }: ConnectorContext,
): AsyncIterable<ListMembers> {
  for (const [at, list] of lists.entries()) {
    const title = titles[at] ?? list.name
    // Halfway through, its members are neither the old nor the new ones.
    if (list.processingType === 'DYNAMIC' && (list.processingStatus ?? 'COMPLETE') !== 'COMPLETE') {
      log.warn(
        `HubSpot is still working out the list "${title}" (${list.processingStatus}); it stays as it was.`,
      )
      // It is there, and shown by no whole reading.
      yield { title, members: [] }
      continue
    }
    const name = `list ${list.listId}`
    const sign = signOf(list)
    if (!all && sign !== null && keep.get(name) === sign) continue
    yield* membersOf(hubspot, list, title)
    if (sign !== null) keep.set(name, sign)
  }
}

/** Null when HubSpot says nothing that would show a change. */
function signOf({ additionalProperties }: HubspotList): string | null {
  const signs = SIGNS.map((name) => additionalProperties?.[name] ?? null)
  return signs.every((sign) => sign === null) ? null : JSON.stringify(signs)
}
