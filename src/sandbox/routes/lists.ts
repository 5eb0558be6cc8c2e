// Owns lists: v2 writes, and the deprecated v1 calls, which are the only reads.

import { z } from 'zod'
import { ApiError, badRequest } from '../api-error.ts'
import { ROWS_WITHOUT_LIMIT, rangeOf } from '../date-cursor.ts'
import { EMPTY_LIST, kept, membersOf, printList, type Times } from '../lists.ts'
import { printWritten } from '../print.ts'
import { readBody, readId, readPhone } from '../read-body.ts'
import type { ListData } from '../rows.ts'
import type { Item } from '../shelf.ts'
import { stampText } from '../stamp.ts'
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

const given = {
  contacts: z.array(z.int()).optional(),
  phones: z.array(z.string()).optional(),
  emails: z.array(z.string()).optional(),
}
const createBody = z.object({
  title: z.string('is required').min(1, 'is required'),
  local_id: z.string('is required').min(1, 'is required'),
  type: z.literal('contacts').optional(),
  ...given,
})
const updateBody = z.object({
  title: z.string().min(1).optional(),
  ...given,
  add_contacts: given.contacts,
  remove_contacts: given.contacts,
  add_phones: given.phones,
  remove_phones: given.phones,
  add_emails: given.emails,
  remove_emails: given.emails,
})
const v1Body = z.object({
  title: z.string().min(1).optional(),
  local_id: z.string().optional(),
  members: z.record(z.string(), z.object({ f: z.string().optional(), l: z.string().optional() })).optional(),
  add_phone: z.string().optional(),
  remove_phone: z.string().optional(),
})
const pageBody = z.object({ date: z.string().optional() })

function timesOf(world: World, item: Item<unknown>): Times {
  const { resolution } = world.settings.dialects
  return { created: stampText(item.created_us, resolution), updated: stampText(item.updated_us, resolution) }
}

const phonesOf = (world: World, phones: readonly string[] | undefined) =>
  phones?.map((phone) => readPhone(phone, world.settings.dialects))

function create(world: World, call: Call): Answer {
  const { store, settings } = world
  const body = readBody(createBody, call.body)
  const twin = store.list.byLocalId(body.local_id)
  if (twin !== null && settings.dialects.listLocalId === 'same')
    return answerJson(world, printWritten(twin, settings.dialects))
  if (twin !== null && settings.dialects.listLocalId === 'reject')
    throw badRequest('local_id', `a list with the local_id "${body.local_id}" exists`)
  const phones = phonesOf(world, body.phones)
  const members = kept(world, membersOf(world, { ...body, phones }))
  const data: ListData = {
    ...EMPTY_LIST,
    title: body.title,
    members,
    emails: body.emails ?? [],
    type: body.type ?? 'phones',
  }
  const item = store.list.add(data, { us: store.tick(), showAt: store.showAt(), localId: body.local_id })
  // The documented example shows a uuid that equals the local_id.
  return answerJson(
    world,
    printWritten({ ...item, uuid: body.local_id }, settings.dialects),
    createdStatus(world),
  )
}

function find(world: World, call: Call): Item<ListData> {
  const item = world.store.list.get(readId(call.params.id))
  if (item === null) throw unknownError(world, 'list')
  return item
}

function update(world: World, call: Call): Answer {
  const { store } = world
  const item = find(world, call)
  const body = readBody(updateBody, call.body)
  const replaces = body.contacts ?? body.phones ?? body.emails
  const replaced = replaces !== undefined && world.settings.dialects.listMembers === 'replace'
  const base = replaced ? {} : item.data.members
  const added = membersOf(world, {
    contacts: [...(body.contacts ?? []), ...(body.add_contacts ?? [])],
    phones: phonesOf(world, [...(body.phones ?? []), ...(body.add_phones ?? [])]),
  })
  const removed = new Set([
    ...Object.keys(membersOf(world, { contacts: body.remove_contacts })),
    ...(phonesOf(world, body.remove_phones) ?? []),
  ])
  const members = Object.entries({ ...base, ...added }).filter(([phone]) => !removed.has(phone))
  const data: ListData = {
    ...item.data,
    title: body.title ?? item.data.title,
    members: kept(world, Object.fromEntries(members)),
    emails: [
      ...new Set([...(replaced ? [] : item.data.emails), ...(body.emails ?? []), ...(body.add_emails ?? [])]),
    ].filter((one) => !(body.remove_emails ?? []).includes(one)),
  }
  const after = store.list.change(item, data, store.tick())
  return answerJson(world, { id: after.id, rev: after.rev })
}

