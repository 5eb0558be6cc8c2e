// Owns custom fields: the account's names and ids, and making one that is missing.
import { z } from 'zod'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface CustomField {
  readonly id: number
  readonly name: string
}

const field = z
  .looseObject({ id, name: text, title: text })
  .transform((raw): CustomField => ({ id: raw.id, name: raw.name || raw.title }))

const answer = listOf(field, 'fields', 'contact_fields', 'data')

export const contactFieldEndpoints = {
  list: endpoint({
    method: 'POST',
    path: '/v1/contact-fields',
    page: 'guides/manage-contacts',
    effect: 'read',
    summary: 'the custom fields and their ids',
    body: rules.object({}),
    answer,
  }),
  create: endpoint({
    method: 'POST',
    path: '/v1/contacts/fields',
    page: 'contacts/create-contact-fields',
    effect: 'write',
    summary: 'create custom fields; an existing title is given back',
    body: rules
      .list(rules.object({ title: rules.title }, 'must be {title}'))
      .min(1, { error: 'must name one field or more' }),
    answer,
  }),
} as const

export interface ContactFieldsApi {
  /** Heymarket: contact-fields. */
  list(): Promise<CustomField[]>
  /** Heymarket: contacts/create-contact-fields. An existing title is given back, not doubled. */
  create(title: string): Promise<CustomField[]>
}

export function contactFieldsApi(transport: Transport): ContactFieldsApi {
  return {
    list: () => call(transport, contactFieldEndpoints.list),
    create: (title) => call(transport, contactFieldEndpoints.create, { body: [{ title }] }),
  }
}
