// Owns an incremental pull: who changed in the window, by the search, and how they are now.
import type { Page } from 'heysync/connector'
import { endPage, foundPages, listingPages, listPages } from './pages.ts'
import { type Position, readPosition } from './position.ts'
import type { Ready } from './ready.ts'

export async function* pullChanges(ready: Ready): AsyncIterable<Page> {
  const { window, resumeAfter } = ready.request
  const start = readPosition(resumeAfter)
  let page = 0
  const nextPage = (): Position => ({ part: 'rest', page: page++ })
  // HubSpot counts whole milliseconds, so nothing lies between a bound and its millisecond.
  const bounds = {
    from: window.from === null ? 0 : Date.parse(window.from),
    to: Date.parse(window.to),
  }
  if (start === null || start.part === 'changes')
    yield* foundPages(ready, { ...bounds, afterId: start?.afterId ?? '0' }, (afterId) => ({
      position: { part: 'changes', afterId },
    }))
  if (ready.options.recycleBin === 'always')
    yield* listingPages(ready, {
      archived: true,
      after: start?.part === 'recycle bin' ? start.after : null,
      behind: nextPage(),
    })
  yield* listPages(ready, false, nextPage)
  yield endPage(ready, 'changes', nextPage())
}
