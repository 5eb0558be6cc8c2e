// Owns /v1/contacts: pages by date cursor, and the count.
import { badRequest } from '../api-error.ts'
import type { PageQuery } from '../contact-table.ts'
import type { Dialects } from '../dialects.ts'
import { printContact } from '../print.ts'
import { type ListBody, listBody, readBody } from '../read-body.ts'
import { readStamp, STEP_US } from '../stamp.ts'
import { type Answer, answerJson, answerWord, type Call, type Route, type World } from '../world.ts'

/** A list request as a range of `updated`, by the dialects. Throws an ApiError (400). */
function pageQuery(body: ListBody, dialects: Dialects): PageQuery {
  const { maxLimit, overLimit } = dialects
  // A limit of 0 is what a client in Go sends when it sets none.
  const asked = body.limit || Math.min(dialects.defaultLimit, maxLimit)
  if (asked > maxLimit && overLimit === 'reject') throw badRequest('limit', `must be at most ${maxLimit}`)
  const limit = Math.min(asked, maxLimit)
  const ascending = body.ascending ?? false
  return {
    ...dateBounds(body.date, ascending, dialects),
    ascending,
    order: body.order || 'updated',
    limit,
    offset: offset(body.page, limit, dialects),
  }
}

/** With a descending list `date` is the upper bound, with an ascending one the lower. */
function dateBounds(
  date: string | undefined,
  ascending: boolean,
  dialects: Dialects,
): { from: number; before: number } {
  const everything = { from: 0, before: Number.MAX_SAFE_INTEGER }
  if (date === undefined || date === '') return everything
  const cursor = readStamp(date, dialects.resolution)
  if (cursor === null) throw badRequest('date', 'must be an RFC 3339 time, e.g. 2026-11-20T09:30:00Z')
  // The cursor is a whole step of the resolution, so comparing cut times is comparing with the start or the end of its step.
  const end = cursor + STEP_US[dialects.resolution]
  const inclusive = dialects.cursor === 'inclusive'
  if (ascending) return { ...everything, from: inclusive ? cursor : end }
  return { ...everything, before: inclusive ? end : cursor }
}

function offset(page: number | undefined, limit: number, dialects: Dialects): number {
  if (page === undefined || dialects.page === 'ignored') return 0
  return Math.max(0, page - (dialects.page === 'one' ? 1 : 0)) * limit
}

function list(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const query = pageQuery(readBody(listBody, call.body), settings.dialects)
  const rows = store.contacts.seenPage(query, clock.now())
  return answerJson(
    world,
    rows.map((row) => printContact(row, settings.dialects, store.catalog.tags)),
  )
}

function count(world: World): Answer {
  const total = world.store.contacts.seenCount(world.clock.now())
  const { countShape } = world.settings.dialects
  if (countShape === 'string') return answerWord(world, String(total))
  return answerJson(world, countShape === 'object' ? { count: total } : total)
}

export const contactListRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/contacts', write: false, handle: list },
  { method: 'POST', path: '/v1/contacts/count', write: false, handle: count },
]
