// Owns contacts v2: by uuid and by channel; one at a time, in bulk, search and list.
import { z } from 'zod'
import { ApiError, badRequest } from '../api-error.ts'
import type { ContactRow } from '../contact-table.ts'
import { changeContact, createContact, phoneAfter, removeContact } from '../contact-write.ts'
import { printContact, printWritten } from '../print.ts'
import { type ContactBody, contactBody, keptOfMany, listBody, readBody, readPhone } from '../read-body.ts'
import { stampText } from '../stamp.ts'
import { TEAM } from '../start-data.ts'
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
import { meanwhile, pageQuery } from './contact-list.ts'

const channel = z.object({
  channel_type: z.string().optional(),
  channel_id: z.string().optional(),
  channel_ids: z.array(z.string()).optional(),
  channel_handle: z.string().optional(),
  info_channel: z.boolean().optional(),
})
const channels = z.array(channel).min(1, 'must name one channel or more')
const newBody = contactBody.extend({ contact_channels: channels })
const bulkItem = contactBody.extend({
  contact_channels: z.array(channel).optional(),
  contact_id: z.string().optional(),
})
const oneChannel = z.object({
  channel_type: z.string('is required').min(1),
  channel_id: z.string('is required').min(1),
})

type Channels = readonly z.infer<typeof channel>[]

/** What the channels say of a contact. Throws an ApiError (400) for a phone that is none. */
function fromChannels(
  world: World,
  given: Channels,
  body: ContactBody,
): { phone: string | null; body: ContactBody } {
  const idOf = (type: string) => {
    const found = given.find((one) => one.channel_type === type)
    return found?.channel_id ?? found?.channel_ids?.[0]
  }
  const phone = idOf('phone') ?? body.phone
  const email = idOf('email') ?? body.email
  return {
    phone: phone === undefined ? null : readPhone(phone, world.settings.dialects),
    body: { ...body, ...(email === undefined ? {} : { email }) },
  }
}

function print(world: World, row: ContactRow): Record<string, unknown> {
  const { settings, store } = world
  const printed = printContact(row, settings.dialects, store.catalog.tags)
  if (settings.dialects.channelsRead === 'absent') return printed
  return { ...printed, contact_channels: channelsOf(world, row) }
}

function channelsOf(world: World, row: ContactRow): Record<string, unknown>[] {
  const { channelIds, resolution } = world.settings.dialects
  const id = (value: number) => (channelIds === 'text' ? String(value) : value)
  const entries = [
    ['phone', row.phone],
    ['email', row.email],
  ] as const
  return entries.flatMap(([type, value], at) =>
    value === null || value === ''
      ? []
      : [
          {
            id: id(row.id * 10 + at),
            team_id: TEAM.id,
            contact_id: channelIds === 'text' ? row.uuid : row.id,
            channel_type: type,
            channel_id: value,
            info_channel: false,
            channel_handle: '',
            created: stampText(row.created_us, resolution),
            updated: stampText(row.updated_us, resolution),
          },
        ],
  )
}

function find(world: World, call: Call): ContactRow | null {
  const uuid = call.params.uuid ?? ''
  if (!/^[0-9a-f-]{36}$/i.test(uuid)) throw badRequest('id', 'must be a uuid')
  const row = world.store.contacts.currentByUuid(uuid)
  call.phone = row?.phone ?? null
  return row
}

function mustFind(world: World, call: Call): ContactRow {
  const row = find(world, call)
  if (row === null) throw unknownError(world, 'contact')
  return row
}

function create(world: World, call: Call): Answer {
  const { contact_channels, ...rest } = readBody(newBody, call.body)
  const { phone, body } = fromChannels(world, contact_channels, rest)
  call.phone = phone
  const existing = phone === null ? null : world.store.contacts.currentByPhone(phone)
  const { duplicatePhone } = world.settings.dialects
  if (existing !== null && duplicatePhone === 'reject')
    throw badRequest('phone', 'a contact with this phone exists')
  const row =
    existing === null || duplicatePhone === 'duplicate'
      ? createContact(world, phone, body)
      : changeContact(world, existing, body, { mode: 'upsert', overwrite: false })
  return answerJson(world, printWritten(row, world.settings.dialects), createdStatus(world))
}

function readOne(world: World, call: Call): Answer {
  const row = find(world, call)
  return row === null ? answerUnknown(world, 'contact') : answerJson(world, print(world, row))
}

function update(world: World, call: Call): Answer {
  const row = mustFind(world, call)
  const body = readBody(contactBody, call.body)
  const phone = body.phone === undefined ? undefined : readPhone(body.phone, world.settings.dialects)
  const after = changeContact(world, row, body, {
    mode: 'put',
    overwrite: false,
    ...(phone === undefined ? {} : { phone }),
  })
  return answerJson(world, print(world, after))
}

function remove(world: World, call: Call): Answer {
  removeContact(world, mustFind(world, call))
  return answerWord(world, 'ok')
}

function bulk(world: World, call: Call): Answer {
  const { contacts } = readBody(z.object({ contacts: z.array(z.unknown()).min(1) }), call.body)
  const { bulkCalls, bulkRefusal, bulkSize } = world.settings.dialects
  if (bulkCalls === 'gone') throw new ApiError(404, 'not found')
  if (contacts.length > bulkSize) throw new ApiError(413, `contacts: at most ${bulkSize}`)
  const done: Record<string, unknown>[] = []
  const failed: { contact: unknown; error: string }[] = []
  world.store.atOnce(() => {
    for (const sent of contacts) {
      try {
        done.push(print(world, bulkOne(world, sent)))
      } catch (error) {
        if (!(error instanceof ApiError) || bulkRefusal === 'whole') throw error
        failed.push({ contact: sent, error: error.message })
      }
    }
  })
  return answerJson(world, { contacts: done, failed_contacts: failed })
}

