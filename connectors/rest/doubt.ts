// Owns what makes a list doubtful as a proof of who left: a first page that is not the same when asked for again, entries
// that could be anybody, and a way on that got lost. Pure, but for asking again.
import { ConnectorError } from 'heysync/connector'
import { uses } from './lists.ts'
import type { ListOptions } from './options-list.ts'
import type { ReadPage } from './page.ts'

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

function idsOf({ ids }: ReadPage): string {
  return JSON.stringify([...ids].sort())
}
