// Owns the pulls: everybody and then what changed meanwhile, or the window alone.
import type { ConnectorContext, Page, PullRequest } from 'heysync/connector'
import { readAccount } from './account.ts'
import { openPipedrive } from './client.ts'
import { readFields } from './fields.ts'
import type { PipedriveOptions } from './options.ts'
import { changedAt, OWN_FIELDS, type Person, toRecord } from './person.ts'
import { listPersons } from './persons.ts'
import { type Position, readPosition, writePosition } from './position.ts'

/** How far two clocks may be apart, in milliseconds. */
const CLOCKS_MS = 5 * 60_000

export async function* pullPersons(
  options: PipedriveOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncIterable<Page> {
  const pipedrive = openPipedrive(options, context)
  const fields = await readFields(pipedrive, OWN_FIELDS, context)
  const account = await readAccount(pipedrive)
  const full = request.mode === 'full'
  const { from, to } = request.window
  const bounds = full ? {} : { from: from === null ? undefined : Date.parse(from), to: Date.parse(to) }
  const pageOf = (persons: readonly Person[], position: Position): Page => ({
    records: persons.map((person) => toRecord(person, fields, account.placeOf)),
    changes: true,
    position: writePosition(position),
  })
  let page = 0
  const nextPage = (): Position => ({ part: 'rest', page: page++ })

  const start = readPosition(request.resumeAfter)
  const changedSince = Date.parse(to) - CLOCKS_MS
  const shown = new Map<string, string>()
  let cursor = start?.part === 'persons' ? start.cursor : null
  let isListed = start?.part === 'rest'
  while (!isListed) {
    const { persons, next } = await listPersons(pipedrive, { ...bounds, cursor, limit: options.pageSize })
    for (const person of persons) {
      const at = changedAt(person)
      if (full && at !== null && Date.parse(at) >= changedSince) shown.set(person.id, at)
    }
    const position: Position = next === null ? nextPage() : { part: 'persons', cursor: next }
    if (persons.length > 0) yield pageOf(persons, position)
    cursor = next
    isListed = next === null
  }

  // Whoever took in another person behind the listing's back changed by it: the number that moved is seen before
  // anybody is taken for gone.
  cursor = null
  while (full) {
    const { persons, next } = await listPersons(pipedrive, {
      from: changedSince,
      cursor,
      limit: options.pageSize,
    })
    const news = persons.filter((person) => shown.get(person.id) !== changedAt(person))
    if (news.length > 0) yield pageOf(news, nextPage())
    if (next === null) break
    cursor = next
  }
  const { scope } = account
  yield {
    records: [],
    position: writePosition(nextPage()),
    // Pipedrive has no count of persons.
    end: { covers: full ? 'everything' : 'changes', count: null, ...(scope === null ? {} : { scope }) },
  }
}
