// Owns what a write makes of a contact: pure, and the one place where the write dialects are decided.
import { badRequest } from './api-error.ts'
import type { ContactRow } from './contact-table.ts'
import type { Dialects } from './dialects.ts'
import type { ContactBody } from './read-body.ts'
import { FIRST_USER_ID } from './start-data.ts'

const MAX_TAGS = 5

/** `create`: a new contact. `upsert`: a create that met an existing phone; only what is sent changes. `put`: an update. */
export type WriteMode = 'create' | 'upsert' | 'put'

export interface WriteContext {
  readonly mode: WriteMode
  /** The query parameter of PUT: the custom map is replaced, not merged. */
  readonly overwrite: boolean
  readonly dialects: Dialects
  readonly knowsTag: (id: number) => boolean
  readonly knowsField: (id: number) => boolean
}

/** The columns that a write decides. */
export type ContactFields = Pick<
  ContactRow,
  | 'first'
  | 'last'
  | 'display_name'
  | 'email'
  | 'avatar'
  | 'assigned_user_id'
  | 'tags'
  | 'custom'
  | 'unsubscribed_admin'
>

export const BLANK_FIELDS: ContactFields = {
  first: '',
  last: '',
  display_name: '',
  email: '',
  avatar: '',
  assigned_user_id: 0,
  tags: '[]',
  custom: '{}',
  unsubscribed_admin: 0,
}

/** The fields after the write. Throws an ApiError (400) that names what is wrong. */
export function applyWrite(before: ContactFields, sent: ContactBody, context: WriteContext): ContactFields {
  const { dialects, mode } = context
  const clears = mode === 'put' && dialects.putOmitted === 'clear'
  const name = (value: string | undefined) => (dialects.trimNames === 'yes' ? value?.trim() : value)
  const first = name(sent.first) ?? (clears ? '' : before.first)
  const last = name(sent.last) ?? (clears ? '' : before.last)
  return {
    first,
    last,
    display_name: displayName(
      name(sent.display_name),
      before.display_name,
      `${first} ${last}`.trim(),
      context,
    ),
    email: sent.email ?? (clears ? '' : before.email),
    avatar: sent.avatar ?? (clears ? '' : before.avatar),
    assigned_user_id: assigneeAfter(before.assigned_user_id, sent.assignee_id, clears, dialects),
    tags: JSON.stringify(tagsAfter(JSON.parse(before.tags) as number[], sent.tags, context)),
    custom: JSON.stringify(
      customAfter(JSON.parse(before.custom) as Record<string, string>, sent.custom, context),
    ),
    unsubscribed_admin: optOutAfter(before.unsubscribed_admin, sent.is_opted_out, context),
  }
}

/** Ids of users start above those of members. */
function assigneeAfter(
  before: number,
  sent: number | undefined,
  clears: boolean,
  { assigneeIds }: Dialects,
): number {
  if (sent === undefined) return clears ? 0 : before
  if (sent <= 0) return 0
  return assigneeIds === 'users' && sent < FIRST_USER_ID ? before : sent
}

function displayName(
  sent: string | undefined,
  before: string,
  joined: string,
  context: WriteContext,
): string {
  if (sent !== undefined && sent.trim() !== '') return sent
  if (context.mode === 'create' || context.dialects.displayName === 'recompute') return joined
  if (sent !== undefined) return sent
  return context.mode === 'put' && context.dialects.putOmitted === 'clear' ? '' : before
}

function tagsAfter(
  before: number[],
  sent: readonly { tag_id: number }[] | undefined,
  context: WriteContext,
): number[] {
  const { dialects, mode } = context
  const kept = before.filter(context.knowsTag)
  const merges = dialects.tagsWrite === 'merge'
  if (sent === undefined) return mode === 'put' && dialects.putOmitted === 'clear' && !merges ? [] : kept
  for (const { tag_id } of sent) {
    if (!context.knowsTag(tag_id)) throw badRequest('tags', `no tag has the id ${tag_id}`)
  }
  const all = [...new Set([...(merges ? kept : []), ...sent.map((one) => one.tag_id)])]
  if (all.length > MAX_TAGS && dialects.tooManyTags === 'reject') {
    throw badRequest('tags', `a contact has at most ${MAX_TAGS} tags, not ${all.length}`)
  }
  return all.slice(0, MAX_TAGS)
}

function customAfter(
  before: Record<string, string>,
  sent: Readonly<Record<string, string>> | undefined,
  context: WriteContext,
): Record<string, string> {
  const { clearCustom, unknownCustom, overwriteOmitted } = context.dialects
  const replaces = context.overwrite && (sent !== undefined || overwriteOmitted === 'wipes')
  const after = replaces ? {} : { ...before }
  for (const [key, value] of Object.entries(sent ?? {})) {
    if (!context.knowsField(Number(key))) {
      if (unknownCustom === 'reject') throw badRequest('custom', `no custom field has the id ${key}`)
      continue
    }
    if (value !== '' || clearCustom === 'stores') after[key] = value
    else if (clearCustom === 'clears') delete after[key]
  }
  return after
}

function optOutAfter(before: number, sent: boolean | undefined, context: WriteContext): number {
  const { omittedOptOut, optedOutFalse } = context.dialects
  if (sent === true) return 1
  if (sent === false) return optedOutFalse === 'clears' ? 0 : before
  return context.mode === 'put' && omittedOptOut === 'clear' ? 0 : before
}
