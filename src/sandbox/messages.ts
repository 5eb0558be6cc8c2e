// Owns what happens when a message goes out or comes in: rows, conversations, opt-outs by word, and the events of each.

import { isOptedOut } from './lists.ts'
import type { ConversationData, MessageData } from './rows.ts'
import type { Item } from './shelf.ts'
import { stampText } from './stamp.ts'
import { INBOXES, TEAM } from './start-data.ts'
import type { World } from './world.ts'

export interface Outgoing {
  readonly inboxId: number
  readonly userId: number
  readonly text: string
  readonly media: readonly string[]
  readonly private: boolean
  readonly author: string
  readonly channel: 'sms' | 'email'
  readonly localId: string | null
  readonly broadcastId: number | null
}

const STOP = new Set(['stop', 'stopall', 'unsubscribe', 'cancel', 'end', 'quit'])
const START = new Set(['start', 'yes', 'unstop'])

/** The conversation of an inbox with these numbers; made when there is none. */
export function conversationOf(
  world: World,
  inboxId: number,
  targets: readonly string[],
  channel: 'sms' | 'email' = 'sms',
): Item<ConversationData> {
  const { store } = world
  const target = [...targets].sort().join(',')
  const existing = store.conversation.byRef(`${inboxId} ${target}`)[0]
  if (existing !== undefined) return existing
  const data: ConversationData = {
    inbox_id: inboxId,
    target,
    name: nameOf(world, targets[0] ?? ''),
    channel,
    status: 'open',
    read: true,
    assigned: 0,
  }
  return store.conversation.add(data, {
    us: store.tick(),
    showAt: store.showAt(),
    ref: `${inboxId} ${target}`,
  })
}

function nameOf(world: World, phone: string): string {
  return world.store.contacts.currentByPhone(phone)?.display_name || phone
}

/** Stores a message that goes out to one conversation. Numbers that end in 9999 do not exist, so it fails there. */
export function deliver(
  world: World,
  conversation: Item<ConversationData>,
  outgoing: Outgoing,
): Item<MessageData> {
  const { store } = world
  const targets = conversation.data.target.split(',')
  const phone = targets[0] ?? ''
  const stopped =
    targets.some((one) => isOptedOut(world, one)) && world.settings.dialects.optedOutSend !== 'send'
  const dead = targets.some((one) => one.endsWith('9999'))
  const failed = !outgoing.private && (stopped || dead)
  const data: MessageData = {
    conversation_id: conversation.id,
    broadcast_id: outgoing.broadcastId,
    inbox_id: outgoing.inboxId,
    targets,
    text: fillIn(world, outgoing.text, phone),
    media: outgoing.media,
    direction: 'out',
    private: outgoing.private,
    channel: outgoing.channel,
    status: failed ? 'failed' : outgoing.private ? 'private' : 'delivered',
    error: failed ? (stopped ? 'unsubscribed_number' : 'unreachable number') : '',
    user: outgoing.userId,
    author: outgoing.author,
  }
  const us = store.tick()
  const item = store.message.add(data, { us, showAt: store.showAt(), localId: outgoing.localId, ref: phone })
  store.conversation.change(conversation, { ...conversation.data, read: true }, us)
  emitMessage(world, 'message_sent', item)
  return item
}

/**
 * A message from a person, as if they had typed it on their phone: to the inbox that wrote to them last, unless one is
 * named. Words like STOP opt them out, START in again.
 */
export function receive(
  world: World,
  phone: string,
  text: string,
  inboxId: number = inboxOfLast(world, phone),
): { message: Item<MessageData>; consent: 'opted_out' | 'opted_in' | null } {
  const { store } = world
  const conversation = conversationOf(world, inboxId, [phone])
  const data: MessageData = {
    conversation_id: conversation.id,
    broadcast_id: null,
    inbox_id: inboxId,
    targets: [phone],
    text,
    media: [],
    direction: 'in',
    private: false,
    channel: 'sms',
    status: 'received',
    error: '',
    user: null,
    author: '',
  }
  const us = store.tick()
  const message = store.message.add(data, { us, showAt: store.showAt(), ref: phone })
  store.conversation.change(conversation, { ...conversation.data, read: false, status: 'open' }, us)
  emitMessage(world, 'message_recieved', message)
  return { message, consent: consentBy(world, phone, text) }
}

