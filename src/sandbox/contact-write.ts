// Owns writing one contact, for every endpoint that does: v1, v2, batch and bulk meet the same rules.
import { badRequest } from './api-error.ts'
import { applyWrite, BLANK_FIELDS, type WriteContext, type WriteMode } from './contact-rules.ts'
import type { ContactRow } from './contact-table.ts'
import type { ContactBody } from './read-body.ts'
import type { World } from './world.ts'

function writeContext(world: World, mode: WriteMode, overwrite: boolean): WriteContext {
  const { tags, fields } = world.store.catalog
  return {
    mode,
    overwrite,
    dialects: world.settings.dialects,
    knowsTag: (id) => tags.has(id),
    knowsField: (id) => fields.has(id),
  }
}

/** A new contact. Throws an ApiError (400). */
export function createContact(world: World, phone: string | null, body: ContactBody): ContactRow {
  refuseLocalId(world, body)
  return world.store.create(phone, applyWrite(BLANK_FIELDS, body, writeContext(world, 'create', false)))
}

/** A contact changed by what is sent. Throws an ApiError (400). */
export function changeContact(
  world: World,
  row: ContactRow,
  body: ContactBody,
  { mode, overwrite, phone }: { mode: WriteMode; overwrite: boolean; phone?: string },
): ContactRow {
  refuseLocalId(world, body)
  const fields = applyWrite(row, body, writeContext(world, mode, overwrite))
  const moved = phone === undefined ? {} : phoneAfter(world, { ...row, ...fields }, phone)
  return world.store.change(row, { ...fields, ...moved }, 'update')
}

/** What changes on a contact with the phone that an update names. Throws an ApiError (400). */
export function phoneAfter(world: World, row: ContactRow, phone: string): Partial<ContactRow> {
  const { store, settings } = world
  if (phone === row.phone) return {}
  const { phoneChange } = settings.dialects
  if (phoneChange === 'reject' && row.phone !== null) throw badRequest('phone', 'cannot be changed')
  const other = store.contacts.currentByPhone(phone)
  if (other === null) return { phone }
  if (phoneChange !== 'merge') throw badRequest('phone', 'another contact has this phone')
  store.remove(other)
  return {
    phone,
    unsubscribed_admin: Math.max(row.unsubscribed_admin, other.unsubscribed_admin),
    unsubscribed_contact: Math.max(row.unsubscribed_contact, other.unsubscribed_contact),
  }
}

function refuseLocalId({ settings }: World, { local_id }: ContactBody): void {
  if (local_id !== undefined && settings.dialects.contactLocalId === 'reject')
    throw badRequest('local_id', 'is not a field')
}

/** Whether the messages with the person go too is a question of the dialect. */
export function removeContact({ store, settings }: World, row: ContactRow): void {
  if (settings.dialects.deleteHistory === 'erased' && row.phone !== null) {
    const messages = store.message.byRef(row.phone)
    for (const id of new Set(messages.map(({ data }) => data.conversation_id))) store.conversation.remove(id)
    for (const { id } of messages) store.message.remove(id)
  }
  store.remove(row)
}
