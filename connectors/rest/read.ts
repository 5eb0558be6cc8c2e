// Owns reading one list from where it stands to its end: page after page, stretch of time after stretch. It watches that
// the API really goes on, that no record slips through between two pages, and that a cap on results hides nobody.
import { type BadRecord, ConnectorError, type Http, HttpRefusal, type SourceRecord } from 'heysync/connector'
import { isExpired } from './api.ts'
import { ask } from './ask.ts'
import { doubtOf, needsSteadyStart, requireList, steadyPage } from './doubt.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'
import { newsOf, type ReadPage, readPage, requireIdOrder } from './page.ts'
import { firstPlace, nextPlace, type Place } from './paging.ts'
import { valueAt } from './path.ts'
import { after, atStart, halved, type Standing } from './standing.ts'

export interface Reading {
  readonly http: Http
  readonly list: ListOptions
  readonly options: RestOptions
  readonly bucket: string
  /** Whoever this list does not show is to count as gone. */
  readonly proves: boolean
  readonly warn: (message: string) => void
}

export interface Chunk {
  readonly records: readonly SourceRecord[]
  readonly bad: readonly BadRecord[]
  /** Some of these records may have come before in this pull. */
  readonly repeats: boolean
  /** What the answer says of the size of the list; null when it says nothing. */
  readonly count: number | null
  /** Why somebody may be missing behind it, as the beginning of a sentence; else null. */
  readonly doubt: string | null
  /** Where reading goes on; null: this was the last page. */
  readonly next: Standing | null
}

const MOST_RESTARTS = 3
const MOST_STEPS_BACK = 50

export async function* readList(reading: Reading, from: Standing): AsyncGenerator<Chunk> {
  const { list, options } = reading
  const been = new Set<string>()
  let standing: Standing | null = from
  let repeats = false
  let restarts = 0
  let stepsBack = 0
  let sorted = true
  let nth = 0
  while (standing !== null) {
    const now: Standing = standing
    const stretch = now.stretches[0] ?? { from: null, to: 0 }
    const place = overlapping(list, now)
    nth += 1
    const fetch = () => fetchPage(reading, now, place, nth)
    const page = await (reading.proves && isStart(list, place) ? steadyPage(list, fetch) : fetch())
    if (page === null) {
      restarts += 1
      if (restarts > MOST_RESTARTS) throw cursorGone(list)
      reading.warn(`its cursor in ${list.path} is no longer taken, so that list is read from its start.`)
      standing = atStart(list, now.stretches)
      repeats = true
      been.clear()
      continue
    }
    const slipped = await whatSlipped(reading, now, page, nth)
    if (slipped !== null) {
      stepsBack += 1
      if (slipped.afresh) restarts += 1
      if (stepsBack > MOST_STEPS_BACK || restarts > MOST_RESTARTS) throw restless(list)
      repeats = true
      been.clear()
      standing = slipped.standing
      if (slipped.page !== null)
        yield chunkOf(slipped.page, reading, { repeats, records: slipped.page.records, next: standing })
      continue
    }
    stepsBack = 0
    if (!reading.proves && !isStart(list, place)) requireList(list, page)
    requireNews(list, now, page, been)
    if (list.paging.by === 'last-id') requireIdOrder(page, list)
    const fresh = page.asked.entries.length - overlapOf(list, now, page)
    const counted = countOf(list, page)
    const capped =
      list.maxResults !== undefined &&
      (now.taken + fresh >= list.maxResults || (counted ?? 0) > list.maxResults)
    if (capped) {
      const halves = halved(list, now, options.time)
      if (halves === null) throw tooMany(list)
      repeats = true
      been.clear()
      standing = halves
      continue
    }
    const news = list.newestFirst ? newsOf(page, stretch.from) : null
    if (news !== null && sorted && !news.sorted) {
      sorted = false
      reading.warn(`${list.path} is not sorted by time of change, so it was read to its end.`)
    }
    const passed = news?.passed === true && sorted
    const next = passed
      ? null
      : nextPlace(
          list,
          place,
          { ...page.asked, size: page.asked.entries.length, fresh, lastId: page.lastId },
          options,
        )
    standing = after(list, now, { place: next, fresh, ids: page.ids })
    const known = new Set(overlapOf(list, now, page) > 0 ? now.known : [])
    const records = (passed ? (news?.records ?? []) : page.records).filter(
      ({ id }) => repeats || !known.has(id),
    )
    yield chunkOf(page, reading, { repeats, records, next: standing })
  }
}

function chunkOf(
  page: ReadPage,
  { list, options }: Reading,
  chunk: Pick<Chunk, 'repeats' | 'records' | 'next'>,
): Chunk {
  return {
    ...chunk,
    bad: page.bad,
    count: countOf(list, page),
    doubt: doubtOf(list, page, options.pageSize),
  }
}

