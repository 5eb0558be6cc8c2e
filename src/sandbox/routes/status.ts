// Owns /v1/contact/status and set_status: who is opted out or blocked.
import { badRequest } from '../api-error.ts'
import type { ContactRow } from '../contact-table.ts'
import { checkIdForm, lookupBody, readBody, readPhone, type STATUSES, setStatusBody } from '../read-body.ts'
import {
  type Answer,
  answerJson,
  answerUnknown,
  answerWord,
  type Call,
  type Route,
  unknownError,
  type World,
} from '../world.ts'

/** What each status sets. An opt-out by the person stays: only their own START lifts it. */
const CHANGES: Readonly<Record<(typeof STATUSES)[number], Partial<ContactRow>>> = {
  active: { blocked: 0, unsubscribed_admin: 0 },
  blocked: { blocked: 1 },
  unblocked: { blocked: 0 },
  subscribed: { unsubscribed_admin: 0 },
  unsubscribed: { unsubscribed_admin: 1 },
}

function find(
  world: World,
  call: Call,
  body: { phone?: string | undefined; id?: number | undefined },
): ContactRow | null {
  const { contacts } = world.store
  checkIdForm(call, 'number', world.settings.dialects)
  if (body.phone !== undefined && body.phone !== '') {
    call.phone = readPhone(body.phone, world.settings.dialects)
    return contacts.currentByPhone(call.phone)
  }
  if (body.id === undefined) throw badRequest('phone', 'or id is required')
  const row = contacts.current(body.id)
  call.phone = row?.phone ?? null
  return row
}

function status(world: World, call: Call): Answer {
  const row = find(world, call, readBody(lookupBody, call.body))
  if (row === null) return answerUnknown(world, 'contact')
  const admin = row.unsubscribed_admin === 1
  const contact = row.unsubscribed_contact === 1
  return answerJson(world, {
    id: row.id,
    phone: row.phone ?? '',
    unsubscribed: admin || contact,
    unsubscribed_admin: admin,
    unsubscribed_contact: contact,
    blocked: row.blocked === 1,
  })
}

function setStatus(world: World, call: Call): Answer {
  const body = readBody(setStatusBody, call.body)
  const row = find(world, call, body)
  if (row === null) throw unknownError(world, 'contact')
  world.store.change(row, CHANGES[body.status], 'status')
  return answerWord(world, 'success')
}

export const statusRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/contact/status', write: false, handle: status },
  { method: 'POST', path: '/v1/contact/set_status', write: true, handle: setStatus },
]