function inboxOfLast({ store }: World, phone: string): number {
  return store.message.byRef(phone).at(-1)?.data.inbox_id ?? INBOXES[0].id
}

function consentBy(world: World, phone: string, text: string): 'opted_out' | 'opted_in' | null {
  const word = text.trim().toLowerCase()
  const stops = STOP.has(word)
  if (!stops && !START.has(word)) return null
  const row = world.store.contacts.currentByPhone(phone)
  if (row !== null) world.store.change(row, { unsubscribed_contact: stops ? 1 : 0 }, 'status')
  world.events.emit({
    type: stops ? 'target_opt_out' : 'target_opt_in',
    data: { target: phone, phone, team_id: TEAM.id, date: new Date(world.clock.now()).toISOString() },
  })
  return stops ? 'opted_out' : 'opted_in'
}

/** Merge tokens filled in from the contact, as far as it has them. */
function fillIn(world: World, text: string, phone: string): string {
  if (!text.includes('{{')) return text
  const row = world.store.contacts.currentByPhone(phone)
  const custom = JSON.parse(row?.custom ?? '{}') as Record<string, string>
  const values: Record<string, string> = { first_name: row?.first ?? '', last_name: row?.last ?? '' }
  for (const { id, title } of world.store.catalog.fields.values()) values[plain(title)] = custom[id] ?? ''
  return text.replace(/\{\{\s*([^{}]*?)\s*\}\}/g, (whole, token: string) => values[plain(token)] ?? whole)
}

const plain = (name: string) => name.toLowerCase().replace(/[\s_-]+/g, '_')

function emitMessage(world: World, type: 'message_sent' | 'message_recieved', item: Item<MessageData>): void {
  world.events.emit({ type, data: printMessage(world, item) })
}

/** A message as reads give it. */
export function printMessage(
  world: World,
  { id, local_id, created_us, updated_us, data }: Item<MessageData>,
) {
  const { dialects } = world.settings
  const person = data.targets.join(',')
  const conversation = world.store.conversation.get(data.conversation_id)
  const inbound = data.direction === 'in'
  const printed: Record<string, unknown> = {
    id,
    author: data.author,
    channel: data.channel,
    conversation: {
      id: data.conversation_id,
      inbox: data.inbox_id,
      target: conversation?.data.target ?? person,
    },
    date: stampText(created_us, dialects.resolution),
    updated: stampText(updated_us, dialects.resolution),
    media: data.media,
    phone: dialects.messagePhone === 'inbox' ? inboxPhone(data.inbox_id) : (data.targets[0] ?? ''),
    target: person,
    text: data.text,
    status: inbound && dialects.inbound !== 'status' ? '' : data.status,
    custom: { data: [], type: '' },
    flagged: false,
    link_url: '',
    super: false,
    support: false,
  }
  if (dialects.localIdShown === 'yes' && local_id !== null) printed.local_id = local_id
  if (dialects.broadcastIdShown === 'yes' && data.broadcast_id !== null)
    printed.broadcast_id = data.broadcast_id
  if (data.targets.length > 1) printed.targets = data.targets
  if (data.error !== '') {
    printed.raw_error = data.error
    printed.target_errors = Object.fromEntries(data.targets.map((phone) => [phone, data.error]))
  }
  if (data.private) printed.type = 'private'
  if (data.user !== null) printed.user = data.user
  else if (dialects.inbound !== 'noUser') printed.user = 0
  return printed
}

function inboxPhone(inboxId: number): string {
  return INBOXES.find((inbox) => inbox.id === inboxId)?.phone ?? ''
}
