// Owns the form in which the mirror keeps a contact of Heymarket: JSON of what is not blank, and not in a column beside it.
import type { RemoteContact } from '../../heymarket/contact.ts'

/** A row of remote_contact, as far as a contact is read from it. */
export interface StoredRemote {
  readonly id: number
  /** Bare E.164; null where what Heymarket shows is no number. */
  readonly phone: string | null
  readonly rev: number | null
  /** Milliseconds since 1970; left out where nobody asks for it. */
  readonly updated_at?: number | null
  readonly body: string
}

/** In SQL, the display name of a row of remote_contact. */
export const DISPLAY_NAME =
  "coalesce(json_extract(body, '$.displayName'), trim(coalesce(json_extract(body, '$.first'), '') || ' ' || coalesce(json_extract(body, '$.last'), '')))"

/** `phone`: what the column says. */
export function remoteBody(contact: RemoteContact, phone: string | null): string {
  const { first, last, displayName, email, avatar, custom, tagIds, assigneeId, isOptedOut } = contact
  return JSON.stringify({
    phone: contact.phone === (phone ?? '') ? undefined : contact.phone,
    first: first || undefined,
    last: last || undefined,
    displayName: displayName === bothNames(first, last) ? undefined : displayName,
    email: email || undefined,
    avatar: avatar || undefined,
    custom: Object.keys(custom).length === 0 ? undefined : custom,
    tagIds: tagIds.length === 0 ? undefined : tagIds,
    assigneeId: assigneeId ?? undefined,
    isOptedOut: isOptedOut === false ? undefined : isOptedOut,
  })
}

/** Only the mirror writes them, so the shape is known. What earlier versions of heysync wrote says more than it has to. */
export function parseRemote({ id, phone, rev, updated_at = null, body }: StoredRemote): RemoteContact {
  const held = JSON.parse(body) as Partial<RemoteContact>
  const { first = '', last = '' } = held
  return {
    id,
    phone: held.phone ?? phone ?? '',
    first,
    last,
    displayName: held.displayName ?? bothNames(first, last),
    email: held.email ?? '',
    avatar: held.avatar ?? '',
    custom: held.custom ?? {},
    tagIds: held.tagIds ?? [],
    assigneeId: held.assigneeId ?? null,
    isOptedOut: held.isOptedOut === undefined ? false : held.isOptedOut,
    rev,
    updated: updated_at === null ? null : new Date(updated_at).toISOString(),
  }
}

function bothNames(first: string, last: string): string {
  return `${first} ${last}`.trim()
}