function remove(world: World, call: Call): Answer {
  const item = find(world, call)
  world.store.list.remove(item.id)
  return answerJson(world, { deleted: true, id: item.id })
}

/** v1 is deprecated: an account may have stopped answering it. */
function v1(handle: (world: World, call: Call) => Answer) {
  return (world: World, call: Call): Answer => {
    if (world.settings.dialects.listReads === 'gone') throw new ApiError(404, 'not found')
    return handle(world, call)
  }
}

function readOne(world: World, call: Call): Answer {
  const item = world.store.list.get(readId(call.params.id))
  return item === null
    ? answerUnknown(world, 'list')
    : answerJson(world, printList(world, item, timesOf(world, item)))
}

function page(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const { date } = readBody(pageBody, call.body)
  const rows = store.list.page(
    {
      by: 'updated',
      ...rangeOf(date, 'before', settings.dialects),
      ascending: false,
      limit: ROWS_WITHOUT_LIMIT,
      offset: 0,
    },
    clock.now(),
  )
  return answerJson(
    world,
    rows.map((item) => printList(world, item, timesOf(world, item))),
  )
}

function v1Members(world: World, body: z.infer<typeof v1Body>): Record<string, { f: string; l: string }> {
  return Object.fromEntries(
    Object.entries(body.members ?? {}).map(([phone, { f = '', l = '' }]) => [
      readPhone(phone, world.settings.dialects),
      { f, l },
    ]),
  )
}

function createV1(world: World, call: Call): Answer {
  const { store, settings } = world
  const body = readBody(v1Body, call.body)
  if (body.title === undefined) throw badRequest('title', 'is required')
  const data: ListData = { ...EMPTY_LIST, title: body.title, members: kept(world, v1Members(world, body)) }
  const item = store.list.add(data, {
    us: store.tick(),
    showAt: store.showAt(),
    localId: body.local_id ?? null,
  })
  return answerJson(world, printWritten(item, settings.dialects), createdStatus(world))
}

function updateV1(world: World, call: Call): Answer {
  const { store, settings } = world
  const item = find(world, call)
  const body = readBody(v1Body, call.body)
  const members = { ...(body.members === undefined ? item.data.members : v1Members(world, body)) }
  if (body.add_phone !== undefined)
    Object.assign(members, membersOf(world, { phones: [readPhone(body.add_phone, settings.dialects)] }))
  if (body.remove_phone !== undefined) delete members[readPhone(body.remove_phone, settings.dialects)]
  const data = { ...item.data, title: body.title ?? item.data.title, members: kept(world, members) }
  const after = store.list.change(item, data, store.tick())
  return answerJson(world, printWritten(after, settings.dialects))
}

function removeV1(world: World, call: Call): Answer {
  world.store.list.remove(find(world, call).id)
  return answerWord(world, 'ok')
}

export const listRoutes: readonly Route[] = [
  { method: 'POST', path: '/v2/lists', write: true, handle: create },
  { method: 'PUT', path: '/v2/lists/:id', write: true, handle: update },
  { method: 'DELETE', path: '/v2/lists/:id', write: true, handle: remove },
  { method: 'POST', path: '/v1/list', write: true, handle: v1(createV1) },
  { method: 'GET', path: '/v1/list/:id', write: false, handle: v1(readOne) },
  { method: 'PUT', path: '/v1/list/:id', write: true, handle: v1(updateV1) },
  { method: 'DELETE', path: '/v1/list/:id', write: true, handle: v1(removeV1) },
  { method: 'POST', path: '/v1/lists', write: false, handle: v1(page) },
]
