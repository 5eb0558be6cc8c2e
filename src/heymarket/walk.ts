// Owns the walk through a listing by date cursor, newest change first, safe under every reading of the documentation:
// inclusive or exclusive cursor, ties longer than a page, short pages, any page size, any `page` base.
import { HeysyncError } from '../lib/errors.ts'
import {
  fractionDigits,
  instantKey,
  justBefore,
  keyToText,
  type Resolution,
  tickAfter,
} from '../lib/instant.ts'

export interface WalkPage<T> {
  readonly rows: readonly T[]
  /** Those that no earlier page of this walk showed. */
  readonly fresh: readonly T[]
  /** Instant key of the last row: how far down the walk has come. */
  readonly reached: string
  /**
   * RFC 3339: a walk from this instant shows what this one did not show yet, and the ties of the last row once more.
   * Null among ties, and after anything that proves nothing: there a walk has to go on from an earlier page.
   */
  readonly resumeFrom: string | null
}

export interface WalkEnd {
  /** False when the order was broken or a block of ties could not be passed for certain. */
  readonly orderly: boolean
  /** True when all that speaks against it is such a block: a count tells whether it hides anybody. */
  readonly perhapsTies: boolean
  readonly seen: number
}

export interface PageRequest {
  readonly date?: string
  readonly limit?: number
  readonly page?: number
}

/** What is walked: one listing, and how its rows are told apart and put in order. */
export interface Listing<T> {
  page(request: PageRequest): Promise<readonly T[]>
  idOf(row: T): number
  /** RFC 3339, as the listing shows it: what the cursor goes by. */
  instantOf(row: T): string | null
  /** False where the documentation knows no parameter but `date`. */
  readonly takesLimit: boolean
  /** Rows that a page surely holds when there are as many: a shorter one hides nothing. Default: nothing is sure. */
  readonly fullAt?: number
}

/** Page sizes to ask for, largest first; 0 asks for none. An account may cap what is asked, or refuse it. */
export const PAGE_LIMITS = [1000, 100, 0] as const

/** Documented rows of a page where no `limit` can be asked for. */
const ROWS_PER_PAGE = 30

/**
 * Yields pages until the listing's end, from the newest change on or `from` an instant; the reader may stop earlier.
 * The next cursor is one tick after the last row seen, so that an exclusive cursor shows its ties again; what was seen
 * before is told apart by id.
 */
export async function* walkPages<T>(
  listing: Listing<T>,
  settings: { limit: number; onLimit: (taken: number) => void; from?: string | null },
): AsyncGenerator<WalkPage<T>, WalkEnd> {
  const seen = new Set<number>()
  let ordered = true
  // No block of ties was left that may go on behind its page.
  let passed = true
  const end = (): WalkEnd => ({
    orderly: ordered && passed,
    perhapsTies: ordered && !passed,
    seen: seen.size,
  })
  let limit = listing.takesLimit ? settings.limit : 0
  let date = settings.from ?? undefined
  let previous: string | null = null
  // A page as long as the longest seen is full: there may be more behind it.
  let longest = listing.fullAt ?? (listing.takesLimit ? 0 : ROWS_PER_PAGE)
  let digits: Resolution = 0

  const fetch = async (page?: number): Promise<readonly T[]> => {
    const request = { ...(date === undefined ? {} : { date }), ...(page === undefined ? {} : { page }) }
    for (;;) {
      try {
        return await listing.page(limit === 0 ? request : { ...request, limit })
      } catch (error) {
        if (limit === 0 || !(error instanceof HeysyncError) || error.status !== 400) throw error
        limit = PAGE_LIMITS.find((smaller) => smaller < limit) ?? 0
        settings.onLimit(limit)
      }
    }
  }
  const take = (rows: readonly T[]): T[] => {
    const fresh = rows.filter((row) => !seen.has(listing.idOf(row)))
    for (const row of fresh) seen.add(listing.idOf(row))
    return fresh
  }

  for (;;) {
    const rows = await fetch()
    if (rows.length === 0) return end()
    const keys = rows.map((row) => instantKey(listing.instantOf(row)) ?? '')
    const reached = keys.at(-1) ?? ''
    if (keys.includes('') || !descending(keys) || (previous !== null && reached > previous)) ordered = false
    const fresh = take(rows)
    digits = Math.max(digits, fractionDigits(keys)) as Resolution
    const tick = reached === '' ? null : tickAfter(reached, digits)
    yield { rows, fresh, reached, resumeFrom: ordered && passed ? tick : null }
    if (tick === null) {
      ordered = false
      return end()
    }
    if (fresh.length > 0) {
      date = tick
    } else if (date === justBefore(reached)) {
      // The account does not follow the cursor.
      ordered = false
      return end()
    } else if (date === keyToText(reached)) {
      // An inclusive cursor shows the ties once more; a page full of them may hide others.
      if (rows.length >= longest && sameTick(keys[0] ?? '', reached, digits)) passed = false
      date = justBefore(reached)
    } else {
      // Nothing new: the end, or more ties than a page holds. A full page may hide more, behind the `page` parameter.
      if (rows.length >= longest) {
        if (listing.takesLimit && (yield* passTies(listing, fetch, take))) return end()
        if (sameTick(keys[0] ?? '', reached, digits)) passed = false
      }
      date = keyToText(reached)
    }
    longest = Math.max(longest, rows.length)
    previous = reached
  }
}

/**
 * Every row once, newest change first.
 * Errors: ERR_HEYMARKET_ANSWER at the end when the listing could not be shown to be complete.
 */
export async function* walk<T>(listing: Listing<T>): AsyncGenerator<T> {
  const pages = walkPages(listing, { limit: PAGE_LIMITS[0], onLimit: () => {} })
  for (;;) {
    const next = await pages.next()
    if (next.done !== true) {
      yield* next.value.fresh
    } else {
      if (next.value.orderly) return
      throw new HeysyncError('ERR_HEYMARKET_ANSWER', {
        message: `Heymarket showed ${next.value.seen} rows in an order that does not prove that these are all.`,
        hint: 'Run the same command again; if it stays, report it to heysync.',
      })
    }
  }
}

function sameTick(a: string, b: string, digits: Resolution): boolean {
  return tickAfter(a, digits) === tickAfter(b, digits)
}

/** Pages on by number, whatever the first number is. True when that came to the listing's end. */
async function* passTies<T>(
  listing: Listing<T>,
  fetch: (page: number) => Promise<readonly T[]>,
  take: (rows: readonly T[]) => T[],
): AsyncGenerator<WalkPage<T>, boolean> {
  let barren = 0
  for (let page = 1; ; page += 1) {
    const rows = await fetch(page)
    if (rows.length === 0) return true
    const fresh = take(rows)
    barren = fresh.length === 0 ? barren + 1 : 0
    // With a zero base the first number repeats nothing, with a one base it repeats the page we had; an account that
    // ignores `page` repeats it for ever.
    if (barren === 2) return false
    const last = rows.at(-1)
    if (fresh.length > 0 && last !== undefined)
      yield { rows, fresh, reached: instantKey(listing.instantOf(last)) ?? '', resumeFrom: null }
  }
}

function descending(keys: readonly string[]): boolean {
  return keys.every((key, index) => index === 0 || key <= (keys[index - 1] ?? key))
}
