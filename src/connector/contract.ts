// The connector SDK, exported as `heysync/connector`: what a connector is, and nothing about how heysync uses it.
//
// SOURCE RECORD: one person as the source holds it: an id that never changes, fields, when it changed.
// PAGE: records that are saved in one transaction together with the POSITION that ends them.
// PULL: an async iterator of pages. The engine owns cursors, windows, overlap, deletion and retries:
// a connector only says what it saw, and where it stands.
import type { ZodType } from 'zod'
import type { Ground } from './ground.ts'
import type { Http, SourceHttp } from './http/http.ts'
import type { Keep } from './http/keep.ts'

export { ConnectorError, type ConnectorErrorKind } from './error.ts'
export { type HttpAnswer, HttpRefusal } from './http/answer.ts'
export { type Auth, basicAuth, bearerAuth, type Credential, fixedAuth, oauth } from './http/auth.ts'
export type { BudgetWindow } from './http/budget.ts'
export type { Http, HttpRequest, SourceHttp } from './http/http.ts'
export type { Keep } from './http/keep.ts'

/** One record as the source holds it. */
export interface SourceRecord {
  /** The source's own id; it must outlive edits and sorting. Never a row number. */
  readonly id: string
  /** Field name to value. Values are kept as the source gives them (text, number, boolean, null, lists, objects). */
  readonly fields: Readonly<Record<string, unknown>>
  /** RFC 3339 instant of the last change, as text so that no precision is lost; null when the source has none. */
  readonly updatedAt: string | null
  /** True when the source says that this record is gone. Absence is the engine's business, not the connector's. */
  readonly deleted?: boolean
  /** True when the source has put it aside, and may take it back. */
  readonly archived?: boolean
  /** True when it is still there, and not among what the options ask for any more. */
  readonly outOfScope?: boolean
  /** The id of the record that this one was merged into. */
  readonly mergedInto?: string
  /** Where a person finds it, e.g. `contacts.csv:17`. */
  readonly place?: string
}

/** A record that could not be read. It is reported, and never taken for a removal. */
export interface BadRecord {
  /** The record's id where it could still be read, else null. */
  readonly id: string | null
  /** Where a person finds it, e.g. `contacts.csv:17`. */
  readonly place: string
  readonly code: 'ROW_MALFORMED' | 'ID_MISSING' | 'ID_DUPLICATE' | 'UPDATED_INVALID'
  /** One sentence for the operator. */
  readonly message: string
  /** The piece of raw text that failed, at most 200 characters. */
  readonly value?: string
  /** What is sure of it all the same, where some is: only "do not text" is taken from it. */
  readonly record?: SourceRecord
}

/** Who is on a list or segment of the source. */
export interface ListMembers {
  /** As people at the source call it; rules name it so: `source.lists.contains("Newsletter")`. */
  readonly title: string
  /** Ids of records; also of those that this pull does not yield. */
  readonly members: readonly string[]
  /**
   * On the last part of a list. From then on, whoever was in none of the parts of this pull is off it; without it, a list
   * stays as the last whole reading showed it.
   */
  readonly whole?: true
}

export interface Page {
  readonly records: readonly SourceRecord[]
  readonly bad?: readonly BadRecord[]
  /** Parts of lists, in any page. A list that an incremental pull does not read stays as it was; a full one shows each. */
  readonly lists?: readonly ListMembers[]
  /**
   * The records are changes, not the state of the source: an older version never replaces a newer one, and an id may come
   * several times. Understood in the incremental pulls of a watermark connector; a token connector says it page by page.
   */
  readonly changes?: true
  /** Opaque: handed back as `resumeAfter` when this pull has to go on after a crash. No two pages but the last two have the same. */
  readonly position: string
  /** On the last page only. */
  readonly end?: PullEnd
}

