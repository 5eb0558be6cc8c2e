// Owns where the reading of a list stands: which stretches of time are left, and where in the first of them. Pure.
import { z } from 'zod'
import { unitOf } from './instants.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import { firstPlace, type Place, placeSchema } from './paging.ts'

const stretchSchema = z.object({
  /** Milliseconds since 1970, both inclusive; null: from the beginning of time. */
  from: z.number().nullable(),
  to: z.number(),
})
export type Stretch = z.output<typeof stretchSchema>

export const standingSchema = z.object({
  stretches: z.array(stretchSchema).min(1),
  place: placeSchema,
  /** Entries that the first stretch has given so far. */
  taken: z.number(),
  /** Ids on the page before, where paging by numbers has to be watched. */
  known: z.array(z.string()),
})
export type Standing = z.output<typeof standingSchema>

/** At the first page of the first stretch. */
export function atStart(list: ListOptions, stretches: readonly Stretch[]): Standing {
  return { stretches: [...stretches], place: firstPlace(list), taken: 0, known: [] }
}

/** After a page: at the next place, at the next stretch, or null at the end of the list. */
export function after(
  list: ListOptions,
  { stretches, taken }: Standing,
  page: { place: Place | null; fresh: number; ids: readonly string[] },
): Standing | null {
  const counted = list.paging.by === 'page' || list.paging.by === 'offset'
  if (page.place !== null)
    return { stretches, place: page.place, taken: taken + page.fresh, known: counted ? [...page.ids] : [] }
  const rest = stretches.slice(1)
  return rest.length === 0 ? null : atStart(list, rest)
}

/** Two halves instead of the first stretch; null where it is too short to be halved. */
export function halved(
  list: ListOptions,
  { stretches }: Standing,
  time: RestOptions['time'],
): Standing | null {
  const [first, ...rest] = stretches
  const unit = unitOf(time.format)
  if (first === undefined || first.from === null) return null
  const middle = Math.floor((first.from + first.to) / 2 / unit) * unit
  if (middle <= first.from || middle - first.from < unit) return null
  return atStart(list, [{ from: first.from, to: middle }, { from: middle, to: first.to }, ...rest])
}
