// Owns inboxes: the documented low-risk read that `check` uses to try the credentials.
import { z } from 'zod'
import type { Transport } from './transport.ts'
import { id, listOf, text } from './wire.ts'

export interface Inbox {
  readonly id: number
  readonly name: string
  readonly phone: string
}

const inbox = z.looseObject({ id, name: text, phone: text })

export interface InboxesApi {
  /** Heymarket: inboxes. */
  list(): Promise<Inbox[]>
}

export function inboxesApi(transport: Transport): InboxesApi {
  return {
    list: async () =>
      (
        await transport.send({
          method: 'GET',
          path: '/v1/inboxes',
          answer: listOf(inbox, 'inboxes', 'data'),
          effect: 'read',
        })
      ).value,
  }
}