function bulkOne(world: World, sent: unknown): ContactRow {
  const { contact_channels, contact_id, ...rest } = readBody(bulkItem, sent)
  const given = keptOfMany(rest, world.settings.dialects.bulkFields)
  const { phone, body } = fromChannels(world, contact_channels ?? [], given)
  if (contact_id !== undefined) {
    const row = world.store.contacts.currentByUuid(contact_id)
    if (row === null) throw badRequest('contact_id', 'no contact has this uuid')
    return changeContact(world, row, body, {
      mode: 'upsert',
      overwrite: false,
      ...(phone === null ? {} : { phone }),
    })
  }
  if (phone === null && !body.email) throw badRequest('contact_channels', 'is required to create')
  const existing = phone === null ? null : world.store.contacts.currentByPhone(phone)
  const { bulkExisting } = world.settings.dialects
  if (existing === null || bulkExisting === 'duplicate') return createContact(world, phone, body)
  if (bulkExisting === 'failed') throw badRequest('contact_channels', 'a contact with this phone exists')
  return changeContact(world, existing, body, { mode: 'upsert', overwrite: false })
}

function bulkRemove(world: World, call: Call): Answer {
  const body = readBody(
    z.object({ contact_channels: z.array(channel).length(1, 'must hold one entry') }),
    call.body,
  )
  const given = body.contact_channels[0]
  if (given?.channel_type !== 'id') throw badRequest('contact_channels.0.channel_type', 'must be "id"')
  for (const uuid of given.channel_ids ?? []) {
    const row = world.store.contacts.currentByUuid(uuid)
    if (row !== null) removeContact(world, row)
  }
  return answerWord(world, 'ok')
}

function search(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  if (settings.dialects.searchCalls === 'gone') throw new ApiError(404, 'not found')
  const body = readBody(z.object({ contact_channels: channels }), call.body)
  const asked = body.contact_channels.flatMap((one) =>
    (one.channel_ids ?? (one.channel_id === undefined ? [] : [one.channel_id])).map((id) => ({
      id,
      type: one.channel_type ?? (id.includes('@') ? 'email' : 'phone'),
    })),
  )
  if (asked.length > settings.dialects.searchSize)
    throw badRequest('contact_channels', `at most ${settings.dialects.searchSize} ids`)
  const found = new Map<number, ContactRow>()
  for (const { id, type } of asked) {
    const row =
      type === 'email'
        ? store.contacts.currentAll().find((one) => one.email === id)
        : store.contacts.seenByPhone(readPhone(id, settings.dialects), clock.now())
    if (row) found.set(row.id, row)
  }
  return answerJson(
    world,
    [...found.values()].map((row) => print(world, row)),
  )
}

function list(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const dialects = { ...settings.dialects, page: settings.dialects.pageV2 }
  const rows = store.contacts.seenPage(pageQuery(readBody(listBody, call.body), dialects), clock.now())
  const shown = rows.map((row) => print(world, row))
  meanwhile(world)
  return answerJson(world, shown)
}

function setChannel(world: World, call: Call): Answer {
  const row = mustFind(world, call)
  const { channel_type, channel_id } = readBody(oneChannel, call.body)
  if (channel_type !== 'phone' && channel_type !== 'email')
    throw badRequest('channel_type', 'the sandbox keeps phone and email only')
  const changed =
    channel_type === 'email'
      ? { email: channel_id }
      : phoneAfter(world, row, readPhone(channel_id, world.settings.dialects))
  return answerJson(world, channelsOf(world, world.store.change(row, changed, 'channel')))
}

function readChannel(world: World, call: Call): Answer {
  const row = find(world, call)
  const found =
    row === null ? undefined : channelsOf(world, row).find((one) => one.channel_type === call.params.type)
  return found === undefined ? answerUnknown(world, 'channel') : answerJson(world, found)
}

function removeChannel(world: World, call: Call): Answer {
  const row = mustFind(world, call)
  const { type } = call.params
  if (type !== 'phone' && type !== 'email') throw unknownError(world, 'channel')
  world.store.change(row, type === 'email' ? { email: '' } : { phone: null }, 'channel')
  return answerWord(world, 'ok')
}

const ONE = '/v2/contact/:uuid'

export const contactV2Routes: readonly Route[] = [
  { method: 'POST', path: '/v2/contact', write: true, handle: create },
  { method: 'GET', path: ONE, write: false, handle: readOne },
  { method: 'PUT', path: ONE, write: true, handle: update },
  { method: 'DELETE', path: ONE, write: true, handle: remove },
  { method: 'POST', path: '/v2/contacts', write: true, handle: bulk },
  { method: 'DELETE', path: '/v2/contacts', write: true, handle: bulkRemove },
  { method: 'POST', path: '/v2/contacts/search', write: false, handle: search },
  { method: 'POST', path: '/v2/contacts/list', write: false, handle: list },
  { method: 'POST', path: `${ONE}/channel`, write: true, handle: setChannel },
  { method: 'PUT', path: `${ONE}/channel`, write: true, handle: setChannel },
  { method: 'GET', path: `${ONE}/channel/:type`, write: false, handle: readChannel },
  { method: 'DELETE', path: `${ONE}/channel/:type`, write: true, handle: removeChannel },
]
