// Owns the status of a contact: opted out, blocked, or neither.
import { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { done } from './wire.ts'

/** Whom the question or the change is about. */
export type ContactRef = { readonly id: number } | { readonly phone: string }

export type ContactStatusWord = 'active' | 'blocked' | 'unblocked' | 'subscribed' | 'unsubscribed'

export interface ContactStatus {
  /** True when texting this person is not allowed, whoever said so. */
  readonly unsubscribed: boolean
  /** By the team; null where the account does not tell it apart. */
  readonly byTeam: boolean | null
  /** By the person, with STOP; only START of theirs lifts it. */
  readonly byPerson: boolean | null
  readonly blocked: boolean
}

const flag = z.boolean().nullish()

const status = z
  .looseObject({ unsubscribed: flag, unsubscribed_admin: flag, unsubscribed_contact: flag, blocked: flag })
  .transform(
    (raw): ContactStatus => ({
      unsubscribed: Boolean(raw.unsubscribed || raw.unsubscribed_admin || raw.unsubscribed_contact),
      byTeam: raw.unsubscribed_admin ?? null,
      byPerson: raw.unsubscribed_contact ?? null,
      blocked: raw.blocked ?? false,
    }),
  )

const who = { id: rules.id.optional(), phone: rules.phone.optional() }
const WORDS = ['active', 'blocked', 'unblocked', 'subscribed', 'unsubscribed'] as const

const oneOf = (value: Readonly<Record<string, unknown>>, context: z.RefinementCtx) =>
  rules.exactlyOne(value, ['id', 'phone'], 'contact', context)

export const statusEndpoints = {
  get: endpoint({
    method: 'POST',
    path: '/v1/contact/status',
    page: 'contacts/status',
    effect: 'read',
    summary: 'whether a contact is opted out or blocked',
    body: rules.object(who).superRefine(oneOf),
    answer: status.nullable(),
  }),
  set: endpoint({
    method: 'POST',
    path: '/v1/contact/set_status',
    page: 'contacts/set-status',
    effect: 'write',
    summary: 'opt a contact out or in, block or unblock it',
    body: rules
      .object({ ...who, status: z.enum(WORDS, { error: `must be one of ${WORDS.join(', ')}` }) })
      .superRefine(oneOf),
    answer: done,
  }),
} as const

export interface ContactStatusApi {
  /** Heymarket: contacts/status. Null when there is no such contact, however the account says so. */
  get(who: ContactRef): Promise<ContactStatus | null>
  /** Heymarket: contacts/set-status. `unsubscribed` is the same as is_opted_out true. */
  set(who: ContactRef, status: ContactStatusWord): Promise<void>
  /** True when texting this contact is not allowed. Errors: ERR_HEYMARKET_NOT_FOUND. */
  isUnsubscribed(contactId: number): Promise<boolean>
  /** `set` with `unsubscribed`, which sends nothing else of the contact. */
  unsubscribe(contactId: number): Promise<void>
}

export function contactStatusApi(transport: Transport): ContactStatusApi {
  const read = (body: ContactRef) => call(transport, statusEndpoints.get, { body })
  const set = async (whom: ContactRef, word: ContactStatusWord) => {
    await call(transport, statusEndpoints.set, { body: { ...whom, status: word } })
  }
  return {
    get: (whom) => orNull(read(whom)),
    set,
    isUnsubscribed: async (id) => {
      const shown = await read({ id })
      if (shown !== null) return shown.unsubscribed
      throw new HeysyncError('ERR_HEYMARKET_NOT_FOUND', {
        message: `Heymarket has no contact ${id}.`,
        status: 404,
      })
    },
    unsubscribe: (id) => set({ id }, 'unsubscribed'),
  }
}
