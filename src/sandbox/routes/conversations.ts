// Owns conversations: pages, the count, one of them, and the changes of their state.

import { z } from 'zod'
import { badRequest } from '../api-error.ts'
import { ROWS_WITHOUT_LIMIT, rangeOf } from '../date-cursor.ts'
import { readBody, readId } from '../read-body.ts'
import type { ConversationData } from '../rows.ts'
import type { Item } from '../shelf.ts'
import { stampText } from '../stamp.ts'
import { INBOXES, TEAM } from '../start-data.ts'
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

const pageBody = z.object({
  id: z.int('is required'),
  filters: z.object(
    { inboxes: z.array(z.int()).optional(), closed: z.boolean().optional(), unread: z.boolean().optional() },
    'is required',
  ),
  date: z.string().optional(),
})
const whichBody = z.object({
  chat_id: z.int().optional(),
  target: z.string().optional(),
  targets: z.array(z.string()).optional(),
  inbox_id: z.int().optional(),
  user_id: z.int().optional(),
})
const reassignBody = whichBody.extend({ reassign_id: z.int('is required') })
const transferBody = z.object({
  conversation_id: z.int('is required'),
  transfer_inbox_id: z.int('is required'),
})

function printConversation(world: World, item: Item<ConversationData>): Record<string, unknown> {
  const { resolution } = world.settings.dialects
  const { id, data, created_us, updated_us } = item
  return {
    id,
    name: data.name,
    inbox: data.inbox_id,
    target: data.target,
    channel: data.channel,
    status: data.status,
    read: data.read,
    assigned: data.assigned,
    blocked: false,
    creator: TEAM.members[0].id,
    email_noti: false,
    local_id: item.local_id ?? '',
    muted: false,
    noreply: false,
    replied: false,
    snooze_till: '',
    super: false,
    support: false,
    type: data.target.includes(',') ? 'group' : 'single',
    members: TEAM.members.map(({ id: memberId, name }) => ({ id: memberId, name })),
    op: item.rev === 1 ? 'create' : 'update',
    created: stampText(created_us, resolution),
    updated: stampText(updated_us, resolution),
  }
}

/** Every conversation that fits the filters, newest change first. */
function matching(world: World, call: Call): Item<ConversationData>[] {
  const { store, settings, clock } = world
  const { filters, date } = readBody(pageBody, call.body)
  const rows = store.conversation.page(
    {
      by: 'updated',
      ...rangeOf(date, 'before', settings.dialects),
      ascending: false,
      limit: Number.MAX_SAFE_INTEGER,
      offset: 0,
    },
    clock.now(),
  )
  return rows.filter(
    ({ data }) =>
      (filters.inboxes === undefined || filters.inboxes.includes(data.inbox_id)) &&
      (filters.closed === undefined || (data.status === 'closed') === filters.closed) &&
      (filters.unread !== true || !data.read),
  )
}

function page(world: World, call: Call): Answer {
  const rows = matching(world, call).slice(0, ROWS_WITHOUT_LIMIT)
  return answerJson(
    world,
    rows.map((item) => printConversation(world, item)),
  )
}

function readOne(world: World, call: Call): Answer {
  const item = world.store.conversation.get(readId(call.params.id))
  return item === null
    ? answerUnknown(world, 'conversation')
    : answerJson(world, printConversation(world, item))
}

function find(world: World, given: z.infer<typeof whichBody>): Item<ConversationData> {
  const { store } = world
  if (given.chat_id !== undefined) {
    const item = store.conversation.get(given.chat_id)
    if (item === null) throw unknownError(world, 'conversation')
    return item
  }
  const targets = given.targets ?? (given.target === undefined ? undefined : [given.target])
  if (targets === undefined) throw badRequest('chat_id', 'or target is required')
  if (given.inbox_id === undefined) throw badRequest('inbox_id', 'is required beside target')
  const item = store.conversation.byRef(`${given.inbox_id} ${[...targets].sort().join(',')}`)[0]
  if (item === undefined) throw unknownError(world, 'conversation')
  return item
}

function changeTo(changed: Partial<ConversationData>, event?: 'chat_closed' | 'chat_opened') {
  return (world: World, call: Call): Answer => {
    const item = find(world, readBody(whichBody, call.body))
    const after = world.store.conversation.change(item, { ...item.data, ...changed }, world.store.tick())
    if (event !== undefined) world.events.emit({ type: event, data: printConversation(world, after) })
    return answerWord(world, 'ok')
  }
}

function reassign(world: World, call: Call): Answer {
  const body = readBody(reassignBody, call.body)
  if (!TEAM.members.some((member) => member.id === body.reassign_id))
    throw badRequest('reassign_id', `no member has the id ${body.reassign_id}`)
  const item = find(world, body)
  const data = { ...item.data, assigned: body.reassign_id }
  const after = world.store.conversation.change(item, data, world.store.tick())
  world.events.emit({ type: 'chat_reassigned', data: printConversation(world, after) })
  return answerWord(world, 'ok')
}

function transfer(world: World, call: Call): Answer {
  const { store } = world
  const body = readBody(transferBody, call.body)
  const item = find(world, { chat_id: body.conversation_id })
  if (item.data.channel !== 'sms')
    throw badRequest('conversation_id', 'only SMS conversations can be transferred')
  if (!INBOXES.some((inbox) => inbox.id === body.transfer_inbox_id))
    throw badRequest('transfer_inbox_id', `no inbox has the id ${body.transfer_inbox_id}`)
  if (store.conversation.byRef(`${body.transfer_inbox_id} ${item.data.target}`).length > 0)
    throw badRequest('transfer_inbox_id', 'the inbox already has this conversation')
  const after = store.conversation.move(
    item,
    `${body.transfer_inbox_id} ${item.data.target}`,
    { ...item.data, inbox_id: body.transfer_inbox_id },
    store.tick(),
  )
  world.events.emit({ type: 'chat_transferred', data: printConversation(world, after) })
  return answerWord(world, 'ok')
}

const post = (path: string, write: boolean, handle: Route['handle']): Route => ({
  method: 'POST',
  path: `/v1/conversations${path}`,
  write,
  handle,
})

export const conversationRoutes: readonly Route[] = [
  post('', false, page),
  post('/count', false, (world, call) => answerWord(world, String(matching(world, call).length))),
  { method: 'GET', path: '/v1/conversations/:id', write: false, handle: readOne },
  post('/read', true, changeTo({ read: true })),
  post('/unread', true, changeTo({ read: false })),
  post('/open', true, changeTo({ status: 'open' }, 'chat_opened')),
  post('/close', true, changeTo({ status: 'closed' }, 'chat_closed')),
  post('/reassign', true, reassign),
  post('/transfer', true, transfer),
]
