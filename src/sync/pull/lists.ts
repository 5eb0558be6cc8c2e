// Owns what the end of a pull says of the lists of its source: which showed nobody and are not believed, and which are gone.
import type { Mirror } from '../mirror/mirror.ts'
import type { DoubtedList } from '../mirror/source-lists.ts'

interface ListsSeen {
  readonly sourceId: string
  readonly pull: number
  /** The pull showed all there is. */
  readonly proved: boolean
  /** The operator says that lists of this source may really be empty. */
  readonly allowEmpty: boolean
  readonly warn: (message: string) => void
}

/** To be called in the closing transaction of a pull. */
export function judgeLists(
  { sourceLists }: Mirror,
  { sourceId, pull, proved, allowEmpty, warn }: ListsSeen,
): void {
  if (allowEmpty) sourceLists.believeEmpty(sourceId)
  for (const list of sourceLists.doubted())
    if (list.source === sourceId)
      warn(`${doubtText(list)} If it really is empty: heysync sync --allow-empty ${sourceId}`)
  if (!proved) return
  for (const title of sourceLists.forgetUnseen(sourceId, pull))
    warn(`a complete pull did not show the list "${title}" any more: rules that name it stand still.`)
}

/** With its full stop. */
export function doubtText({ title, members }: DoubtedList): string {
  return `the list "${title}" showed nobody, and ${members} before; the reading before counts.`
}
