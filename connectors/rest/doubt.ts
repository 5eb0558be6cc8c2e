// Owns what makes a list doubtful as a proof of who left: a first page that is not the same when asked for again, entries
// that could be anybody, a list that is not there, and a way on that got lost. Pure, but for asking again.
import { ConnectorError } from 'heysync/connector'
import { uses } from './lists.ts'
import type { ListOptions } from './options-list.ts'
import type { ReadPage } from './page.ts'
import { valueAt } from './path.ts'
import { says } from './record.ts'

const MOST_LOOKS = 5

/**
 * The first page, asked for until two answers in a row hold the same ids; null when its cursor is not taken. The last page of an
 * earlier pull, kept by a cache on the way, would else end this one at once, and everybody else would count as gone.
 * Errors: a ConnectorError `busy` when no two answers agree.
 */
export async function steadyPage(
  { path }: ListOptions,
  fetch: () => Promise<ReadPage | null>,
): Promise<ReadPage | null> {
  let before = await fetch()
  for (let looks = 1; before !== null && looks < MOST_LOOKS; looks += 1) {
    const page = await fetch()
    if (page === null || idsOf(page) === idsOf(before)) return page
    before = page
  }
  if (before === null) return null
  throw new ConnectorError('busy', {
    message: `The first page of ${path} was another one each of the ${MOST_LOOKS} times that it was asked for.`,
    hint: 'Sort it by id or by time of creation, rising, in its query; look for a cache between heysync and the API.',
  })
}

/** Paging by number is checked page by page; the others trust that what the API answers belongs to the question. */
export function needsSteadyStart({ paging }: ListOptions): boolean {
  return ['cursor', 'link', 'link-header', 'last-id'].includes(paging.by)
}

/** Why somebody may be missing though the list came to its end; null where nobody is. `pageSize`: as asked for. */
export function doubtOf(list: ListOptions, page: ReadPage, pageSize: number): string | null {
  if (page.bad.some(({ id }) => id === null)) return `${list.path} has entries without a usable id`
  if (!mayBeEmpty(list, page)) return `a page of ${list.path} came with null in place of its list`
  const { answer, entries } = page.asked
  // Some proxies drop the header, and then the first page looks like the last.
  if (
    list.paging.by === 'link-header' &&
    answer.headers.link === undefined &&
    uses(list, 'pageSize') &&
    entries.length >= pageSize
  )
    return `a full page of ${list.path} came without the header Link`
  return null
}

/**
 * Behind a list by cursors that goes on. Errors: a ConnectorError `failed` when nothing but null came, and neither a doubt nor
 * a later pull would notice who is missing.
 */
export function requireList(list: ListOptions, page: ReadPage): void {
  if (mayBeEmpty(list, page) || !['cursor', 'link', 'link-header'].includes(list.paging.by)) return
  throw new ConnectorError('failed', {
    message: `A page of ${list.path} came with null in place of its list, twice.`,
    hint: 'If this is how the API writes the end of a list, say what else does: `end: { at, is }` in the options of this source.',
  })
}

/** False for null in place of a list, unless the answer says in its own way that this is the end. */
function mayBeEmpty(list: ListOptions, { asked }: ReadPage): boolean {
  const { end, count, maxResults } = list
  if (asked.isListed || (typeof end === 'object' && says(asked.body, end))) return true
  const counted = count === undefined ? null : valueAt(asked.body, count)
  // What the API counts is held against what came.
  return counted === 0 || (typeof counted === 'number' && maxResults === undefined)
}

function idsOf({ ids }: ReadPage): string {
  return JSON.stringify([...ids].sort())
}