function isStart(list: ListOptions, place: Place): boolean {
  return needsSteadyStart(list) && JSON.stringify(place) === JSON.stringify(firstPlace(list))
}

/** The page; null when its cursor has expired. */
async function fetchPage(
  reading: Reading,
  standing: Standing,
  place: Place,
  nth: number,
): Promise<ReadPage | null> {
  const { http, list, options, bucket } = reading
  const stretch = standing.stretches[0] ?? { from: null, to: 0 }
  try {
    const question = { list, place, stretch, options, bucket }
    const first = await ask(http, question)
    // An error of one moment may look like a list of nothing.
    const asked = first.isListed ? first : await ask(http, question)
    return readPage(asked, list, options.time, nth)
  } catch (error) {
    if (error instanceof HttpRefusal && isExpired(error.answer, options)) return null
    throw error
  }
}

/** In paging by offset each page begins with the last record of the one before. */
function overlapping({ paging }: ListOptions, { place, known }: Standing): Place {
  if (paging.by !== 'offset' || !paging.check || known.length === 0) return place
  return { offset: Math.max(0, (place.offset ?? 0) - 1) }
}

/** How many entries at the beginning of the page were on the one before. */
function overlapOf({ paging }: ListOptions, { known }: Standing, { ids }: ReadPage): number {
  if (paging.by !== 'offset' || !paging.check || known.length === 0) return 0
  const before = new Set(known)
  return ids.findLastIndex((id) => before.has(id)) + 1
}

/** When a record left meanwhile, those behind it moved up: then, where to read instead, and a page that was read for it. */
async function whatSlipped(
  reading: Reading,
  standing: Standing,
  page: ReadPage,
  nth: number,
): Promise<{ standing: Standing; page: ReadPage | null; afresh: boolean } | null> {
  const { list } = reading
  const { paging } = list
  const { place, known, stretches } = standing
  if (known.length === 0 || (paging.by !== 'page' && paging.by !== 'offset') || !paging.check) return null
  if (paging.by === 'offset') {
    const offset = place.offset ?? 0
    if (overlapOf(list, standing, page) > 0 || offset === 0) return null
    const back = Math.max(0, offset - Math.max(1, known.length - 1))
    const held = back === 0 ? [] : known
    return { standing: { ...standing, place: { offset: back }, known: held }, page: null, afresh: false }
  }
  const before = await fetchPage(reading, standing, { page: (place.page ?? paging.first) - 1 }, nth)
  if (before === null || !before.ids.some((id) => known.includes(id)))
    return { standing: atStart(list, stretches), page: null, afresh: true }
  if (before.ids.join() === known.join()) return null
  return { standing: { ...standing, known: [...before.ids] }, page: before, afresh: false }
}

/** Errors: a ConnectorError `failed` when the API answers the same again, and would do so for ever. */
function requireNews(list: ListOptions, standing: Standing, page: ReadPage, been: Set<string>): void {
  const key = JSON.stringify([standing.stretches, standing.place])
  // At the end of a list in overlapping pages, one record may come once more.
  const expected = list.paging.by === 'offset' && list.paging.check ? 1 : 0
  const same = page.ids.length > expected && page.ids.join() === standing.known.join()
  if (!been.has(key) && !same) return void been.add(key)
  throw new ConnectorError('failed', {
    message: `${list.path} answers with the same page again and again, so its end would never come.`,
    hint: 'Look at the name of the paging parameter in its query or body, and at `paging`.',
  })
}

function countOf(list: ListOptions, { asked }: ReadPage): number | null {
  const count = list.count === undefined ? null : Number(valueAt(asked.body, list.count) ?? Number.NaN)
  return count !== null && Number.isSafeInteger(count) && count >= 0 ? count : null
}

function cursorGone({ path }: ListOptions): ConnectorError {
  return new ConnectorError('busy', {
    message: `The cursor of ${path} expired ${MOST_RESTARTS + 1} times before its end was reached.`,
    hint: 'Larger pages (pageSize) make it faster.',
  })
}

function restless({ path }: ListOptions): ConnectorError {
  return new ConnectorError('busy', {
    message: `${path} changes faster than it can be read page by page.`,
    hint: 'Sort it by id or by time of creation in its query, or use another way of paging.',
  })
}

function tooMany({ path, maxResults }: ListOptions): ConnectorError {
  return new ConnectorError('failed', {
    message: `${path} has ${maxResults} records or more for one moment, and the API gives no more than that, so some would be missing.`,
    hint: 'Use a list of the API without such a cap for this.',
  })
}
