// Owns a full pull: the recycle bin, all contacts, and then what changed in the meantime, so that nobody who was merged
// while it ran looks like somebody who is gone.
import type { Page } from 'heysync/connector'
import { endPage, foundPages, listingPages, listPages } from './pages.ts'
import { type Position, readPosition } from './position.ts'
import type { Ready } from './ready.ts'

/** How far two clocks may be apart, in milliseconds. */
const CLOCKS_MS = 5 * 60_000

export async function* pullEverything(ready: Ready): AsyncIterable<Page> {
  const { request, context, options } = ready
  const start = readPosition(request.resumeAfter) ?? { part: 'recycle bin', after: null }
  let page = 0
  const nextPage = (): Position => ({ part: 'rest', page: page++ })

  // First, because whoever is taken out of it meanwhile is then among the contacts.
  if (start.part === 'recycle bin')
    yield* listingPages(ready, {
      archived: true,
      after: start.after,
      behind: { part: 'contacts', after: null },
    })

  // The window ends where the pull began, also when it goes on after a crash.
  const changedSince = Date.parse(request.window.to) - CLOCKS_MS
  const shown = new Map<string, string>()
  if (start.part === 'recycle bin' || start.part === 'contacts')
    yield* listingPages(ready, {
      archived: false,
      after: start.part === 'contacts' ? start.after : null,
      onContacts: (contacts) => {
        for (const { id, updatedAt } of contacts)
          if (updatedAt && Date.parse(updatedAt) >= changedSince) shown.set(id, updatedAt)
      },
      behind: nextPage(),
    })
  const listedAt = context.clock.now()

  yield* listPages(ready, true, nextPage)

  // Two contacts that became one before the listing came to them are in it under neither id. The search knows them by now.
  const waitMs = listedAt + options.searchLagSeconds * 1_000 - context.clock.now()
  if (waitMs > 0) {
    context.log.info(
      `waits ${Math.ceil(waitMs / 1_000)} s until HubSpot's search knows what changed meanwhile.`,
    )
    await context.clock.sleep(waitMs, context.signal)
  }
  const news = foundPages(ready, { from: changedSince, to: null, afterId: '0' }, () => ({
    position: nextPage(),
    isNews: ({ id, updatedAt }) => !updatedAt || shown.get(id) !== updatedAt,
  }))
  for await (const one of news) if (one.records.length + (one.bad?.length ?? 0) > 0) yield one
  yield endPage(ready, 'everything', nextPage())
}
