// Owns reading all messages: the pages say "before" a time in one reading of the documentation, "on and after" in another.
import { HeysyncError } from '../lib/errors.ts'
import { instantKey, keyToText } from '../lib/instant.ts'
import type { Message, MessagesRequest } from './message.ts'
import { walk } from './walk.ts'

type Page = (request: MessagesRequest) => Promise<Message[]>

const DAY_MS = 24 * 60 * 60_000

/** Every message since `since` (RFC 3339) once, newest first. Errors: ERR_HEYMARKET_ANSWER where that cannot be proven. */
export async function* everyMessage(
  page: Page,
  now: () => number,
  since: string | undefined,
): AsyncGenerator<Message> {
  const from = instantKey(since ?? '1970-01-01T00:00:00Z') ?? ''
  const newest = await newestPage(page, now)
  if (newest.length === 0) {
    // Nothing at all; or a time is required and means "on and after", so that the future shows nothing.
    yield* (await upwards(page, from)).reverse()
  } else if (await meansBefore(page, newest)) {
    for await (const one of downwards(page, now)) {
      if ((instantKey(one.date) ?? from) < from) return
      yield one
    }
  } else {
    yield* (await upwards(page, from)).reverse()
  }
}

/** Without a time, or, where one is required, with one that everything is older than. */
async function newestPage(page: Page, now: () => number, limit?: number): Promise<Message[]> {
  const size = limit === undefined ? {} : { limit }
  try {
    return await page(size)
  } catch (error) {
    if (!(error instanceof HeysyncError) || error.status !== 400) throw error
    return page({ created_at: new Date(now() + DAY_MS).toISOString(), ...size })
  }
}

/** True when a time shows what is older. Where everything fits one instant both readings show the same. */
async function meansBefore(page: Page, newest: readonly Message[]): Promise<boolean> {
  const keys = newest.flatMap((one) => instantKey(one.date) ?? [])
  const oldest = keys.at(-1)
  const head = keys[0]
  if (oldest === undefined || head === undefined || oldest === head) return true
  const shown = await page({ created_at: keyToText(oldest) })
  return !shown.some((one) => (instantKey(one.date) ?? '') > oldest)
}

function downwards(page: Page, now: () => number): AsyncGenerator<Message> {
  return walk({
    page: ({ date, limit }) => {
      const size = limit === undefined ? {} : { limit }
      return date === undefined ? newestPage(page, now, limit) : page({ created_at: date, ...size })
    },
    idOf: (one) => one.id,
    instantOf: (one) => one.date,
    takesLimit: true,
    // Heymarket: "limit, default 30".
    fullAt: 30,
  })
}

/** Pages to ask for, largest first; an account may cap what is asked, or refuse it. */
const LIMITS = [1000, 100, undefined] as const
/** Heymarket: "limit, default 30". A shorter page hides nothing. */
const LEAST_FULL = 30

async function upwards(page: Page, from: string): Promise<Message[]> {
  const seen = new Map<number, Message>()
  let cursor = `${from.slice(0, 19)}Z`
  let limit: (typeof LIMITS)[number] = LIMITS[0]
  const fetch = async (): Promise<Message[]> => {
    for (;;) {
      try {
        return await page({ created_at: cursor, ascending: true, ...(limit === undefined ? {} : { limit }) })
      } catch (error) {
        if (limit === undefined || !(error instanceof HeysyncError) || error.status !== 400) throw error
        limit = LIMITS[LIMITS.indexOf(limit) + 1]
      }
    }
  }
  for (;;) {
    const rows = await fetch()
    const before = seen.size
    for (const row of rows) seen.set(row.id, row)
    const last = instantKey(rows.at(-1)?.date)
    if (last === null) return [...seen.values()]
    if (seen.size === before) {
      // A page full of the same instant shows itself for ever, whatever comes after it.
      if (rows.length < LEAST_FULL || instantKey(rows[0]?.date) !== last) return [...seen.values()]
      throw new HeysyncError('ERR_HEYMARKET_ANSWER', {
        message: `More messages than a page holds (${rows.length}) have the time ${keyToText(last)}, so those after it cannot be read.`,
      })
    }
    cursor = keyToText(last)
  }
}
