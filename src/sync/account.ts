// Owns what has to be true of the account before a cycle may plan: it is the one that the mirror stands for, and it has
// every custom field and tag that the config and the records name. What is missing stops the cycle (fails closed).
import { HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'
import type { LookupCache, Lookups } from './diff/lookups.ts'
import type { Mirror } from './mirror/mirror.ts'

/** Names that the config mentions, known before any record is read. */
export interface NamedInConfig {
  readonly customFields: readonly string[]
  readonly tags: readonly string[]
}

/** What the account lacks, with the nearest name that it has. */
export interface Missing {
  readonly kind: 'custom field' | 'tag'
  readonly name: string
  readonly nearest: string | null
}

/** Confirms the account and returns its names. Errors: ERR_ACCOUNT_CHANGED, ERR_FIELD_UNKNOWN, ERR_TAG_UNKNOWN, ERR_HEYMARKET_*. */
export async function confirmAccount(
  mirror: Mirror,
  cache: LookupCache,
  named: NamedInConfig,
): Promise<Lookups> {
  let lookups = await cache.get()
  if (missingNames(lookups, named).length > 0) lookups = await cache.get({ fresh: true })
  const account = String(lookups.account.id)
  const known = mirror.meta.get('account')
  if (known !== undefined && known !== account) {
    throw new HeysyncError('ERR_ACCOUNT_CHANGED', {
      message: `The database mirrors Heymarket team ${known}, and these credentials belong to team ${account} (${lookups.account.name}).`,
      hint: 'Give each account its own `database:` file in heysync.yaml; heysync fills a new one by itself.',
    })
  }
  if (known === undefined) mirror.meta.set('account', account)
  refuse(missingNames(lookups, named))
  return lookups
}

/** The same for names that only the records told. */
export async function confirmWanted(mirror: Mirror, cache: LookupCache, lookups: Lookups): Promise<Lookups> {
  const find = (now: Lookups): Missing[] =>
    missing('tag', mirror.contacts.wantedTags(), now.tagId, now.tagNames)
  if (find(lookups).length === 0) return lookups
  const fresh = await cache.get({ fresh: true })
  refuse(find(fresh))
  return fresh
}

/** Assignees that the records name and the team does not have. Their contacts keep the assignee that they have. */
export function unknownAssignees(mirror: Mirror, lookups: Lookups): string[] {
  return mirror.contacts.wantedAssignees().filter((name) => lookups.memberId(name) === undefined)
}

export function missingNames(lookups: Lookups, named: NamedInConfig): Missing[] {
  return [
    ...missing('custom field', named.customFields, lookups.fieldId, lookups.fieldNames),
    ...missing('tag', named.tags, lookups.tagId, lookups.tagNames),
  ]
}

function missing(
  kind: Missing['kind'],
  wanted: readonly string[],
  idOf: (name: string) => number | undefined,
  names: readonly string[],
): Missing[] {
  return [...new Set(wanted)]
    .filter((name) => idOf(name) === undefined)
    .map((name) => ({ kind, name, nearest: nearest(name, names) }))
}

const CODE = { 'custom field': 'ERR_FIELD_UNKNOWN', tag: 'ERR_TAG_UNKNOWN' } as const

const WAY_OUT = {
  'custom field':
    'Correct the name under `map.custom`, or let heysync make it: heysync check --create-fields',
  tag: 'Correct the name under `map.tags`, or let heysync make it: heysync check --create-tags',
} as const

function refuse(found: readonly Missing[]): void {
  const [first] = found
  if (!first) return
  const same = found.filter((one) => one.kind === first.kind)
  const named = same.map((one) => `"${one.name}"${one.nearest ? ` (did you mean "${one.nearest}"?)` : ''}`)
  throw new HeysyncError(CODE[first.kind], {
    message: `The Heymarket account has no ${first.kind} ${named.join(', ')}. Nothing was written.`,
    hint: WAY_OUT[first.kind],
  })
}
