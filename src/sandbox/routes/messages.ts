// Owns messages: send, all of them in pages, the history with one person, the count.

import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { EVERYTHING, limitOf, ROWS_WITHOUT_LIMIT, rangeOf } from '../date-cursor.ts'
import { isOptedOut } from '../lists.ts'
import { printMessage } from '../messages.ts'
import { readBody, readPhone } from '../read-body.ts'
import type { MessageData, Sending } from '../rows.ts'
import { checkSending, sendOut } from '../send.ts'
import type { Item } from '../shelf.ts'
import { stampText } from '../stamp.ts'
import { type Answer, answerJson, answerWord, type Call, type Route, type World } from '../world.ts'

const sendBody = z.object({
  inbox_id: z.int('is required'),
  creator_id: z.int('is required'),
  phone_number: z.string().optional(),
  chat_id: z.int().optional(),
  list_id: z.int().optional(),
  targets: z.array(z.string()).optional(),
  text: z.string().optional(),
  template_id: z.int().optional(),
  media_url: z.string().optional(),
  survey_id: z.int().optional(),
  local_id: z.string().optional(),
  activity_id: z.string().optional(),
  private: z.boolean().optional(),
  author: z.string().optional(),
})
const pageBody = z.object({
  created_at: z.string().optional(),
  order: z.enum(['created_at', 'updated_at']).optional(),
  ascending: z.boolean().optional(),
  limit: z.int().min(0).optional(),
})

/** The newest of a history. */
const HISTORY = 50

function send(world: World, call: Call): Answer {
  const { store, settings } = world
  const { dialects } = settings
  const body = readBody(sendBody, call.body)
  const { phone_number, chat_id, creator_id, targets, ...rest } = body
  const sending: Sending = {
    ...rest,
    user_id: creator_id,
    conversation_id: chat_id,
    ...(phone_number === undefined ? {} : { phone: readPhone(phone_number, dialects) }),
    ...(targets === undefined ? {} : { targets: targets.map((one) => readPhone(one, dialects)) }),
  }
  call.phone = sending.phone ?? null
  checkSending(world, sending)
  if (sending.list_id !== undefined && !sending.local_id)
    throw badRequest('local_id', 'is required for a message to a list')
  if (sending.private && dialects.privateTarget === 'conversation' && sending.conversation_id === undefined)
    throw badRequest('private', 'is only possible inside a conversation')
  const twin = sending.local_id === undefined ? null : store.message.byLocalId(sending.local_id)
  if (twin !== null && dialects.messageLocalId === 'same') return answerSent(world, twin)
  if (twin !== null && dialects.messageLocalId === 'reject')
    throw badRequest('local_id', `"${sending.local_id}" was used before`)
  const stopped = !sending.private && sending.phone !== undefined && isOptedOut(world, sending.phone)
  if (stopped && dialects.optedOutSend === 'reject')
    throw badRequest('phone_number', 'unsubscribed_number: this person opted out')
  return answerSent(
    world,
    store.atOnce(() => sendOut(world, sending)),
  )
}

/** What is answered to a message; a broadcast to nobody has no id. */
function answerSent(world: World, item: Item<MessageData> | null): Answer {
  const { dialects } = world.settings
  const date = stampText(item?.created_us ?? world.clock.now() * 1_000, dialects.resolution)
  const id = item?.data.broadcast_id ?? item?.id ?? 0
  return answerJson(
    world,
    dialects.sentShape === 'documented'
      ? { id, date, gallery_url: '' }
      : { id, convo_id: item?.data.conversation_id ?? 0, date, queued: false, compliance_results: {} },
  )
}

function page(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const { dialects } = settings
  const body = readBody(pageBody, call.body)
  if (!body.created_at && dialects.createdAtRequired === 'yes') throw badRequest('created_at', 'is required')
  const ascending = body.ascending ?? false
  const rows = store.message.page(
    {
      by: body.order === 'updated_at' ? 'updated' : 'created',
      ...range(body.created_at, world),
      ascending,
      limit: limitOf(body.limit || ROWS_WITHOUT_LIMIT, dialects),
      offset: 0,
    },
    clock.now(),
  )
  const shown = rows.filter((row) => row.data.channel === 'sms' || dialects.emailInHistory === 'yes')
  return answerJson(
    world,
    shown.map((row) => printMessage(world, row)),
  )
}

/** "On and after" counts the instant itself, whatever the other cursors do. */
function range(createdAt: string | undefined, { settings }: World) {
  const { dialects } = settings
  if (dialects.messagesDate === 'before') return rangeOf(createdAt, 'before', dialects, 'created_at')
  return rangeOf(createdAt, 'after', { ...dialects, cursor: 'inclusive' }, 'created_at')
}

function history(world: World, call: Call): Answer {
  const { store, settings, clock } = world
  const phone = readPhone(call.query.phoneNumber, settings.dialects)
  const inboxId = Number(call.query.inboxID)
  if (!Number.isInteger(inboxId)) throw badRequest('inboxID', 'is required')
  const { timestamp } = call.query
  if (timestamp !== undefined && !/^\d+$/.test(timestamp))
    throw badRequest('timestamp', 'must be unix seconds')
  const before = timestamp === undefined ? EVERYTHING.before : Number(timestamp) * 1_000_000
  const delayMs = settings.dialects.visibilityDelayMs
  const rows = store.message
    .byRef(phone)
    .filter((row) => row.data.inbox_id === inboxId && row.created_us < before)
    .filter((row) => delayMs === 0 || row.created_us / 1_000 + delayMs <= clock.now())
    .slice(-HISTORY)
    .reverse()
  return answerJson(
    world,
    rows.map((row) => printMessage(world, row)),
  )
}

export const messageRoutes: readonly Route[] = [
  { method: 'POST', path: '/v1/message/send', write: true, handle: send },
  { method: 'POST', path: '/v1/messages/all', write: false, handle: page },
  {
    method: 'POST',
    path: '/v1/messages/all/count',
    write: false,
    handle: (world) => answerWord(world, String(world.store.message.count(world.clock.now()))),
  },
  { method: 'GET', path: '/v1/messages', write: false, handle: history },
]
