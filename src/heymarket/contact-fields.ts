// Owns custom fields: the account's names and ids, and making one that is missing.
import { z } from 'zod'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface CustomField {
  readonly id: number
  readonly name: string
}

const field = z
  .looseObject({ id, name: text, title: text })
  .transform((raw): CustomField => ({ id: raw.id, name: raw.name || raw.title }))

export interface ContactFieldsApi {
  /** Heymarket: contact-fields. */
  list(): Promise<CustomField[]>
  /** Heymarket: contacts/create-contact-fields. An existing title is given back, not doubled. */
  create(title: string): Promise<CustomField[]>
}

export function contactFieldsApi(transport: Transport): ContactFieldsApi {
  const answer = listOf(field, 'fields', 'contact_fields', 'data')
  return {
    list: async () =>
      (await transport.send({ method: 'POST', path: '/v1/contact-fields', json: {}, answer, effect: 'read' }))
        .value,
    create: async (title) =>
      (
        await transport.send({
          method: 'POST',
          path: '/v1/contacts/fields',
          json: [{ title }],
          answer,
          effect: 'write',
        })
      ).value,
  }
}
