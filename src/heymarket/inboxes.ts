// Owns inboxes: what messages are sent from. Also the documented low-risk read that `check` uses to try the credentials.
import { z } from 'zod'
import { call, endpoint } from './endpoint.ts'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface Inbox {
  readonly id: number
  readonly name: string
  /** Blank for an inbox without a number. */
  readonly phone: string
  readonly phones: readonly string[]
  /** Ids of the members who may send from it. */
  readonly members: readonly number[]
}

const memberId = z.union([id, z.looseObject({ id }).transform((member) => member.id)])

const inbox = z
  .looseObject({ id, name: text, phone: text, phones: listOf(text), members: listOf(memberId) })
  .transform(
    (raw): Inbox => ({
      id: raw.id,
      name: raw.name,
      phone: raw.phone || (raw.phones[0] ?? ''),
      phones: raw.phones,
      members: raw.members,
    }),
  )

export const inboxEndpoints = {
  list: endpoint({
    method: 'GET',
    path: '/v1/inboxes',
    page: 'inboxes',
    effect: 'read',
    summary: 'the inboxes and their members',
    answer: listOf(inbox, 'inboxes', 'data'),
  }),
} as const

export interface InboxesApi {
  /** Heymarket: inboxes. */
  list(): Promise<Inbox[]>
}

export function inboxesApi(transport: Transport): InboxesApi {
  return { list: () => call(transport, inboxEndpoints.list) }
}
