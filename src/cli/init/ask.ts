// Owns what every step of the wizard is given, and how it says that something did not work.
import { asHeysyncError } from '../../lib/errors.ts'
import { redact } from '../../lib/redact.ts'
import type { Io } from '../io.ts'
import type { Prompts } from '../prompts.ts'
import { wrap } from '../table-text.ts'
import type { Given } from './given.ts'
import type { World } from './look.ts'

export interface Asking {
  readonly ask: Prompts
  readonly io: Io
  readonly given: Given
  readonly world: World
}

/** The bar and the spaces on the left of what is said. */
const RAIL = 4
const WIDEST = 96

export function lineWidth({ columns }: Pick<Io, 'columns'>): number {
  return Math.max(40, Math.min(columns, WIDEST) - RAIL)
}

/** What happened and what to do next, without the values of secrets. */
export function sayTrouble({ ask, io }: Asking, thrown: unknown, secrets: Iterable<string> = []): void {
  io.signal.throwIfAborted()
  const error = asHeysyncError(thrown)
  const clean = (text: string) =>
    [...secrets].reduce((all, secret) => (secret === '' ? all : all.replaceAll(secret, '•••')), redact(text))
  const lines = [
    clean(error.message),
    ...(error.hint === undefined ? [] : [io.color.cyan(clean(error.hint))]),
  ]
  ask.warn(wrap(lines.join('\n'), lineWidth(io)))
}
