// Owns the listing of persons: all of them, or those that changed in a stretch of time, page by page.
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { z } from 'zod'
import type { Pipedrive } from './client.ts'
import { type Person, personSchema } from './person.ts'

/** What one page costs of the daily budget. */
const COST = 10

/** Without its list, and without a yes, an answer would look like the end of the list. */
const pageSchema = z.looseObject({
  success: z.literal(true),
  data: z.array(personSchema),
  additional_data: z.looseObject({ next_cursor: z.string().nullish() }).nullish(),
})

export interface PersonsAsked {
  /** Milliseconds, both inclusive; all persons without. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  readonly cursor: string | null
  readonly limit: number
}

export interface PersonsPage {
  readonly persons: readonly Person[]
  /** Null on the last page. */
  readonly next: string | null
}

/** Sorted by id, which never changes: an edit meanwhile moves nobody over the edge of a page. */
export async function listPersons(pipedrive: Pipedrive, asked: PersonsAsked): Promise<PersonsPage> {
  const { from, to, cursor, limit } = asked
  const query = {
    limit,
    sort_by: 'id',
    sort_direction: 'asc',
    ...(from === undefined ? {} : { updated_since: wholeSecond(from) }),
    // Pipedrive leaves the bound itself out.
    ...(to === undefined ? {} : { updated_until: wholeSecond(to + 1_000) }),
    ...(cursor === null ? {} : { cursor }),
  }
  const { data, additional_data } = await pipedrive
    .ask(pageSchema, { url: 'api/v2/persons', query, cost: COST })
    .catch((error: unknown) => {
      if (cursor !== null && error instanceof HttpRefusal && error.answer.status === 400)
        throw new ConnectorError('cursor-expired', {
          message: 'Pipedrive does not know its cursor any more.',
        })
      throw error
    })
  return { persons: data, next: additional_data?.next_cursor ?? null }
}

/** `2030-01-15T12:00:00Z`: with a fraction, or with a blank, Pipedrive answers 400. */
function wholeSecond(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
