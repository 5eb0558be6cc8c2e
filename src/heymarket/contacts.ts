// Owns contacts v1: create, look up, read, update, delete, list by date cursor, count, status.
import { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import type { BareE164 } from '../lib/phone.ts'
import type { Transport } from './transport.ts'
import { count, done, id, listOf, optionalId, text, type Written, written } from './wire.ts'

/** A contact as Heymarket shows it, with its gaps closed; `isOptedOut` is null where the answer did not say. */
export interface RemoteContact {
  readonly id: number
  /** As shown; blank for contacts that have only an e-mail. */
  readonly phone: string
  readonly first: string
  readonly last: string
  readonly displayName: string
  readonly email: string
  readonly avatar: string
  /** Values by the field's numeric id, as text. */
  readonly custom: Readonly<Record<string, string>>
  readonly tagIds: readonly number[]
  readonly assigneeId: number | null
  readonly isOptedOut: boolean | null
  readonly rev: number | null
  /** RFC 3339, exactly as shown, because it is also the page cursor. */
  readonly updated: string | null
}

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

const tagId = z.union([
  id,
  z.looseObject({ tag_id: id }).transform((tag) => tag.tag_id),
  z.looseObject({ id }).transform((tag) => tag.id),
])

const contact = z
  .looseObject({
    id,
    phone: text,
    first: text,
    last: text,
    display_name: text,
    email: text,
    avatar: text,
    custom: z
      .union([z.record(z.string(), text), z.null()])
      .optional()
      .transform((value) =>
        Object.fromEntries(Object.entries(value ?? {}).filter(([, held]) => held !== '')),
      ),
    tags: z
      .union([z.array(tagId), z.null()])
      .optional()
      .transform((value) => value ?? []),
    assigned_user_id: optionalId,
    is_opted_out: z.union([z.boolean(), z.null()]).optional(),
    rev: z.union([z.int(), z.null()]).optional(),
    updated: z.union([z.string(), z.null()]).optional(),
  })
  .transform(
    (raw): RemoteContact => ({
      id: raw.id,
      phone: raw.phone,
      first: raw.first,
      last: raw.last,
      displayName: raw.display_name,
      email: raw.email,
      avatar: raw.avatar,
      custom: raw.custom,
      tagIds: raw.tags,
      assigneeId: raw.assigned_user_id,
      isOptedOut: raw.is_opted_out ?? null,
      rev: raw.rev ?? null,
      updated: raw.updated ?? null,
    }),
  )

const status = z.looseObject({
  unsubscribed: z.boolean().nullish(),
  unsubscribed_admin: z.boolean().nullish(),
  unsubscribed_contact: z.boolean().nullish(),
})

/** A page of `POST /v1/contacts`: everything is optional there, and what the limits are is not documented. */
export interface ListRequest {
  /** Contacts updated before (perhaps: at or before) this RFC 3339 instant. */
  readonly date?: string
  readonly limit?: number
  readonly page?: number
}

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
  /** Heymarket: contacts/count. */
  count(): Promise<number>
  /** Heymarket: contacts/status. True when texting this contact is not allowed. */
  isUnsubscribed(contactId: number): Promise<boolean>
  /** Heymarket: contacts/set-status `unsubscribed`, the same as is_opted_out, without sending the rest of the contact. */
  unsubscribe(contactId: number): Promise<void>
}

export function contactsApi(transport: Transport): ContactsApi {
  const orNull = async (read: Promise<{ value: RemoteContact | null }>): Promise<RemoteContact | null> => {
    try {
      return (await read).value
    } catch (error) {
      // An unknown id may be answered with 404 or with 400; which of them is not documented.
      if (error instanceof HeysyncError && (error.status === 404 || error.status === 400)) return null
      throw error
    }
  }
  return {
    create: async (body) =>
      (
        await transport.send({
          method: 'POST',
          path: '/v1/contact',
          json: body,
          answer: written,
          effect: 'write',
        })
      ).value,
    lookUp: (phone) =>
      orNull(
        transport.send({
          method: 'POST',
          path: '/v1/contact/get',
          json: { phone },
          answer: contact.nullable(),
          effect: 'read',
        }),
      ),
    get: (contactId) =>
      orNull(
        transport.send({
          method: 'GET',
          path: `/v1/contact/${contactId}`,
          answer: contact.nullable(),
          effect: 'read',
        }),
      ),
    update: async (contactId, body, overwrite) =>
      (
        await transport.send({
          method: 'PUT',
          path: `/v1/contact/${contactId}`,
          query: { overwrite },
          json: body,
          answer: written,
          effect: 'write',
        })
      ).value,
    remove: async (contactId) => {
      await transport.send({
        method: 'DELETE',
        path: `/v1/contact/${contactId}`,
        answer: done,
        effect: 'write',
      })
    },
    page: async (request) =>
      (
        await transport.send({
          method: 'POST',
          path: '/v1/contacts',
          json: request,
          answer: listOf(contact, 'contacts', 'data'),
          effect: 'read',
        })
      ).value,
    count: async () =>
      (
        await transport.send({
          method: 'POST',
          path: '/v1/contacts/count',
          json: {},
          answer: count,
          effect: 'read',
        })
      ).value,
    unsubscribe: async (contactId) => {
      await transport.send({
        method: 'POST',
        path: '/v1/contact/set_status',
        json: { id: contactId, status: 'unsubscribed' },
        answer: done,
        effect: 'write',
      })
    },
    isUnsubscribed: async (contactId) => {
      const { value } = await transport.send({
        method: 'POST',
        path: '/v1/contact/status',
        json: { id: contactId },
        answer: status,
        effect: 'read',
      })
      return Boolean(value.unsubscribed || value.unsubscribed_admin || value.unsubscribed_contact)
    },
  }
}