/** How a pull ended. A pull whose last page lacks this is taken as incomplete. */
export interface PullEnd {
  /**
   * `everything`: all records of the source were yielded, so a known record that was not is gone.
   * `changes`: absence means nothing. At the end of a full pull it says that there may be more: the watermark stays where it
   * was, and the next incremental window shows what is missing.
   */
  readonly covers: 'everything' | 'changes'
  /**
   * The source's own count of the records that this pull yields (of ids, with those that it calls deleted), to hold against what
   * was seen; null when it has none.
   */
  readonly count: number | null
  /** For token connectors: handed back as `token` in the next incremental pull. */
  readonly token?: string
  /**
   * RFC 3339. Where the source says that changes before `window.to` may still come to light, such as those of a transaction
   * that is open: the instant up to which this pull saw all of them. The watermark moves no further.
   */
  readonly until?: string
  /**
   * Who reads, and what they may see, as far as the source tells: account, user, permissions. When it changes, whoever is
   * absent may only be hidden, and is held until a person has looked.
   */
  readonly scope?: string
}

export interface PullRequest {
  /** `full`: yield everything. `incremental`: what changed in `window` (watermark) or since `token`. */
  readonly mode: 'full' | 'incremental'
  /** RFC 3339 bounds, both inclusive. `from` is null when nothing was pulled before. Overlap and lag are already in it. */
  readonly window: { readonly from: string | null; readonly to: string }
  /** What the last completed pull ended with; null in a full pull. */
  readonly token: string | null
  /** The position of the last saved page of this same pull; null at its start. Going back to the start is always right. */
  readonly resumeAfter: string | null
}

export interface ConnectorContext extends Ground {
  /** Relative paths in options start from here: the folder of the config file. */
  readonly baseDir: string
  /** Requests to the source. What it opened is closed when the pull is over; its budget outlives it. */
  http(options: SourceHttp): Http
  /** What outlives the process: marks of what was read, and what the vendor changed for good, such as a token that it rotated. */
  readonly keep: Keep
}

/** What a source looks like: for `init`, `check`, and the nearest-name hints. */
export interface Discovery {
  readonly fields: readonly DiscoveredField[]
  /** Records in the source, where that is cheap to know. */
  readonly count: number | null
  /** Titles of lists or segments that the options may name. */
  readonly lists?: readonly string[]
}

export interface DiscoveredField {
  /** As a mapping names it; a dot leads into an object. */
  readonly name: string
  /** What it holds, where the source says so. */
  readonly type?: 'text' | 'number' | 'boolean' | 'date' | 'list' | 'object'
  /** What people at the source call it, where that is not its name. */
  readonly label?: string
  /** What it is for, where the connector knows: `init` writes the mapping from it. */
  readonly role?: 'phone' | 'first' | 'last' | 'email' | 'country' | 'optedOut' | 'assignee' | 'tags'
  readonly samples: readonly string[]
}

export interface Capabilities {
  /** How an incremental pull finds changes; `none` means that each pull is full. */
  readonly incremental: 'watermark' | 'token' | 'none'
  /** The source reports deletions itself. */
  readonly deletes: boolean
  readonly merges: boolean
  /** Records hold whether somebody may be texted. */
  readonly consent: boolean
  /** Pulls show who is on lists or segments of the source. */
  readonly lists?: boolean
  /**
   * The connector goes on from `resumeAfter`. Where false, an interrupted pull starts over. A full pull in two parts proves
   * nobody absent.
   */
  readonly resumable: boolean
}

export interface Connector<Options = unknown> {
  /** The word in the config's `connector:` key. */
  readonly kind: string
  readonly summary: string
  /** Parsed once; every key has a `.describe()` sentence, which becomes help and docs. */
  readonly options: ZodType<Options>
  readonly capabilities: Capabilities
  /** What they come down to under these options, where that depends on them. */
  capabilitiesWith?(options: Options): Capabilities
  /** True when mapped fields are known up front, so that a mapped field that does not exist is a config error. */
  readonly fixedFields: boolean
  /** Reads a little. Throws a ConnectorError when the source cannot be used as configured. */
  discover(options: Options, context: ConnectorContext): Promise<Discovery>
  pull(options: Options, request: PullRequest, context: ConnectorContext): AsyncIterable<Page>
}

/** Keeps the option type while the connector is written. */
export function defineConnector<Options>(connector: Connector<Options>): Connector<Options> {
  return connector
}
