// Owns contacts v2: by uuid and channel; create, read, update, delete, in bulk, search, list, channels.
import { z } from 'zod'
import { channel, contactV2, newContactV2, type RemoteContactV2, writableContactV2 } from './contact.ts'
import { type ListRequest, listBody, orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { done, listOf, text, type Written, written } from './wire.ts'

/** One way to reach a contact. Ids are text or numbers, by the generation of the documentation; here always text. */
export interface ContactChannel {
  readonly id: string
  readonly contactId: string
  readonly type: string
  readonly channelId: string
  readonly handle: string
}

export interface ChannelRef {
  readonly channel_type?: string
  readonly channel_ids: readonly string[]
}

export interface NewContactV2 {
  readonly contact_channels: readonly { readonly channel_type: string; readonly channel_id: string }[]
  readonly phone?: string
  readonly first?: string
  readonly last?: string
  readonly display_name?: string
  readonly email?: string
  readonly avatar?: string
  readonly custom?: Readonly<Record<string, string>>
  readonly assignee_id?: number
  readonly tags?: readonly { readonly tag_id: number }[]
  readonly is_opted_out?: boolean
}

/** With `contact_id` (a uuid) an update, without it a create. */
export type BulkContact = Partial<NewContactV2> & { readonly contact_id?: string }

export interface BulkAnswer {
  readonly contacts: readonly RemoteContactV2[]
  /** What was refused, each as it was sent, with the reason in the account's words where it gave one. */
  readonly failed: readonly { readonly contact: Readonly<Record<string, unknown>>; readonly reason: string }[]
}

const shownChannel = z
  .looseObject({ id: text, contact_id: text, channel_type: text, channel_id: text, channel_handle: text })
  .transform(
    (raw): ContactChannel => ({
      id: raw.id,
      contactId: raw.contact_id,
      type: raw.channel_type,
      channelId: raw.channel_id,
      handle: raw.channel_handle,
    }),
  )

const REASONS = ['reason', 'error', 'message', 'error_message'] as const

const failedContact = z.looseObject({ contact: z.looseObject({}).nullish() }).transform((raw) => ({
  contact: raw.contact ?? raw,
  reason: REASONS.map((key) => raw[key]).find((value) => typeof value === 'string') ?? '',
}))

const bulkAnswer = z
  .looseObject({ contacts: listOf(contactV2), failed_contacts: listOf(failedContact) })
  .transform(
    (raw): BulkAnswer => ({ contacts: raw.contacts, failed: raw.failed_contacts as BulkAnswer['failed'] }),
  )

const params = rules.object({ uuid: rules.uuid })
const oneChannel = rules.object({
  channel_type: rules.channelType,
  channel_id: rules.filledText,
})
const bulkContact = rules
  .object({
    ...newContactV2.shape,
    contact_channels: rules.list(channel).optional(),
    contact_id: rules.uuid.optional(),
  })
  .superRefine((one, context) => {
    if (one.contact_id === undefined && (one.contact_channels ?? []).length === 0)
      context.addIssue({
        code: 'custom',
        message: 'has neither a contact_id (update) nor contact_channels (create)',
        params: { hint: 'Give the uuid of an existing contact, or the channels of a new one.' },
      })
  })

export const contactV2Endpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v2/contact',
    page: 'contacts/create',
    effect: 'write',
    summary: 'create a contact by its channels',
    body: newContactV2,
    answer: written,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v2/contact/{uuid}',
    page: 'contacts/get',
    effect: 'read',
    summary: 'one contact by uuid',
    params,
    answer: contactV2.nullable(),
  }),
  update: endpoint({
    method: 'PUT',
    path: '/v2/contact/{uuid}',
    page: 'contacts/update-v2',
    effect: 'write',
    summary: 'update a contact by uuid',
    params,
    body: writableContactV2,
    answer: contactV2,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v2/contact/{uuid}',
    page: 'contacts/delete-v2',
    effect: 'write',
    summary: 'delete a contact by uuid',
    params,
    answer: done,
  }),
  bulk: endpoint({
    method: 'POST',
    path: '/v2/contacts',
    page: 'contacts/bulk-v2',
    effect: 'write',
    summary: 'create and update many contacts, with an answer for each',
    body: rules.object({ contacts: rules.filledList(bulkContact) }),
    answer: bulkAnswer,
  }),
  bulkRemove: endpoint({
    method: 'DELETE',
    path: '/v2/contacts',
    page: 'contacts/bulk-delete-v2',
    effect: 'write',
    summary: 'delete many contacts by uuid',
    body: rules.object({
      contact_channels: rules
        .list(
          rules.object({
            channel_type: z.literal('id', { error: 'must be "id"' }),
            channel_ids: rules.filledList(rules.uuid),
          }),
        )
        .length(1, { error: 'must hold exactly one entry' }),
    }),
    answer: done,
  }),
  search: endpoint({
    method: 'POST',
    path: '/v2/contacts/search',
    page: 'contacts/search',
    effect: 'read',
    summary: 'contacts that have one of these phones or e-mails',
    body: rules.object({
      contact_channels: rules
        .list(
          rules.object({
            channel_type: rules.text.optional(),
            channel_ids: rules.filledList(rules.filledText),
          }),
        )
        .min(1, { error: 'must name one channel or more' }),
    }),
    answer: listOf(contactV2, 'contacts', 'data'),
  }),
  page: endpoint({
    method: 'POST',
    path: '/v2/contacts/list',
    page: 'contacts/list-v2',
    effect: 'read',
    summary: 'a page of contacts',
    body: listBody,
    answer: listOf(contactV2, 'contacts', 'data'),
  }),
  addChannel: endpoint({
    method: 'POST',
    path: '/v2/contact/{uuid}/channel',
    page: 'contacts/channels',
    effect: 'write',
    summary: 'add a channel to a contact',
    params,
    body: oneChannel,
    answer: listOf(shownChannel, 'contact_channels'),
  }),
  setChannel: endpoint({
    method: 'PUT',
    path: '/v2/contact/{uuid}/channel',
    page: 'contacts/channels',
    effect: 'write',
    summary: 'change a channel of a contact',
    params,
    body: oneChannel,
    answer: listOf(shownChannel, 'contact_channels'),
  }),
  channel: endpoint({
    method: 'GET',
    path: '/v2/contact/{uuid}/channel/{channelType}',
    page: 'contacts/channels-get',
    effect: 'read',
    summary: 'one channel of a contact',
    params: params.extend({ channelType: rules.channelType }),
    answer: shownChannel.nullable(),
  }),
  removeChannel: endpoint({
    method: 'DELETE',
    path: '/v2/contact/{uuid}/channel/{channelType}',
    page: 'contacts/channels',
    effect: 'write',
    summary: 'take a channel off a contact (its exact path is not documented)',
    params: params.extend({ channelType: rules.channelType }),
    answer: done,
  }),
} as const

