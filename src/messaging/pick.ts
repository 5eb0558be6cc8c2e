// Owns names in place of ids: an id counts as it is, a name must mean one thing. Pure.
import { HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'

export interface Candidate {
  readonly id: number
  readonly name: string
  /** Other words for the same, e.g. the e-mail of a member. */
  readonly also?: readonly string[]
}

export interface Kind {
  /** As it stands in a sentence, e.g. `inbox`. */
  readonly word: string
  /** What lists them. */
  readonly command: string
}

export const INBOX: Kind = { word: 'inbox', command: 'heysync inboxes' }
export const MEMBER: Kind = { word: 'member', command: 'heysync team' }
export const LIST: Kind = { word: 'list', command: 'heysync lists' }
export const TEMPLATE: Kind = { word: 'template', command: 'heysync templates' }

/** Names that an error shows. */
const SHOWN = 8

/**
 * The candidate that is meant: by id, else by its exact name, else by its name in any case.
 * Errors: ERR_NAME_UNKNOWN, ERR_NAME_AMBIGUOUS; both list what there is.
 */
export function pick<T extends Candidate>(kind: Kind, given: string | number, candidates: readonly T[]): T {
  const wanted = String(given).trim()
  const byId = /^[1-9]\d*$/.test(wanted) ? candidates.find(({ id }) => id === Number(wanted)) : undefined
  const named = candidates.find((one) => one !== byId && namesOf(one).includes(wanted))
  if (byId !== undefined && named !== undefined) throw ambiguous(kind, wanted, [byId, named])
  if (byId !== undefined) return byId
  const found = [exact, inAnyCase]
    .map((same) => candidates.filter((one) => namesOf(one).some((name) => same(name, wanted))))
    .find((some) => some.length > 0)
  const [first, second] = found ?? []
  if (first !== undefined && second === undefined) return first
  throw found === undefined ? unknown(kind, wanted, candidates) : ambiguous(kind, wanted, found)
}

function exact(name: string, wanted: string): boolean {
  return name === wanted
}

function inAnyCase(name: string, wanted: string): boolean {
  return name.trim().toLowerCase() === wanted.toLowerCase()
}

function namesOf({ name, also = [] }: Candidate): string[] {
  return [name, ...also].filter((one) => one !== '')
}

function ambiguous({ word }: Kind, wanted: string, found: readonly Candidate[]): HeysyncError {
  return new HeysyncError('ERR_NAME_AMBIGUOUS', {
    message: `There are ${found.length} ${word === 'inbox' ? 'inboxes' : `${word}s`} named "${wanted}": ${listed(found)}.`,
    hint: 'Give the id instead of the name.',
  })
}

function unknown({ word, command }: Kind, wanted: string, candidates: readonly Candidate[]): HeysyncError {
  const near = nearest(wanted, candidates.flatMap(namesOf))
  const all = candidates.length === 0 ? 'There is none at all.' : `There is ${listed(candidates)}.`
  return new HeysyncError('ERR_NAME_UNKNOWN', {
    message: `There is no ${word} "${wanted}". ${near === null ? all : `Did you mean "${near}"?`}`,
    hint: `List them: ${command}`,
  })
}

/** `Front desk (71), Billing (72)`. */
export function listed(candidates: readonly Candidate[]): string {
  const shown = candidates.slice(0, SHOWN).map(({ id, name }) => `${name || 'without a name'} (${id})`)
  return `${shown.join(', ')}${candidates.length > SHOWN ? ` and ${candidates.length - SHOWN} more` : ''}`
}
