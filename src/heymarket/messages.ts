// Owns messages: sending one, and reading what was sent and what came in.
import { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import { instantKey } from '../lib/instant.ts'
import { call, endpoint } from './endpoint.ts'
import { type Message, type MessagesRequest, messageList, type Sent, sent } from './message.ts'
import { everyMessage } from './message-walk.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { count } from './wire.ts'

export type { Message, Sent } from './message.ts'

/** Exactly one of `phone_number`, `chat_id`, `list_id`, `targets`, and something to say. */
export interface SendMessage {
  readonly inbox_id: number
  /** The member who sends it: from inboxes or team, not a user id. */
  readonly creator_id: number
  readonly phone_number?: string
  /** A conversation. */
  readonly chat_id?: number
  /** A broadcast to a list; needs `local_id`. */
  readonly list_id?: number
  /** A group message to all of these together. */
  readonly targets?: readonly string[]
  readonly text?: string
  readonly template_id?: number
  readonly media_url?: string
  readonly survey_id?: number
  readonly local_id?: string
  readonly activity_id?: string
  /** A comment that only the team sees. */
  readonly private?: boolean
  readonly author?: string
}

export interface HistoryRequest {
  readonly phoneNumber: string
  readonly inboxID: number
  /** Unix seconds: only messages strictly older. */
  readonly timestamp?: number
}

/** A target of every kind there is, and content of every kind there is. */
const TARGETS = ['phone_number', 'chat_id', 'list_id', 'targets'] as const
const CONTENTS = ['text', 'template_id', 'media_url', 'survey_id'] as const

const sendBody = rules
  .object({
    inbox_id: rules.id,
    creator_id: rules.id,
    phone_number: rules.phone.optional(),
    chat_id: rules.id.optional(),
    list_id: rules.id.optional(),
    targets: rules.group.optional(),
    text: rules.text.optional(),
    template_id: rules.id.optional(),
    media_url: rules.mediaUrl.optional(),
    survey_id: rules.id.optional(),
    local_id: rules.localId.optional(),
    activity_id: rules.text.optional(),
    private: rules.flag.optional(),
    author: rules.text.optional(),
  })
  .superRefine((value, context) => {
    const issue = (path: string, message: string, hint: string) =>
      context.addIssue({ code: 'custom', path: [path], message, params: { hint } })
    rules.exactlyOne(value, TARGETS, 'target', context)
    if (CONTENTS.every((key) => value[key] === undefined || value[key] === ''))
      issue('text', 'is blank, and there is no other content', `Give one of ${CONTENTS.join(', ')}.`)
    if (value.list_id !== undefined && value.local_id === undefined)
      issue(
        'local_id',
        'is required for a message to a list',
        'Give it a unique one, so that nobody gets it twice.',
      )
    if (value.private === true && value.chat_id === undefined && value.phone_number === undefined)
      issue(
        'private',
        'is only possible inside one conversation',
        'Name the conversation (chat_id), or the person whose conversation it is (phone_number).',
      )
  })

export const messageEndpoints = {
  send: endpoint({
    method: 'POST',
    path: '/v1/message/send',
    page: 'messages/send',
    effect: 'write',
    summary: 'send a message to a person, a conversation, a group or a list',
    body: sendBody,
    answer: sent,
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/messages/all',
    page: 'messages/list-all',
    effect: 'read',
    summary: 'a page of all messages',
    body: rules.object({
      created_at: rules.instant.optional(),
      order: z.enum(['created_at', 'updated_at'], { error: 'must be created_at or updated_at' }).optional(),
      ascending: rules.flag.optional(),
      limit: rules.atLeastOne.optional(),
    }),
    answer: messageList,
  }),
  history: endpoint({
    method: 'GET',
    path: '/v1/messages',
    page: 'messages/get-history',
    effect: 'read',
    summary: 'the newest messages with one person',
    query: rules.object({
      phoneNumber: rules.phone,
      inboxID: rules.id,
      timestamp: z.int({ error: 'must be unix seconds' }).optional(),
    }),
    answer: messageList,
  }),
  count: endpoint({
    method: 'POST',
    path: '/v1/messages/all/count',
    page: 'messages/count',
    effect: 'read',
    summary: 'how many messages there are',
    body: rules.object({}),
    answer: count,
  }),
} as const

export interface MessagesApi {
  /** Heymarket: messages/send. Never repeated by the client after a lost answer. */
  send(body: SendMessage): Promise<Sent>
  /** Heymarket: messages/list-all. */
  page(request: MessagesRequest): Promise<Message[]>
  /** Heymarket: messages/list-all. Every message since an RFC 3339 instant once, newest first. */
  all(options?: { readonly since?: string }): AsyncGenerator<Message>
  /** Heymarket: messages/get-history. At most 50, newest first. */
  history(request: HistoryRequest): Promise<Message[]>
  /** Heymarket: messages/get-history. Every message with a person once, newest first. */
  historyAll(request: Omit<HistoryRequest, 'timestamp'>): AsyncGenerator<Message>
  /** Heymarket: messages/count. */
  count(): Promise<number>
}

export function messagesApi(transport: Transport): MessagesApi {
  const at = messageEndpoints
  const page = (body: MessagesRequest) => call(transport, at.page, { body })
  const history = (query: HistoryRequest) => call(transport, at.history, { query })
  return {
    send: (body) => call(transport, at.send, { body }),
    page,
    all: (options = {}) => everyMessage(page, transport.now, options.since),
    history,
    historyAll: (request) => wholeHistory(history, request),
    count: () => call(transport, at.count, { body: {} }),
  }
}

/** The cursor has whole seconds, so each page asks for a second later than the oldest one seen: ties show again. */
async function* wholeHistory(
  history: MessagesApi['history'],
  request: Omit<HistoryRequest, 'timestamp'>,
): AsyncGenerator<Message> {
  const seen = new Set<number>()
  let timestamp: number | undefined
  for (;;) {
    const rows = await history(timestamp === undefined ? request : { ...request, timestamp })
    const fresh = rows.filter((row) => !seen.has(row.id))
    for (const row of fresh) seen.add(row.id)
    yield* fresh
    const oldest = instantKey(rows.at(-1)?.date)
    if (rows.length === 0 || oldest === null) return
    const next = Math.floor(Date.parse(`${oldest.slice(0, 19)}Z`) / 1000) + (fresh.length > 0 ? 1 : 0)
    if (fresh.length === 0 && next === timestamp) {
      throw new HeysyncError('ERR_HEYMARKET_ANSWER', {
        message:
          'Heymarket shows the same messages whatever time is asked for, so the history cannot be read whole.',
      })
    }
    timestamp = next
  }
}
