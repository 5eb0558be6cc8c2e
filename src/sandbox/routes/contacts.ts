// Owns /v1/contact: create, read, look up, update, delete.
import { badRequest } from '../api-error.ts'
import type { ContactRow } from '../contact-table.ts'
import { changeContact, createContact, removeContact } from '../contact-write.ts'
import { printContact, printWritten } from '../print.ts'
import {
  checkIdForm,
  contactBody,
  lookupBody,
  readBody,
  readId,
  readOverwrite,
  readPhone,
} from '../read-body.ts'
import {
  type Answer,
  answerJson,
  answerUnknown,
  answerWord,
  type Call,
  createdStatus,
  type Route,
  unknownError,
  type World,
} from '../world.ts'

function answerContact(world: World, call: Call, row: ContactRow | null): Answer {
  if (row === null) return answerUnknown(world, 'contact')
  call.phone = row.phone
  return answerJson(world, printContact(row, world.settings.dialects, world.store.catalog.tags))
}

function create(world: World, call: Call): Answer {
  const { dialects } = world.settings
  const body = readBody(contactBody, call.body)
  const phone = readPhone(body.phone, dialects)
  call.phone = phone
  const { local_id } = body
  const keyed = byLocalId(world, local_id)
  const samePhone =
    dialects.duplicatePhone === 'duplicate' ? null : world.store.contacts.currentByPhone(phone)
  const existing = keyed ?? samePhone
  if (existing === null) {
    const row = createContact(world, phone, body)
    if (local_id !== undefined) rememberLocalId(world, local_id, row)
    return answerJson(world, printWritten(row, dialects), createdStatus(world))
  }
  if (keyed === null && dialects.duplicatePhone === 'reject')
    throw badRequest('phone', 'a contact with this phone exists')
  const row = changeContact(world, existing, body, { mode: 'upsert', overwrite: false })
  return answerJson(world, printWritten(row, dialects))
}

/** The contact that was created with this `local_id`, where that is a key. */
function byLocalId({ store, settings }: World, localId: string | undefined): ContactRow | null {
  if (localId === undefined || settings.dialects.contactLocalId !== 'key') return null
  const item = store.contactKey.byLocalId(localId)
  return item === null ? null : store.contacts.current(item.data.contact_id)
}

function rememberLocalId({ store }: World, localId: string, row: ContactRow): void {
  store.contactKey.add({ contact_id: row.id }, { us: row.created_us, showAt: 0, localId })
}

function lookUp(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const body = readBody(lookupBody, call.body)
  checkIdForm(call, 'string', settings.dialects)
  if (body.phone !== undefined && body.phone !== '') {
    const phone = readPhone(body.phone, settings.dialects)
    call.phone = phone
    return answerContact(world, call, store.contacts.seenByPhone(phone, clock.now()))
  }
  if (body.id === undefined) throw badRequest('phone', 'or id is required')
  return answerContact(world, call, store.contacts.seen(body.id, clock.now()))
}

function update(world: World, call: Call): Answer {
  const { store, settings } = world
  const { dialects } = settings
  const overwrite = readOverwrite(call.query.overwrite)
  const existing = store.contacts.current(readId(call.params.id))
  call.phone = existing?.phone ?? null
  const body = readBody(contactBody, call.body)
  const phone = readPhone(body.phone, dialects)
  if (existing === null) throw unknownError(world, 'contact')
  const row = changeContact(world, existing, body, { mode: 'put', overwrite, phone })
  call.phone = row.phone
  return answerJson(world, printWritten(row, dialects))
}

function remove(world: World, call: Call): Answer {
  const row = world.store.contacts.current(readId(call.params.id))
  if (row === null) throw unknownError(world, 'contact')
  call.phone = row.phone
  removeContact(world, row)
  return answerWord(world, 'ok')
}

export const contactRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/contact', write: true, handle: create },
  {
    method: 'GET',
    path: '/v1/contact/:id',
    write: false,
    handle: (world, call) => answerContact(world, call, world.store.contacts.current(readId(call.params.id))),
  },
  { method: 'POST', path: '/v1/contact/get', write: false, handle: lookUp },
  { method: 'PUT', path: '/v1/contact/:id', write: true, handle: update },
  { method: 'DELETE', path: '/v1/contact/:id', write: true, handle: remove },
]
