// Owns where a list is read on: the place of its first page, and of the one that follows a page. Pure.
import { ConnectorError, type HttpAnswer } from 'heysync/connector'
import { z } from 'zod'
import { withoutKey } from './credential.ts'
import { nextLink } from './link-header.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import { valueAt } from './path.ts'
import { says } from './record.ts'

const scalar = z.union([z.string(), z.number()])

/** Where a page begins. Of these, a list uses the one that its paging names; none of them for its first page. */
export const placeSchema = z.object({
  page: z.number().optional(),
  offset: z.number().optional(),
  cursor: scalar.optional(),
  link: z.string().optional(),
  lastId: scalar.optional(),
})
export type Place = z.output<typeof placeSchema>

/** An answer, read as far as paging needs it. */
export interface Answered {
  readonly answer: HttpAnswer
  readonly body: unknown
  /** Entries in the list of the answer. */
  readonly size: number
  /** Those of them that were on no page before: pages may overlap on purpose. */
  readonly fresh: number
  /** Id of the last entry; null where it has none. */
  readonly lastId: string | null
}

export function firstPlace({ paging }: ListOptions): Place {
  switch (paging.by) {
    case 'page':
      return { page: paging.first }
    case 'offset':
      return { offset: 0 }
    case 'cursor':
      return paging.start === undefined ? {} : { cursor: paging.start }
    case 'last-id':
      return paging.start === undefined ? {} : { lastId: paging.start }
    default:
      return {}
  }
}

/**
 * The place after this page; null at the end of the list. Errors: a ConnectorError `failed` when the answer says neither
 * that it is the last nor where the next one is.
 */
export function nextPlace(
  list: ListOptions,
  place: Place,
  answered: Answered,
  { pageSize, auth }: Pick<RestOptions, 'pageSize' | 'auth'>,
): Place | null {
  const { paging } = list
  if (paging.by === 'none') return null
  const { answer, body, size, fresh, lastId } = answered
  const end = list.end ?? (['page', 'offset', 'last-id'].includes(paging.by) ? 'empty-page' : 'no-cursor')
  if (end === 'empty-page' && fresh === 0) return null
  if (end === 'short-page' && size < pageSize) return null
  if (typeof end === 'object' && says(body, end)) return null
  switch (paging.by) {
    case 'page':
      return { page: (place.page ?? paging.first) + 1 }
    case 'offset':
      return { offset: (place.offset ?? 0) + size }
    case 'last-id':
      // An empty page in the middle of a list would be asked for again and again.
      return lastId === null ? lost(list, 'an id in its last record') : { lastId }
    case 'link-header':
    case 'link': {
      const link = paging.by === 'link' ? valueAt(body, paging.at) : nextLink(answer.headers.link)
      // A link without an origin is meant from the page that it stands on.
      if (typeof link === 'string' && link !== '')
        return { link: withoutKey(new URL(link, answer.url).href, auth) }
      return end === 'no-cursor' ? null : lost(list, 'a link to the next page')
    }
    case 'cursor': {
      const cursor = valueAt(body, paging.at)
      if ((typeof cursor === 'string' && cursor !== '') || typeof cursor === 'number') return { cursor }
      return end === 'no-cursor' ? null : lost(list, `a cursor at ${paging.at}`)
    }
  }
}

function lost(list: ListOptions, what: string): never {
  throw new ConnectorError('failed', {
    message: `A page of ${list.path} does not say that it is the last one, and has no way on: ${what} is missing.`,
    hint: 'Look at one answer of the API, and correct `paging` or `end` in the options of this source.',
  })
}
