// Owns /v1/schedule: create, read, change, cancel.

import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { readBody, readId, readPhone } from '../read-body.ts'
import type { ScheduleData } from '../rows.ts'
import { checkSending } from '../send.ts'
import type { Item } from '../shelf.ts'
import { readStamp, stampText } from '../stamp.ts'
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

const body = z.object({
  inbox_id: z.int('is required'),
  execute_at: z.string('is required'),
  content: z.object({
    text: z.string().optional(),
    template_id: z.int().optional(),
    media_url: z.string().optional(),
  }),
  phone_number: z.string().optional(),
  targets: z.array(z.string()).optional(),
  conversation_id: z.int().optional(),
  list_id: z.int().optional(),
  local_id: z.string().optional(),
  user_id: z.int().optional(),
})

const QUARTER_US = 15 * 60 * 1_000_000

function read(world: World, call: Call): { data: ScheduleData; localId: string | null } {
  const { dialects } = world.settings
  const given = readBody(body, call.body)
  const execute_us = readStamp(given.execute_at, 'second')
  if (execute_us === null) throw badRequest('execute_at', 'must be an RFC 3339 time')
  if (execute_us % QUARTER_US !== 0) throw badRequest('execute_at', 'must be on a quarter-hour')
  if (execute_us < world.clock.now() * 1_000 + QUARTER_US)
    throw badRequest('execute_at', 'must be at least 15 minutes in the future')
  const sending = {
    inbox_id: given.inbox_id,
    user_id: given.user_id ?? TEAM.members[0].id,
    ...given.content,
    conversation_id: given.conversation_id,
    list_id: given.list_id,
    ...(given.phone_number === undefined ? {} : { phone: readPhone(given.phone_number, dialects) }),
    ...(given.targets === undefined ? {} : { targets: given.targets.map((one) => readPhone(one, dialects)) }),
  }
  checkSending(world, sending)
  return { data: { execute_us, sending, content: given.content }, localId: given.local_id ?? null }
}

function create(world: World, call: Call): Answer {
  const { store, settings } = world
  const { data, localId } = read(world, call)
  const twin = localId === null ? null : store.schedule.byLocalId(localId)
  if (twin !== null && settings.dialects.scheduleLocalId === 'same') return answerWritten(world, twin)
  if (twin !== null && settings.dialects.scheduleLocalId === 'reject')
    throw badRequest('local_id', `"${localId}" was used before`)
  const item = store.schedule.add(data, { us: store.tick(), showAt: store.showAt(), localId })
  return answerWritten(world, item, createdStatus(world))
}

function answerWritten(world: World, item: Item<ScheduleData>, status = 200): Answer {
  return answerJson(world, { id: item.id, local_id: item.local_id ?? '' }, status)
}

function readOne(world: World, call: Call): Answer {
  const { resolution, scheduleText } = world.settings.dialects
  const item = world.store.schedule.get(readId(call.params.id))
  if (item === null) return answerUnknown(world, 'scheduled message')
  const { sending, content, execute_us } = item.data
  return answerJson(world, {
    id: item.id,
    inbox_id: sending.inbox_id,
    local_id: item.local_id ?? '',
    execute: stampText(execute_us, 'second'),
    created: stampText(item.created_us, resolution),
    updated: stampText(item.updated_us, resolution),
    team_id: TEAM.id,
    user_id: sending.user_id,
    op: item.rev === 1 ? 'create' : 'update',
    meta: scheduleText === 'meta' ? content : {},
    ...(scheduleText === 'content' ? { content } : {}),
  })
}

function find(world: World, call: Call): Item<ScheduleData> {
  const item = world.store.schedule.get(readId(call.params.id))
  if (item === null) throw unknownError(world, 'scheduled message')
  return item
}

function update(world: World, call: Call): Answer {
  const item = find(world, call)
  const { data } = read(world, call)
  return answerWritten(world, world.store.schedule.change(item, data, world.store.tick()))
}

function remove(world: World, call: Call): Answer {
  world.store.schedule.remove(find(world, call).id)
  return answerWord(world, 'ok')
}

export const scheduleRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/schedule', write: true, handle: create },
  { method: 'GET', path: '/v1/schedule/:id', write: false, handle: readOne },
  { method: 'PUT', path: '/v1/schedule/:id', write: true, handle: update },
  { method: 'DELETE', path: '/v1/schedule/:id', write: true, handle: remove },
]
