// Owns how heysync learns what an account takes in one request: a few at first, more while it works, fewer where it does
// not. Pure: a way before and what happened give the way after.
import type { Way } from '../mirror/ways.ts'

/** Contacts of the very first request. Members of a list are names only: there is less to go wrong. */
const FIRST = 5
const FIRST_MEMBERS = 250
/** By how much a request may be larger than the largest that worked. */
const GROWTH = 20
/** Where accounts draw the line: these are tried before anything in between. */
const ROUND = [10, 20, 25, 50, 100, 200, 250, 500]
/** Most contacts of one request: beyond it nothing is gained, and one lost answer would leave too much open. */
const MOST = 1000
/** What an account refused or lacked is tried again after this long, in milliseconds: accounts change. */
const FORGET_MS = 7 * 24 * 60 * 60_000
/** The same where nobody said that it was too many. */
const DOUBT_MS = 10 * 60_000

/** How many contacts the next request may hold; 0 where the account has no such request. */
export function sizeOf(way: Way, now: number): number {
  const first = way.name === 'list.delta' ? FIRST_MEMBERS : FIRST
  if (way.state === 'untried' || isStale(way, now)) return first
  if (way.state === 'missing') return 0
  const { fits, ceiling } = way
  if (fits === 0) return Math.max(1, Math.min(first, (ceiling ?? MOST) - 1))
  if (ceiling === null) return Math.min(MOST, fits * GROWTH)
  const round = ROUND.filter((size) => size > fits && size < ceiling)
  const middle = round[Math.floor(round.length / 2)]
  if (middle !== undefined) return middle
  // Close enough: each further try near the edge costs a request that is refused. A round number most likely is the edge.
  const close = Math.max(1, ROUND.includes(fits) ? fits / 4 : fits / 10)
  return ceiling - fits <= close ? fits : Math.floor((fits + ceiling) / 2)
}

/** False while the next size is still being found out: then one request at a time is sent. */
export function isSettled(way: Way, now: number): boolean {
  return way.state === 'works' && !isStale(way, now) && sizeOf(way, now) <= way.fits
}

function isStale(way: Way, now: number): boolean {
  const age = now - way.learntAt
  const learnt = way.state === 'missing' || way.ceiling !== null || way.notStored.length > 0
  return learnt && Math.abs(age) > FORGET_MS
}

/** True when the account is not known to lose one of these fields on this way. */
export function keeps(way: Way, fields: readonly string[], now: number): boolean {
  return isStale(way, now) || !fields.some((field) => way.notStored.includes(field))
}

/** True when each of these fields was seen to be kept, so that contacts that hold them need no look of their own. */
export function isProven(way: Way, fields: Iterable<string>, now: number): boolean {
  if (way.state !== 'works' || way.stored.length === 0 || isStale(way, now)) return false
  return [...fields].every((field) => way.stored.includes(field))
}

export function worked(way: Way, count: number, now: number): Way {
  const fresh = isStale(way, now)
    ? { ...way, ceiling: null, fits: 0, notStored: [], stored: [], why: '' }
    : way
  const ceiling = fresh.ceiling !== null && fresh.ceiling <= count ? null : fresh.ceiling
  const learntAt = fresh.ceiling === null || fresh.state !== 'works' ? now : fresh.learntAt
  const why = fresh.why === FORBIDDEN ? '' : fresh.why
  return { ...fresh, state: 'works', fits: Math.max(fresh.fits, count), ceiling, why, learntAt }
}

/** `count` contacts were too many for one request; a smaller one is tried, and half of what went through before. */
export function tooMany(way: Way, count: number, why: string, now: number): Way {
  const ceiling = Math.min(way.ceiling ?? count, count)
  const fits = way.fits < ceiling ? way.fits : Math.floor(ceiling / 2)
  return { ...way, state: 'works', fits, ceiling, why, learntAt: now }
}

/** No answer to `count` contacts came. That may mean too much work, and as well nothing at all: it is soon tried again. */
export function noAnswer(way: Way, count: number, why: string, now: number): Way {
  return { ...tooMany(way, count, why, now), learntAt: now - FORGET_MS + DOUBT_MS }
}

const LATE = 'what it accepted does not show at once'

/** The account accepted contacts and shows none of them: until they show, others go one by one, whose answers give ids. */
export function showsLate(way: Way, now: number): Way {
  return missing(way, LATE, now)
}

/** What did not show at once does now; so much later, in milliseconds, is soon enough. */
export function showsNow(way: Way, now: number): Way {
  const soon = now - way.learntAt <= SOON_MS
  return way.state === 'missing' && way.why === LATE && soon
    ? { ...way, state: 'works', why: '', learntAt: now }
    : way
}

const SOON_MS = 20_000

const FORBIDDEN = 'it answered 403'

/** One 403 to what has worked may be a slip of the account; two in a row mean that it is not allowed any more. */
export function forbidden(way: Way, why: string, now: number): Way {
  const slip = way.state === 'works' && way.fits > 0 && !isStale(way, now) && way.why !== FORBIDDEN
  return slip ? { ...way, why: FORBIDDEN } : missing(way, why, now)
}

export function missing(way: Way, why: string, now: number): Way {
  return { ...way, state: 'missing', why, learntAt: now }
}

/** The account took these fields and shows others. */
export function didNotStore(way: Way, fields: readonly string[], now: number): Way {
  const notStored = [...new Set([...way.notStored, ...fields])].sort()
  const stored = way.stored.filter((field) => !notStored.includes(field))
  return { ...way, notStored, stored, why: `it does not keep ${notStored.join(', ')}`, learntAt: now }
}

/** The account shows these fields as they were sent. */
export function stores(way: Way, fields: readonly string[]): Way {
  const stored = new Set([...way.stored, ...fields.filter((field) => !way.notStored.includes(field))])
  return { ...way, stored: [...stored].sort() }
}
