// Owns /v1/contacts: pages by date cursor, and the count.
import type { PageQuery } from '../contact-table.ts'
import { limitOf, offsetOf, rangeOf } from '../date-cursor.ts'
import type { Dialects } from '../dialects.ts'
import { printContact } from '../print.ts'
import { type ListBody, listBody, readBody } from '../read-body.ts'
import { type Answer, answerJson, answerWord, type Call, type Route, type World } from '../world.ts'

/** A list request as a range of `updated`, by the dialects. Throws an ApiError (400). */
export function pageQuery(body: ListBody, dialects: Dialects): PageQuery {
  const limit = limitOf(body.limit, dialects)
  const ascending = body.ascending ?? false
  return {
    ...rangeOf(body.date, ascending ? 'after' : 'before', dialects),
    ascending,
    order: body.order || 'updated',
    limit,
    offset: offsetOf(body.page, limit, dialects),
  }
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
