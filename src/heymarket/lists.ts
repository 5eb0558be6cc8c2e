// Owns lists: v2 writes, and the v1 calls that are deprecated and still the only documented reads.
import { z } from 'zod'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { done, id, listOf, optionalId, text, type Written, written } from './wire.ts'

export interface List {
  readonly id: number
  readonly title: string
  readonly localId: string | null
  /** By phone in digits; a list of contacts without phones has none here. */
  readonly members: ReadonlyMap<string, { readonly first: string; readonly last: string }>
  readonly archived: boolean | null
  /** RFC 3339, as shown. */
  readonly updated: string | null
}

export interface CreateList {
  readonly title: string
  /** Unique; the documented key against a second list. */
  readonly local_id: string
  /** Leave out for a list of phones. */
  readonly type?: 'contacts'
  readonly contacts?: readonly number[]
  readonly phones?: readonly string[]
  readonly emails?: readonly string[]
}

/** Either the whole membership, or what is added and taken off; what both together mean is not documented. */
export interface UpdateList {
  readonly title?: string
  readonly contacts?: readonly number[]
  readonly phones?: readonly string[]
  readonly emails?: readonly string[]
  readonly add_contacts?: readonly number[]
  readonly remove_contacts?: readonly number[]
  readonly add_phones?: readonly string[]
  readonly remove_phones?: readonly string[]
  readonly add_emails?: readonly string[]
  readonly remove_emails?: readonly string[]
}

const target = z.looseObject({ f: text, l: text })

const list = z
  .looseObject({
    id,
    name: text,
    title: text,
    local_id: z.string().nullish(),
    targets: z.record(z.string(), z.union([target, z.null()])).nullish(),
    archived: z.boolean().nullish(),
    updated: z.string().nullish(),
  })
  .transform(
    (raw): List => ({
      id: raw.id,
      title: raw.name || raw.title,
      localId: raw.local_id ?? null,
      members: new Map(
        Object.entries(raw.targets ?? {}).map(([phone, one]) => [
          phone.replace(/\D/g, ''),
          { first: one?.f ?? '', last: one?.l ?? '' },
        ]),
      ),
      archived: raw.archived ?? null,
      updated: raw.updated ?? null,
    }),
  )

/** `PUT` answers without a uuid, and `DELETE` with an object of its own. */
const updated = written.or(
  z.looseObject({ id, rev: optionalId }).transform((raw) => ({ ...raw, uuid: null })),
)

const contacts = rules.list(rules.id)
const phones = rules.list(rules.phone)
const emails = rules.list(rules.email)
const params = rules.object({ id: rules.id })

const REPLACING = ['contacts', 'phones', 'emails'] as const

const updateBody = rules
  .object({
    title: rules.title.optional(),
    contacts: contacts.optional(),
    phones: phones.optional(),
    emails: emails.optional(),
    add_contacts: contacts.optional(),
    remove_contacts: contacts.optional(),
    add_phones: phones.optional(),
    remove_phones: phones.optional(),
    add_emails: emails.optional(),
    remove_emails: emails.optional(),
  })
  .superRefine((value, context) => {
    const keys = Object.keys(value).filter((key) => value[key as keyof typeof value] !== undefined)
    const replacing = keys.find((key) => (REPLACING as readonly string[]).includes(key))
    const delta = keys.find((key) => key.startsWith('add_') || key.startsWith('remove_'))
    if (replacing !== undefined && delta !== undefined)
      context.addIssue({
        code: 'custom',
        message: `holds both ${replacing} and ${delta}, and which of them counts is not documented`,
        params: { hint: 'Replace the members (contacts, phones, emails), or add and remove some.' },
      })
  })

/** Heymarket v1, as apiary showed it. */
const v1Body = rules.object({
  title: rules.title.optional(),
  members: rules
    .rule(
      z.record(z.string(), rules.object({ f: rules.text.optional(), l: rules.text.optional() }), {
        error: 'must be an object: each phone with its names, as {"15105553344": {"f": "Ana"}}',
      }),
      (map) => Object.keys(map).every((phone) => rules.phone.safeParse(phone).success),
      'has a key that is not a phone number: digits only, the country code first, without +',
      'Write it like {"15105553344": {"f": "Ana"}}.',
    )
    .optional(),
  add_phone: rules.phone.optional(),
  remove_phone: rules.phone.optional(),
  local_id: rules.localId.optional(),
})

