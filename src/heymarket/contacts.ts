// Owns contacts v1: create, look up, read, update, delete, list by date cursor, count, and create in batches.
import { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import { byParts } from './by-parts.ts'
import { contact, type RemoteContact, writableContact } from './contact.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { count, done, listOf, type Written, written } from './wire.ts'

/** The whole writable contact (I9): a PUT never leaves anything out. */
export interface ContactBody {
  readonly phone: BareE164
  readonly first: string
  readonly last: string
  readonly display_name: string
  readonly email: string
  readonly avatar?: string
  readonly custom: Readonly<Record<string, string>>
  /** -1 means unassigned. */
  readonly assignee_id: number
  readonly tags: readonly { readonly tag_id: number }[]
  /** Only ever true: heysync opts nobody in (I3). */
  readonly is_opted_out?: true
}

/** A new contact leaves out what is blank, so that an account that takes it for an update of an existing one clears nothing. */
export type NewContactBody = Pick<ContactBody, 'phone'> & Partial<ContactBody>

/** A page of `POST /v1/contacts`: everything is optional there, and what the limits are is not documented. */
export interface ListRequest {
  /** Contacts updated before (perhaps: at or before) this RFC 3339 instant. */
  readonly date?: string
  readonly limit?: number
  readonly page?: number
}

/** What a batch answered. It proves nothing by itself: look the numbers up before you rely on it. */
export interface BatchAnswer {
  /** True when the answer was the one word that says that all went well. */
  readonly saidOk: boolean
  /** Contacts that the answer held: those that failed, or all of them. Which of the two is not documented. */
  readonly contacts: readonly Readonly<Record<string, unknown>>[]
}

const params = rules.object({ id: rules.id })
const query = rules.object({ overwrite: rules.flag.optional() })

export const listBody = rules.object({
  date: rules.instant.optional(),
  limit: rules.atLeastOne.optional(),
  page: z.int({ error: 'must be a whole number' }).min(0, { error: 'must be 0 or more' }).optional(),
  ascending: rules.flag.optional(),
  order: rules.text.optional(),
  archived: rules.flag.optional(),
  assigned: z.int({ error: 'must be a whole number' }).optional(),
  filter: rules.text.optional(),
  id: z.int({ error: 'must be a whole number' }).optional(),
  parent_id: z.int({ error: 'must be a whole number' }).optional(),
})

const lookup = rules
  .object({
    phone: rules.phone.optional(),
    id: z
      .string({ error: 'must be the id as text, e.g. "98765"' })
      .regex(/^\d+$/, { error: 'must be the id as text, e.g. "98765"' })
      .optional(),
  })
  .superRefine((value, context) => {
    if (value.phone === undefined && value.id === undefined)
      context.addIssue({
        code: 'custom',
        message: 'names no phone and no id',
        params: { hint: 'Give one of phone, id.' },
      })
  })

const batchAnswer = z.unknown().transform((value): BatchAnswer => {
  const list = Array.isArray(value) ? value : []
  return {
    saidOk: typeof value === 'string' || value === null,
    contacts: list.filter((one) => typeof one === 'object' && one !== null),
  }
})

export const contactEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v1/contact',
    page: 'contacts/create',
    effect: 'write',
    summary: 'create a contact',
    body: writableContact,
    answer: written,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/contact/{id}',
    page: 'contacts/get',
    effect: 'read',
    summary: 'one contact by id',
    params,
    answer: contact.nullable(),
  }),
  lookUp: endpoint({
    method: 'POST',
    path: '/v1/contact/get',
    page: 'contacts/get-by-phone-or-id',
    effect: 'read',
    summary: 'one contact by phone, or by id as text',
    body: lookup,
    answer: contact.nullable(),
  }),
  update: endpoint({
    method: 'PUT',
    path: '/v1/contact/{id}',
    page: 'contacts/update',
    effect: 'write',
    summary: 'replace what a contact holds; the phone is needed every time',
    params,
    query,
    body: writableContact,
    answer: written,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/contact/{id}',
    page: 'contacts/delete',
    effect: 'write',
    summary: 'delete a contact for good',
    params,
    answer: done,
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/contacts',
    page: 'contacts/list',
    effect: 'read',
    summary: 'a page of contacts, newest change first',
    body: listBody,
    answer: listOf(contact, 'contacts', 'data'),
  }),
  count: endpoint({
    method: 'POST',
    path: '/v1/contacts/count',
    page: 'contacts/overview',
    effect: 'read',
    summary: 'how many contacts there are',
    body: rules.object({}),
    answer: count,
  }),
  batch: endpoint({
    method: 'POST',
    path: '/v1/batch/contacts',
    page: 'contacts/bulk',
    effect: 'write',
    summary: 'create many contacts; existing ones are skipped, or overwritten',
    query,
    body: byParts(
      z
        .array(writableContact, { error: 'must be a bare list of contacts' })
        .min(1, { error: 'must not be empty' }),
    ),
    answer: batchAnswer,
  }),
} as const

export interface ContactsApi {
  /** Heymarket: contacts/create. */
  create(body: NewContactBody): Promise<Written>
  /** Heymarket: contacts/get by phone. Null when it is not there, however the account says so. */
  lookUp(phone: BareE164): Promise<RemoteContact | null>
  /** Heymarket: contacts/get. Null when the id is not there. */
  get(contactId: number): Promise<RemoteContact | null>
  /** Heymarket: contacts/update. `overwrite` replaces the whole map of custom values. */
  update(contactId: number, body: ContactBody, overwrite: boolean): Promise<Written>
  /** Heymarket: contacts/delete. Permanent. */
  remove(contactId: number): Promise<void>
  /** Heymarket: contacts/list, newest change first. */
  page(request: ListRequest): Promise<RemoteContact[]>
  /** Heymarket: contacts/list. Every contact once, newest change first. */
  all(): AsyncGenerator<RemoteContact>
  /** Heymarket: contacts/count. */
  count(): Promise<number>
  /** Heymarket: contacts/bulk. Existing phones are skipped, or overwritten. */
  batch(bodies: readonly NewContactBody[], overwrite: boolean): Promise<BatchAnswer>
}

/** An unknown id may be answered with 404, with 400, or with null; which of them is not documented. */
export async function orNull<T>(read: Promise<T | null>): Promise<T | null> {
  try {
    return await read
  } catch (error) {
    if (error instanceof HeysyncError && (error.status === 404 || error.status === 400)) return null
    throw error
  }
}

export function contactsApi(transport: Transport): ContactsApi {
  const at = contactEndpoints
  // Which way the listing goes by itself is not documented, so it is always said.
  const page = (request: ListRequest) => call(transport, at.page, { body: { ...request, ascending: false } })
  return {
    create: (body) => call(transport, at.create, { body }),
    lookUp: (phone) => orNull(call(transport, at.lookUp, { body: { phone } })),
    get: (id) => orNull(call(transport, at.get, { params: { id } })),
    update: (id, body, overwrite) =>
      call(transport, at.update, { params: { id }, query: { overwrite }, body }),
    remove: async (id) => void (await call(transport, at.remove, { params: { id } })),
    page,
    all: () => walk({ page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: true }),
    count: () => call(transport, at.count, { body: {} }),
    batch: (body, overwrite) => call(transport, at.batch, { query: { overwrite }, body }),
  }
}
