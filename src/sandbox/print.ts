// Owns the answers' bodies: contacts, tags and errors as the read dialects want them.
import { errorCode } from './api-error.ts'
import type { TagRow } from './catalog.ts'
import type { ContactRow } from './contact-table.ts'
import type { Dialects } from './dialects.ts'
import { stampText, ZERO_TIME } from './stamp.ts'
import { TEAM } from './start-data.ts'

export interface Text {
  readonly type: string
  readonly text: string
}

const JSON_TYPE = 'application/json; charset=utf-8'
const PLAIN_TYPE = 'text/plain; charset=utf-8'

/** A JSON body. An empty list follows the dialect emptyList. */
export function jsonText(body: unknown, dialects: Dialects): Text {
  const empty = Array.isArray(body) && body.length === 0 && dialects.emptyList === 'null'
  return { type: JSON_TYPE, text: empty ? 'null' : JSON.stringify(body) }
}

/** A body that is one word or number given as text, such as "ok". */
export function scalarText(word: string, dialects: Dialects): Text {
  return dialects.scalars === 'quoted'
    ? { type: JSON_TYPE, text: JSON.stringify(word) }
    : { type: PLAIN_TYPE, text: word }
}

/** The body of an error. */
export function errorText(status: number, message: string, dialects: Dialects): Text {
  switch (dialects.errorBody) {
    case 'text':
      return { type: PLAIN_TYPE, text: message }
    case 'message':
      return { type: JSON_TYPE, text: JSON.stringify({ message }) }
    case 'error':
      return { type: JSON_TYPE, text: JSON.stringify({ error: message }) }
    case 'code':
      return { type: JSON_TYPE, text: JSON.stringify({ error_code: errorCode(status), message }) }
    case 'html':
      return htmlError(status, message)
  }
}

/** What a proxy says when it answers in the API's place. */
export function htmlError(status: number, message: string): Text {
  const text = `<html><head><title>${status}</title></head><body><h1>${status}</h1><p>${message}</p></body></html>`
  return { type: 'text/html; charset=utf-8', text }
}

/** A contact as reads give it. */
export function printContact(
  row: ContactRow,
  dialects: Dialects,
  tags: ReadonlyMap<number, TagRow>,
): Record<string, unknown> {
  const optedOut = row.unsubscribed_admin === 1 || row.unsubscribed_contact === 1
  const noTime = dialects.zeroTimes === 'present' && row.id % 3 === 0
  const printed: Record<string, unknown> = {
    id: row.id,
    display_name: row.display_name,
    first: row.first,
    last: row.last,
    email: row.email,
    phone: row.phone ?? '',
    avatar: row.avatar,
    custom: JSON.parse(row.custom),
    tags: printTags(JSON.parse(row.tags) as number[], dialects, tags),
    team_id: TEAM.id,
    creator_id: row.creator_id,
    assigned_user_id: row.assigned_user_id,
    shared: true,
    created: noTime ? ZERO_TIME : stampText(row.created_us, dialects.resolution),
    updated: stampText(row.updated_us, dialects.resolution),
    rev: row.rev,
    op: row.op,
  }
  if (dialects.uuid === 'reads') printed.uuid = row.uuid
  if (dialects.emptyFields === 'omitted') {
    for (const [name, value] of Object.entries(printed)) if (isEmpty(value)) delete printed[name]
  }
  if (dialects.optedOutRead === 'always' || (dialects.optedOutRead === 'omitFalse' && optedOut)) {
    printed.is_opted_out = optedOut
  }
  return printed
}

function printTags(ids: number[], dialects: Dialects, tags: ReadonlyMap<number, TagRow>): unknown {
  const known = ids.flatMap((id) => tags.get(id) ?? [])
  if (known.length === 0 && dialects.emptyList === 'null') return null
  if (dialects.tagsRead === 'ids') return known.map((tag) => tag.id)
  if (dialects.tagsRead === 'refs') return known.map((tag) => ({ tag_id: tag.id }))
  return known.map((tag) => printTag(tag, dialects))
}

/** A tag as reads give it. */
export function printTag(row: TagRow, dialects: Dialects): Record<string, unknown> {
  return {
    id: row.id,
    tag: row.tag,
    color: row.color,
    team_id: TEAM.id,
    created: stampText(row.created_us, dialects.resolution),
    updated: stampText(row.updated_us, dialects.resolution),
    rev: row.rev,
  }
}

/** The answer to a write: id and rev, and the uuid unless the dialect leaves it out. */
export function printWritten(
  row: { id: number; rev: number; uuid: string },
  dialects: Dialects,
): Record<string, unknown> {
  const { id, rev, uuid } = row
  return dialects.uuid === 'never' ? { id, rev } : { id, rev, uuid }
}

/** Empty as Go's omitempty sees it. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0
  return value === '' || value === 0 || value === false || value === null
}
