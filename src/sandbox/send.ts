// Owns sending: what a request asks for is checked as strictly as the pages say, then goes to its conversations.
// A scheduled message that comes due goes the same way.

import { badRequest } from './api-error.ts'
import { isOptedOut, targetsOf } from './lists.ts'
import { conversationOf, deliver, type Outgoing } from './messages.ts'
import type { ConversationData, MessageData, Sending } from './rows.ts'
import type { Item } from './shelf.ts'
import { INBOXES, TEAM } from './start-data.ts'
import type { World } from './world.ts'

/** Throws an ApiError (400) when the inbox, the sender or the content is not there. */
export function checkSending(world: World, sending: Sending): void {
  if (!INBOXES.some((inbox) => inbox.id === sending.inbox_id))
    throw badRequest('inbox_id', `no inbox has the id ${sending.inbox_id}`)
  if (!TEAM.members.some((member) => member.id === sending.user_id))
    throw badRequest('creator_id', `no member has the id ${sending.user_id}`)
  exactlyOne({
    phone_number: sending.phone,
    chat_id: sending.conversation_id,
    list_id: sending.list_id,
    targets: sending.targets,
  })
  if (sending.targets !== undefined && sending.targets.length < 2)
    throw badRequest('targets', 'a group needs two numbers or more')
  const tollFree = sending.targets?.find((phone) => /^1(800|833|844|855|866|877|888)/.test(phone))
  if (tollFree !== undefined) throw badRequest('targets', 'toll-free numbers cannot be in a group')
  contentOf(world, sending)
  if (sending.list_id !== undefined && world.store.list.get(sending.list_id) === null)
    throw badRequest('list_id', `no list has the id ${sending.list_id}`)
  if (sending.conversation_id !== undefined && world.store.conversation.get(sending.conversation_id) === null)
    throw badRequest('chat_id', `no conversation has the id ${sending.conversation_id}`)
}

function exactlyOne(families: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(families).filter((key) => families[key] !== undefined)
  if (given.length === 1) return
  throw badRequest(
    given[1] ?? 'phone_number',
    `exactly one of ${Object.keys(families).join(', ')} is required`,
  )
}

function contentOf(world: World, sending: Sending): { text: string; media: string[] } {
  const { store } = world
  if (sending.template_id !== undefined) {
    const template = store.template.get(sending.template_id)
    if (template === null) throw badRequest('template_id', `no template has the id ${sending.template_id}`)
    return { text: sending.text || template.data.text, media: [] }
  }
  if (sending.survey_id !== undefined) {
    const survey = store.survey.get(sending.survey_id)
    if (survey === null) throw badRequest('survey_id', `no survey has the id ${sending.survey_id}`)
    return { text: survey.data.question, media: [] }
  }
  const media = sending.media_url ? [sending.media_url] : []
  if (!sending.text && media.length === 0) throw badRequest('text', 'a message needs content')
  return { text: sending.text ?? '', media }
}

/** Sends to whom it names. Answers the message, or the first one of a broadcast; null when that reached nobody. */
export function sendOut(world: World, sending: Sending): Item<MessageData> | null {
  const { text, media } = contentOf(world, sending)
  const outgoing: Outgoing = {
    inboxId: sending.inbox_id,
    userId: sending.user_id,
    text,
    media,
    private: sending.private ?? false,
    author: sending.author ?? '',
    channel: 'sms',
    localId: sending.local_id ?? null,
    broadcastId: null,
  }
  if (sending.list_id !== undefined) return broadcastOut(world, sending.list_id, outgoing)
  return deliver(world, conversationFor(world, sending), outgoing)
}

function broadcastOut(world: World, listId: number, outgoing: Outgoing): Item<MessageData> | null {
  const { store, settings } = world
  const list = store.list.get(listId)
  if (list === null) return null
  const skips = settings.dialects.optedOutBroadcast === 'skip'
  const phones = targetsOf(world, list).filter((phone) => !skips || !isOptedOut(world, phone))
  // Its number is the next one in the row of messages, so that it is never the id of one of them by accident.
  const broadcastId = 7_000_000 + (store.message.newest(1)[0]?.id ?? 0)
  const sent = phones.map((phone) =>
    deliver(world, conversationOf(world, outgoing.inboxId, [phone]), { ...outgoing, broadcastId }),
  )
  return sent[0] ?? null
}

function conversationFor(world: World, sending: Sending): Item<ConversationData> {
  const known =
    sending.conversation_id === undefined ? null : world.store.conversation.get(sending.conversation_id)
  return known ?? conversationOf(world, sending.inbox_id, sending.targets ?? [sending.phone ?? ''])
}