export const listEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v2/lists',
    page: 'lists/create',
    effect: 'write',
    summary: 'create a list',
    body: rules.object({
      title: rules.title,
      local_id: rules.localId,
      type: z
        .literal('contacts', { error: 'must be "contacts", or left out for a list of phones' })
        .optional(),
      contacts: contacts.optional(),
      phones: phones.optional(),
      emails: emails.optional(),
    }),
    answer: written,
  }),
  update: endpoint({
    method: 'PUT',
    path: '/v2/lists/{id}',
    page: 'lists/update',
    effect: 'write',
    summary: 'rename a list, replace its members, or add and remove some',
    params,
    body: updateBody,
    answer: updated,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v2/lists/{id}',
    page: 'lists/update',
    effect: 'write',
    summary: 'delete a list; its contacts stay',
    params,
    body: rules.object({ contact_ids: contacts.optional() }),
    answer: done,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/list/{id}',
    page: 'lists/overview',
    effect: 'read',
    deprecated: true,
    summary: 'a list with its members by phone',
    params,
    answer: list.nullable(),
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/lists',
    page: 'lists/overview',
    effect: 'read',
    deprecated: true,
    summary: 'a page of lists',
    body: rules.object({ date: rules.instant.optional() }),
    answer: listOf(list, 'lists', 'data'),
  }),
  createV1: endpoint({
    method: 'POST',
    path: '/v1/list',
    page: 'lists/overview',
    effect: 'write',
    deprecated: true,
    summary: 'create a list (use v2)',
    body: v1Body.extend({ title: rules.title }),
    answer: written,
  }),
  updateV1: endpoint({
    method: 'PUT',
    path: '/v1/list/{id}',
    page: 'lists/overview',
    effect: 'write',
    deprecated: true,
    summary: 'change a list (use v2)',
    params,
    body: v1Body,
    answer: updated,
  }),
  removeV1: endpoint({
    method: 'DELETE',
    path: '/v1/list/{id}',
    page: 'lists/overview',
    effect: 'write',
    deprecated: true,
    summary: 'delete a list (use v2)',
    params,
    answer: done,
  }),
} as const

export interface ListV1Body {
  readonly title?: string
  readonly local_id?: string
  readonly members?: Readonly<Record<string, { readonly f?: string; readonly l?: string }>>
  readonly add_phone?: string
  readonly remove_phone?: string
}

export interface ListsApi {
  /** Heymarket: lists/create. */
  create(body: CreateList): Promise<Written>
  /** Heymarket: lists/update. */
  update(id: number, body: UpdateList): Promise<Written>
  /** Heymarket: lists, delete. The contacts stay. */
  remove(id: number, contactIds?: readonly number[]): Promise<void>
  /** Heymarket: lists (v1). Null when it is not there, or when the account no longer shows lists. */
  get(id: number): Promise<List | null>
  /** Heymarket: lists (v1), newest change first. */
  page(request: { readonly date?: string }): Promise<List[]>
  /** Heymarket: lists (v1). Every list once. */
  all(): AsyncGenerator<List>
  createV1(body: ListV1Body & { readonly title: string }): Promise<Written>
  updateV1(id: number, body: ListV1Body): Promise<Written>
  removeV1(id: number): Promise<void>
}

export function listsApi(transport: Transport): ListsApi {
  const at = listEndpoints
  const page = (body: { readonly date?: string }) => call(transport, at.page, { body })
  return {
    create: (body) => call(transport, at.create, { body }),
    update: (listId, body) =>
      call(transport, at.update, { params: { id: listId }, body }) as Promise<Written>,
    remove: async (listId, contactIds) => {
      const body = contactIds === undefined ? {} : { contact_ids: contactIds }
      await call(transport, at.remove, { params: { id: listId }, body })
    },
    get: (listId) => orNull(call(transport, at.get, { params: { id: listId } })),
    page,
    all: () => walk({ page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: false }),
    createV1: (body) => call(transport, at.createV1, { body }),
    updateV1: (listId, body) =>
      call(transport, at.updateV1, { params: { id: listId }, body }) as Promise<Written>,
    removeV1: async (listId) => void (await call(transport, at.removeV1, { params: { id: listId } })),
  }
}