export interface ContactsV2Api {
  /** Heymarket: contacts/create (v2). */
  create(body: NewContactV2): Promise<Written>
  /** Heymarket: contacts/get (v2). Null when the uuid is not there. */
  get(uuid: string): Promise<RemoteContactV2 | null>
  /** Heymarket: contacts/update-v2. Answers the whole contact. */
  update(uuid: string, body: Omit<Partial<NewContactV2>, 'contact_channels'>): Promise<RemoteContactV2>
  /** Heymarket: contacts/delete-v2. */
  remove(uuid: string): Promise<void>
  /** Heymarket: contacts/bulk-v2. */
  bulk(contacts: readonly BulkContact[]): Promise<BulkAnswer>
  /** Heymarket: contacts/bulk-delete-v2. */
  bulkRemove(uuids: readonly string[]): Promise<void>
  /** Heymarket: contacts/search. Those that are not there are missing; match by phone, not by position. */
  search(channels: readonly ChannelRef[]): Promise<RemoteContactV2[]>
  /** Heymarket: contacts/list-v2. */
  page(request: ListRequest): Promise<RemoteContactV2[]>
  /** Heymarket: contacts/list-v2. Every contact once. */
  all(): AsyncGenerator<RemoteContactV2>
  /** Heymarket: contacts/channels. */
  addChannel(uuid: string, type: string, channelId: string): Promise<ContactChannel[]>
  setChannel(uuid: string, type: string, channelId: string): Promise<ContactChannel[]>
  channel(uuid: string, channelType: string): Promise<ContactChannel | null>
  removeChannel(uuid: string, channelType: string): Promise<void>
}

export function contactsV2Api(transport: Transport): ContactsV2Api {
  const at = contactV2Endpoints
  // Which way the listing goes by itself is not documented, so it is always said.
  const page = (request: ListRequest) => call(transport, at.page, { body: { ...request, ascending: false } })
  const channelBody = (type: string, channelId: string) => ({ channel_type: type, channel_id: channelId })
  return {
    create: (body) => call(transport, at.create, { body }),
    get: (uuid) => orNull(call(transport, at.get, { params: { uuid } })),
    update: (uuid, body) => call(transport, at.update, { params: { uuid }, body }),
    remove: async (uuid) => void (await call(transport, at.remove, { params: { uuid } })),
    bulk: (contacts) => call(transport, at.bulk, { body: { contacts } }),
    bulkRemove: async (uuids) => {
      await call(transport, at.bulkRemove, {
        body: { contact_channels: [{ channel_type: 'id', channel_ids: uuids }] },
      })
    },
    search: (contact_channels) => call(transport, at.search, { body: { contact_channels } }),
    page,
    all: () => walk({ page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: true }),
    addChannel: (uuid, type, channelId) =>
      call(transport, at.addChannel, { params: { uuid }, body: channelBody(type, channelId) }),
    setChannel: (uuid, type, channelId) =>
      call(transport, at.setChannel, { params: { uuid }, body: channelBody(type, channelId) }),
    channel: (uuid, channelType) => orNull(call(transport, at.channel, { params: { uuid, channelType } })),
    removeChannel: async (uuid, channelType) =>
      void (await call(transport, at.removeChannel, { params: { uuid, channelType } })),
  }
}
