// Owns e-mail sent from a Heymarket inbox.
import { z } from 'zod'
import { call, endpoint } from './endpoint.ts'
import { type Sent, sent } from './message.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'

/** To `targets`, or into a conversation; never both. */
export interface SendEmail {
  readonly creator_id: number
  readonly inbox?: number
  /** HTML. */
  readonly text: string
  /** The same without markup, for readers that show no HTML. */
  readonly raw_text?: string
  readonly local_id?: string
  /** The subject. */
  readonly conv_title?: string
  /** Each `to:` or `cc:` and one address, or several with commas between them. */
  readonly targets?: readonly string[]
  readonly convo_id?: number
}

const ADDRESS = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/

const target = rules.rule(
  rules.text,
  (value) => {
    const match = /^(?:to|cc):(.+)$/.exec(value)
    return match !== null && (match[1] ?? '').split(',').every((one) => ADDRESS.test(one.trim()))
  },
  'must be to: or cc: and an e-mail address',
  'Write it like to:ana@example.com.',
)

const body = rules
  .object({
    creator_id: rules.id,
    inbox: rules.id.optional(),
    text: z.string({ error: 'is required: the HTML of the e-mail' }).min(1, { error: 'must not be blank' }),
    raw_text: rules.text.optional(),
    local_id: rules.localId.optional(),
    conv_title: rules.text.optional(),
    targets: rules.filledList(target).optional(),
    convo_id: rules.id.optional(),
  })
  .superRefine((value, context) => {
    rules.exactlyOne(value, ['targets', 'convo_id'], 'target', context)
    if (value.targets !== undefined && !value.targets.some((one) => one.startsWith('to:')))
      context.addIssue({
        code: 'custom',
        path: ['targets'],
        message: 'name nobody with to:',
        params: { hint: 'An e-mail needs one to: address; cc: comes beside it.' },
      })
  })

export const emailEndpoints = {
  send: endpoint({
    method: 'POST',
    path: '/v1/email/send',
    page: 'messages/send-email',
    effect: 'write',
    summary: 'send an e-mail',
    body,
    answer: sent,
  }),
} as const

export interface EmailApi {
  /** Heymarket: messages/send-email. Never repeated by the client after a lost answer. */
  send(body: SendEmail): Promise<Sent>
}

export function emailApi(transport: Transport): EmailApi {
  return { send: (request) => call(transport, emailEndpoints.send, { body: request }) }
}
