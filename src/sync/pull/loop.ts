// Owns the watch over a pull that goes round in a circle: a source that hands out the same page for ever ends here.
import type { Page } from '../../connector/contract.ts'
import { HeysyncError } from '../../lib/errors.ts'

/**
 * To be called with each page before it is saved. Errors: ERR_SOURCE_LOOP when a page stands where an earlier one of this
 * pull stood. The last page may: it often has nothing to add.
 */
export function loopWatch(sourceId: string): (page: Page) => void {
  const seen = new Set<string>()
  return ({ position, end }) => {
    if (end !== undefined) return
    if (seen.has(position)) {
      throw new HeysyncError('ERR_SOURCE_LOOP', {
        message: `Source ${sourceId} goes round in a circle: after ${seen.size} pages it was at "${position.slice(0, 60)}" a second time. Nobody was removed and the cursor stayed.`,
        hint: 'The next run reads from the start. If it comes to this again, the source hands out pages that do not end: report it to whoever wrote its connector.',
      })
    }
    seen.add(position)
  }
}
