// Owns conversations: list, read, and the changes of their state.
import { z } from 'zod'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { count, done, id, listOf, optionalId, text } from './wire.ts'

export interface Conversation {
  readonly id: number
  readonly name: string
  readonly inboxId: number | null
  /** Whom it is with: a phone, an e-mail, or several. */
  readonly target: string
  readonly channel: string
  readonly status: string
  readonly assigneeId: number | null
  readonly blocked: boolean | null
  readonly read: boolean | null
  /** RFC 3339, as shown. */
  readonly updated: string | null
}

export interface ConversationsRequest {
  /** The user whose conversations are asked for. */
  readonly id: number
  readonly filters: {
    readonly inboxes?: readonly number[]
    readonly closed?: boolean
    readonly unread?: boolean
  }
  readonly date?: string
}

/** A conversation by its id, or by its target in an inbox. */
export type ConversationRef =
  | { readonly chat_id: number; readonly user_id?: number }
  | { readonly target: string; readonly inbox_id: number; readonly user_id?: number }
  | { readonly targets: readonly string[]; readonly inbox_id: number; readonly user_id?: number }

const flag = z.boolean().nullish()

const conversation = z
  .looseObject({
    id,
    name: text,
    inbox: optionalId,
    inbox_id: optionalId,
    target: text,
    channel: text,
    status: text,
    assigned: optionalId,
    blocked: flag,
    read: flag,
    updated: z.string().nullish(),
  })
  .transform(
    (raw): Conversation => ({
      id: raw.id,
      name: raw.name,
      inboxId: raw.inbox ?? raw.inbox_id,
      target: raw.target,
      channel: raw.channel,
      status: raw.status,
      assigneeId: raw.assigned,
      blocked: raw.blocked ?? null,
      read: raw.read ?? null,
      updated: raw.updated ?? null,
    }),
  )

const listBody = rules.object({
  id: rules.id,
  filters: rules.object(
    {
      inboxes: rules.list(rules.id).optional(),
      closed: rules.flag.optional(),
      unread: rules.flag.optional(),
    },
    'is required, if only as {}',
  ),
  date: rules.instant.optional(),
})

const ref = {
  chat_id: rules.id.optional(),
  target: rules.filledText.optional(),
  targets: rules.filledList(rules.filledText).optional(),
  inbox_id: rules.id.optional(),
  user_id: rules.id.optional(),
}

const whichOne = (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx) => {
  rules.exactlyOne(value, ['chat_id', 'target', 'targets'], 'conversation', context)
  if (value.chat_id === undefined && value.inbox_id === undefined)
    context.addIssue({
      code: 'custom',
      path: ['inbox_id'],
      message: 'is required beside a target',
      params: { hint: 'One person can have a conversation in each inbox: name the inbox, or the chat_id.' },
    })
}

const change = (path: string, page: string, summary: string) =>
  endpoint({
    method: 'POST',
    path,
    page,
    effect: 'write',
    summary,
    body: rules.object(ref).superRefine(whichOne),
    answer: done,
  })

export const conversationEndpoints = {
  page: endpoint({
    method: 'POST',
    path: '/v1/conversations',
    page: 'conversations/list',
    effect: 'read',
    summary: 'a page of conversations of a user, newest change first',
    body: listBody,
    answer: listOf(conversation, 'conversations', 'data'),
  }),
  count: endpoint({
    method: 'POST',
    path: '/v1/conversations/count',
    page: 'conversations/list',
    effect: 'read',
    summary: 'how many conversations there are',
    body: listBody,
    answer: count,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/conversations/{id}',
    page: 'conversations/get',
    effect: 'read',
    summary: 'one conversation',
    params: rules.object({ id: rules.id }),
    answer: conversation.nullable(),
  }),
  markRead: change('/v1/conversations/read', 'conversations/mark-read', 'mark a conversation read'),
  markUnread: change('/v1/conversations/unread', 'conversations/mark-read', 'mark a conversation unread'),
  open: change('/v1/conversations/open', 'conversations/open-close', 'open a conversation'),
  close: change('/v1/conversations/close', 'conversations/open-close', 'close a conversation'),
  reassign: endpoint({
    method: 'POST',
    path: '/v1/conversations/reassign',
    page: 'conversations/reassign',
    effect: 'write',
    summary: 'give a conversation to another user',
    body: rules
      .object({
        inbox_id: rules.id,
        user_id: rules.id,
        reassign_id: rules.id,
        target: rules.filledText.optional(),
        targets: rules.filledList(rules.filledText).optional(),
      })
      .superRefine((value, context) =>
        rules.exactlyOne(value, ['target', 'targets'], 'conversation', context),
      ),
    answer: done,
  }),
  transfer: endpoint({
    method: 'POST',
    path: '/v1/conversations/transfer',
    page: 'conversations/transfer',
    effect: 'write',
    summary: 'move an SMS conversation to another inbox',
    body: rules.object({ conversation_id: rules.id, transfer_inbox_id: rules.id }),
    answer: done,
  }),
} as const

export interface ConversationsApi {
  /** Heymarket: conversations/list. */
  page(request: ConversationsRequest): Promise<Conversation[]>
  /** Heymarket: conversations/list. Every conversation once, newest change first. */
  all(request: Omit<ConversationsRequest, 'date'>): AsyncGenerator<Conversation>
  count(request: ConversationsRequest): Promise<number>
  /** Heymarket: conversations/get. Null when it is not there. */
  get(id: number): Promise<Conversation | null>
  markRead(which: ConversationRef): Promise<void>
  markUnread(which: ConversationRef): Promise<void>
  open(which: ConversationRef): Promise<void>
  close(which: ConversationRef): Promise<void>
  /** Heymarket: conversations/reassign. */
  reassign(request: {
    readonly inbox_id: number
    readonly user_id: number
    readonly reassign_id: number
    readonly target?: string
    readonly targets?: readonly string[]
  }): Promise<void>
  /** Heymarket: conversations/transfer. Refused where the other inbox has that conversation already. */
  transfer(conversationId: number, inboxId: number): Promise<void>
}

export function conversationsApi(transport: Transport): ConversationsApi {
  const at = conversationEndpoints
  const page = (body: ConversationsRequest) => call(transport, at.page, { body })
  return {
    page,
    all: (request) =>
      walk({
        page: ({ date }) => page(date === undefined ? request : { ...request, date }),
        idOf: (one) => one.id,
        instantOf: (one) => one.updated,
        takesLimit: false,
      }),
    count: (body) => call(transport, at.count, { body }),
    get: (chatId) => orNull(call(transport, at.get, { params: { id: chatId } })),
    markRead: async (body) => void (await call(transport, at.markRead, { body })),
    markUnread: async (body) => void (await call(transport, at.markUnread, { body })),
    open: async (body) => void (await call(transport, at.open, { body })),
    close: async (body) => void (await call(transport, at.close, { body })),
    reassign: async (body) => void (await call(transport, at.reassign, { body })),
    transfer: async (conversationId, inboxId) => {
      const body = { conversation_id: conversationId, transfer_inbox_id: inboxId }
      await call(transport, at.transfer, { body })
    },
  }
}
