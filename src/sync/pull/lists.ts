// Owns what the end of a pull says of the lists of its source: which showed hardly anybody and are not believed, and which are gone.
import type { Mirror } from '../mirror/mirror.ts'
import type { DoubtedList } from '../mirror/source-lists.ts'

interface ListsSeen {
  readonly sourceId: string
  readonly pull: number
  /** The pull showed all there is. */
  readonly proved: boolean
  /** The operator says that it is true what lists of this source showed. */
  readonly allowEmpty: boolean
  readonly warn: (message: string) => void
}

/** To be called in the closing transaction of a pull. */
export function judgeLists(
  { sourceLists }: Mirror,
  { sourceId, pull, proved, allowEmpty, warn }: ListsSeen,
): void {
  if (allowEmpty) sourceLists.dropForgotten(sourceId)
  for (const list of sourceLists.doubted()) {
    if (list.source !== sourceId) continue
    // What nobody was told of, a person did not look at; nor at one that lost people since.
    if (allowEmpty && list.said !== null && list.said <= list.shown) {
      sourceLists.believe(list)
      continue
    }
    warn(`${doubtText(list)} If that is right: heysync sync --allow-empty ${sourceId}`)
    sourceLists.doubtSaid(list)
  }
  if (!proved) return
  for (const title of sourceLists.forgetUnseen(sourceId, pull))
    warn(`a complete pull did not show the list "${title}" any more: rules that may ask for it stand still.`)
}

/** With its full stop. */
export function doubtText({ title, members, shown }: DoubtedList): string {
  return `the list "${title}" showed ${shown === 0 ? 'nobody' : shown}, and ${members} before; the reading before counts.`
}
