// Owns the situations that the invariants are tried in: people, what happens between two requests, a process that dies.
import type { Page, SourceRecord } from 'heysync/connector'
import type { Db } from '../../src/db/open.ts'
import type { HeymarketClient } from '../../src/heymarket/client.ts'
import type { ContactBody } from '../../src/heymarket/contacts.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { ContactState } from '../../src/sandbox/inspect.ts'
import { nthPhone } from '../support/contact.ts'
import type { TestEngine } from '../support/engine.ts'
import { aLine, type Box, withSandbox } from '../support/heymarket.ts'

/** A row of the source. */
export function person(n: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { phone: nthPhone(n), first: `P${n}`, last: 'X', ...more }
}

/** The rows r1 … rN. */
export function people(count: number, more: Record<string, unknown> = {}): TestEngine['rows'] {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`r${n + 1}`, person(n + 1, more)]))
}

/** What Heymarket really holds for the nth phone. */
export const shown = (world: Box, n: number): ContactState | null => world.sandbox.store.contact(nthPhone(n))

/** The id of the nth phone's contact; throws when there is none. */
export function idOf(world: Box, n: number): number {
  const contact = shown(world, n)
  if (!contact) throw new Error(`Heymarket has no contact with ${nthPhone(n)}`)
  return contact.id
}

/** Somebody else who works in the same account. */
export const somebody = (world: Box): HeymarketClient['contacts'] =>
  aLine(world.sandbox.url, { clock: world.clock }).client.contacts

/** Somebody else opts a contact out. */
export const optsOut = (world: Box, contactId: number): Promise<void> =>
  aLine(world.sandbox.url, { clock: world.clock }).client.status.unsubscribe(contactId)

/** What a person who edits the nth contact in Heymarket sends. */
export function typed(n: number, given: Partial<ContactBody>): ContactBody {
  return {
    phone: nthPhone(n),
    first: `P${n}`,
    last: 'X',
    display_name: `P${n} X`,
    email: '',
    custom: {},
    assignee_id: -1,
    tags: [],
    ...given,
  }
}

type RequestName = 'create' | 'update' | 'page' | 'count'

/** Things that happen around a request on its way; what throws before it, keeps it from being sent. */
export interface Meanwhile {
  before?: (request: RequestName) => unknown
  after?: (request: RequestName) => unknown
}

/** A sandbox, and a client to whose requests something may happen. */
export async function aBoxWhere(meanwhile: Meanwhile, dialects: Partial<Dialects> = {}): Promise<Box> {
  const box = await withSandbox({ dialects })
  const { contacts } = box.client
  const around = async <T>(name: RequestName, request: () => Promise<T>): Promise<T> => {
    await meanwhile.before?.(name)
    const answer = await request()
    await meanwhile.after?.(name)
    return answer
  }
  const watched: HeymarketClient['contacts'] = {
    ...contacts,
    create: (body) => around('create', () => contacts.create(body)),
    update: (...given) => around('update', () => contacts.update(...given)),
    page: (request) => around('page', () => contacts.page(request)),
    count: () => around('count', () => contacts.count()),
  }
  return { ...box, client: { ...box.client, contacts: watched } }
}

/** Runs what happens once, however often it is asked for. */
export function once(happens: () => unknown): () => Promise<void> {
  let happened: Promise<unknown> | undefined
  return async () => {
    happened ??= Promise.resolve(happens())
    await happened
  }
}

/** The database refuses what `event` names, e.g. `INSERT ON attempt`, until the returned function is called. */
export function refusing(db: Db, event: string): () => void {
  db.exec(`CREATE TRIGGER refused BEFORE ${event} BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END`)
  return () => void db.exec('DROP TRIGGER refused')
}

/** A record of the source as a connector yields it. */
export function record(
  id: string,
  fields: Record<string, unknown>,
  updatedAt: string | null = null,
): SourceRecord {
  return { id, fields, updatedAt }
}

/** The last page of a pull. */
export function lastPage(
  records: readonly SourceRecord[],
  covers: 'everything' | 'changes' = 'everything',
  more: Partial<Page> & { count?: number } = {},
): Page {
  const { count = null, ...rest } = more
  return { records, position: 'end', end: { covers, count }, ...rest }
}

/** Phones of which Heymarket ever made more than one contact. */
export function madeTwice(world: Box): string[] {
  const made = world.sandbox.store.creations().map(({ phone }) => phone ?? '')
  return made.filter((one, index) => made.indexOf(one) !== index)
}
