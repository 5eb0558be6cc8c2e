// Owns what somebody who writes a connector hands to the conformance kit: a source whose records the kit can change.
import type { ConnectorContext } from '../contract.ts'

/** Somebody in the source. `key` is the kit's name for them; the world decides what id that becomes. */
export interface Person {
  readonly key: string
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly email: string
  /** Fields that the source holds empty, or null where it can. */
  readonly blank?: boolean
}

/** What may go wrong with the next answers of a source. */
export type Trouble =
  /** 429, with a wait of two seconds said in one of the known forms, or not at all. */
  | 'busy: retry-after in seconds'
  | 'busy: retry-after as a date'
  | 'busy: reset in seconds'
  | 'busy: reset as an instant'
  | 'busy: without a word'
  /** 503. */
  | 'down'
  /** The connection is cut before, or in the middle of, the answer. */
  | 'cut before the answer'
  | 'cut in the answer'
  /** 200 and half of the body; or a page of HTML. */
  | 'half an answer'
  | 'a page of HTML'
  /** The credential is not taken. */
  | 'signed out'

export interface Stage {
  readonly clock: ConnectorContext['clock'] & { advance(ms: number): void }
  /** An empty folder that is removed afterwards. */
  readonly folder: string
}

/** One source, alone in the world of one check. Everything that changes it may be asynchronous. */
export interface ConnectorWorld {
  /** As they stand under `options:` in the config. */
  readonly options: unknown
  /** As it stands under `map:`: where the connector's records hold what a Person has. */
  readonly map: Readonly<Record<'phone' | 'first' | 'last' | 'email', string>>
  /** Creates people or changes them. Their time of change is the clock's, or `changedAt`; they show at once, or from `shownAt` on. */
  put(people: readonly Person[], when?: { changedAt?: number; shownAt?: number }): void | Promise<void>
  /** For good. */
  delete(keys: readonly string[]): void | Promise<void>
  /** Where the source can put people aside and take them back. */
  archive?(keys: readonly string[]): void | Promise<void>
  restore?(keys: readonly string[]): void | Promise<void>
  /** Where the source can make one record of two. */
  merge?(loser: string, winner: string): void | Promise<void>
  /** The next so many answers go wrong; `after` answers that do not. */
  trouble?(what: Trouble, times: number, after?: number): void
  /** Its cursors and tokens are no longer taken. */
  expire?(): void
  /** Requests that reached the source. */
  requests?(): number
  /** What must never be seen in a message or a log line. */
  readonly secrets?: readonly string[]
  close?(): void | Promise<void>
}
