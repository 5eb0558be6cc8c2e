// Owns what `init` has to know before it writes anything, whether a person was asked or flags said it.
import type { RemovalRung } from '../../config/schema.ts'

export interface Draft {
  readonly account: AccountDraft
  readonly source: SourceDraft
  readonly mapping: Mapping
  readonly habits: Habits
  /** Variables for .env; the config names them as `${NAME}` and never holds their values. */
  readonly secrets: ReadonlyMap<string, string>
}

export interface AccountDraft {
  readonly sandbox: boolean
  /** Null for Heymarket's own. */
  readonly baseUrl: string | null
  /** Names of the account's custom fields; empty where it was not asked. */
  readonly customFields: readonly string[]
}

export interface SourceDraft {
  readonly id: string
  readonly kind: string
  /** As the config holds them: secrets stand there as `${NAME}`. */
  readonly options: Readonly<Record<string, unknown>>
}

export const PLAIN_FIELDS = [
  'phone',
  'first',
  'last',
  'displayName',
  'email',
  'optedOut',
  'assignee',
  'tags',
] as const

export type PlainField = (typeof PLAIN_FIELDS)[number]

export interface Mapping {
  /** Of numbers that name none and whose record names none. */
  readonly defaultCountry: string | null
  readonly country: string | null
  /** Paths or expressions, the likeliest first. */
  readonly fields: Readonly<Partial<Record<PlainField, readonly string[]>>>
  /** Name of the custom field in Heymarket to path or expression. */
  readonly custom: Readonly<Record<string, string>>
}

export interface Habits {
  /** Null: only when somebody types `heysync sync`. */
  readonly schedule: string | null
  readonly fullSchedule: string | null
  readonly onRemoved: RemovalRung
  /** Where `onRemoved` is `tag`. */
  readonly removedTag: string | null
  readonly lists: readonly { readonly title: string; readonly where: string }[]
}

export const USUAL_HABITS: Habits = {
  schedule: '*/5 * * * *',
  fullSchedule: '0 3 * * *',
  onRemoved: 'removeFromLists',
  removedTag: null,
  lists: [],
}
