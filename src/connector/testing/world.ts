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
  /** 429, and the word that it is for six hours. */
  | 'quota: used up for hours'
  /** 200 and half of the body; or a page of HTML. */
  | 'half an answer'
  | 'a page of HTML'
  /** The credential is not taken. */
  | 'signed out'
  /** 200 and JSON of another shape than it should be: the answer inside of a list; nothing in it; each list null; each key null; nested very deep; every number infinite. */
  | 'a list where an object was'
  | 'an empty object'
  | 'a null list'
  | 'nothing but null'
  | 'very deep JSON'
  | 'numbers without end'
  /** The answer before this one once more; or this one with the rows in the reverse order. */
  | 'the answer before, again'
  | 'another order'
  /** 80 million bytes. */
  | 'more than anybody can hold'
  /** Each link of the answer leads to another origin: see `strayed`. */
  | 'links to elsewhere'
  /** Nothing comes until `trouble` is called again. */
  | 'no answer for now'

export interface Stage {
  readonly clock: ConnectorContext['clock'] & { advance(ms: number): void }
  /** An empty folder that is removed afterwards. */
  readonly folder: string
}

export interface Listed {
  readonly title: string
  readonly options: unknown
}

/** One source, alone in the world of one check. Everything that changes it may be asynchronous. */
export interface ConnectorWorld {
  /** As they stand under `options:` in the config. */
  readonly options: unknown
  /** As it stands under `map:`: where the connector's records hold what a Person has, and `optedOut` where there is consent. */
  readonly map: Readonly<Record<'phone' | 'first' | 'last' | 'email', string>> & {
    readonly optedOut?: string
  }
  /**
   * As it stands in the config that is shipped for this source, where the source hides its last seconds from everybody; 0
   * unless given.
   */
  readonly lagSeconds?: number
  /** Creates people or changes them. Their time of change is the clock's, or `changedAt`; they show at once, or from `shownAt` on. */
  put(people: readonly Person[], when?: { changedAt?: number; shownAt?: number }): void | Promise<void>
  /** For good. */
  delete(keys: readonly string[]): void | Promise<void>
  /** Where the source can put people aside and take them back. */
  archive?(keys: readonly string[]): void | Promise<void>
  restore?(keys: readonly string[]): void | Promise<void>
  /** Where the source can make one record of two. */
  merge?(loser: string, winner: string): void | Promise<void>
  /** These do not want to be texted. */
  optOut?(keys: readonly string[]): void | Promise<void>
  /** These and nobody else are on a list of the source. Returns its title, and the options that read it too. */
  list?(keys: readonly string[]): Listed | Promise<Listed>
  /** The next so many answers go wrong; `after` answers that do not. */
  trouble?(what: Trouble, times: number, after?: number): void
  /** Its cursors and tokens are no longer taken. */
  expire?(): void
  /** The access token that was handed out is no longer taken, and a new one is there for the asking. */
  signOut?(): void
  /** Requests that reached the source. */
  requests?(): number
  /** Requests that went where `links to elsewhere` lead; none should. */
  strayed?(): number
  /** A record as the source writes it: its id, and the time of its last change with every digit. */
  written?(key: string): { readonly id: string; readonly updatedAt: string | null }
  /**
   * Where it can make records up as it answers: has so many from now on, and returns the options that read them in pages of a
   * usual size. The kit then reads more of them; without it, it puts people in.
   */
  fill?(count: number): unknown
  /** What must never be seen in a message or a log line. */
  readonly secrets?: readonly string[]
  close?(): void | Promise<void>
}

/** What a world can do beyond putting people in and deleting them. */
export type Means = (typeof MEANS)[number]

const MEANS = [
  'archive',
  'merge',
  'optOut',
  'list',
  'trouble',
  'expire',
  'signOut',
  'requests',
  'strayed',
  'written',
  'fill',
] as const

export function meansOf(world: ConnectorWorld): ReadonlySet<Means> {
  return new Set(MEANS.filter((name) => world[name] !== undefined))
}
