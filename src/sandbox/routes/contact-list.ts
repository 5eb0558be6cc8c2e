// Owns /v1/contacts: pages by date cursor, and the count.
import type { PageQuery } from '../contact-table.ts'
import { removeContact } from '../contact-write.ts'
import { limitOf, offsetOf, rangeOf } from '../date-cursor.ts'
import type { Dialects } from '../dialects.ts'
import { printContact } from '../print.ts'
import { type ListBody, listBody, readBody } from '../read-body.ts'
import { type Answer, answerJson, answerWord, type Call, type Route, type World } from '../world.ts'

/** A list request as a range of `updated`, by the dialects. Throws an ApiError (400). */
export function pageQuery(body: ListBody, dialects: Dialects): PageQuery {
  const limit = limitOf(body.limit, dialects)
  const ascending = body.ascending ?? dialects.listOrder === 'oldest'
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
  const shown = rows.map((row) => printContact(row, settings.dialects, store.catalog.tags))
  meanwhile(world)
  return answerJson(world, shown)
}

/** What other people do to the account while somebody reads it. */
export function meanwhile(world: World): void {
  const { store, settings, clock, chance } = world
  const { editedMeanwhile, deletedMeanwhile } = settings.faults
  // As it really is, which the lists may not show yet.
  const oldest = () => {
    const query = { ...OLDEST, ...rangeOf(undefined, 'after', settings.dialects) }
    const [shown] = store.contacts.seenPage(query, clock.now())
    return shown === undefined ? null : store.contacts.current(shown.id)
  }
  const edited = editedMeanwhile > 0 && chance() < editedMeanwhile ? oldest() : null
  // Saved without a change, which moves it all the same: what was changed is another question.
  if (edited !== null) store.change(edited, {}, 'update')
  const deleted = deletedMeanwhile > 0 && chance() < deletedMeanwhile ? oldest() : null
  if (deleted !== null) removeContact(world, deleted)
}

const OLDEST = { ascending: true, order: 'updated', limit: 1, offset: 0 } as const

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
