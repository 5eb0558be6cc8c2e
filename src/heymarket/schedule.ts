// Owns scheduled messages: create, read, change, cancel. There is no documented list of them.
import { z } from 'zod'
import { HeysyncError } from '../lib/errors.ts'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { done, id, optionalId, text } from './wire.ts'

export interface ScheduleRequest {
  readonly inbox_id: number
  /** RFC 3339, at least 15 minutes ahead and on a quarter-hour. */
  readonly execute_at: string
  readonly content: { readonly text?: string; readonly template_id?: number; readonly media_url?: string }
  readonly phone_number?: string
  readonly targets?: readonly string[]
  readonly conversation_id?: number
  readonly list_id?: number
  readonly local_id?: string
  /** The user who sends it; the team's owner when left out. */
  readonly user_id?: number
}

export interface Scheduled {
  readonly id: number
  readonly localId: string | null
  readonly inboxId: number | null
  /** RFC 3339. */
  readonly executeAt: string | null
  readonly text: string
  readonly targets: readonly string[]
  readonly conversationId: number | null
  readonly listId: number | null
  readonly created: string | null
  readonly updated: string | null
}

const AHEAD_MS = 15 * 60_000
const QUARTER_MS = 15 * 60_000

const content = rules
  .object(
    {
      text: rules.text.optional(),
      template_id: rules.id.optional(),
      media_url: rules.mediaUrl.optional(),
    },
    'must be an object like {"text": "See you"}',
  )
  .superRefine((value, context) => {
    if (!value.text && value.template_id === undefined && value.media_url === undefined)
      context.addIssue({
        code: 'custom',
        message: 'is empty',
        params: { hint: 'Give one of text, template_id, media_url.' },
      })
  })

const body = rules
  .object({
    inbox_id: rules.id,
    execute_at: rules.rule(
      rules.instant,
      (value) => Date.parse(value) % QUARTER_MS === 0,
      'is not on a quarter-hour',
      'Use :00, :15, :30 or :45.',
    ),
    content,
    phone_number: rules.phone.optional(),
    targets: rules.group.optional(),
    conversation_id: rules.id.optional(),
    list_id: rules.id.optional(),
    local_id: rules.localId.optional(),
    user_id: rules.id.optional(),
  })
  .superRefine((value, context) =>
    rules.exactlyOne(value, ['phone_number', 'targets', 'conversation_id', 'list_id'], 'target', context),
  )

const shown = z
  .looseObject({
    id,
    local_id: z.string().nullish(),
    inbox_id: optionalId,
    execute: z.string().nullish(),
    execute_at: z.string().nullish(),
    content: z.looseObject({ text }).nullish(),
    text,
    meta: z.unknown().optional(),
    phone_number: text,
    targets: z.array(z.string()).nullish(),
    conversation_id: optionalId,
    list_id: optionalId,
    created: z.string().nullish(),
    updated: z.string().nullish(),
  })
  .transform(
    (raw): Scheduled => ({
      id: raw.id,
      localId: raw.local_id || null,
      inboxId: raw.inbox_id,
      executeAt: raw.execute ?? raw.execute_at ?? null,
      text: raw.content?.text || raw.text || metaText(raw.meta),
      targets: raw.targets ?? (raw.phone_number === '' ? [] : [raw.phone_number]),
      conversationId: raw.conversation_id,
      listId: raw.list_id,
      created: raw.created ?? null,
      updated: raw.updated ?? null,
    }),
  )

/** `meta` is documented by its name alone. */
function metaText(meta: unknown): string {
  const text = typeof meta === 'object' && meta !== null && 'text' in meta ? meta.text : ''
  return typeof text === 'string' ? text : ''
}

const created = z
  .looseObject({ id, local_id: z.string().nullish() })
  .transform((raw) => ({ id: raw.id, localId: raw.local_id || null }))

const params = rules.object({ id: rules.id })

export const scheduleEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v1/schedule',
    page: 'schedule',
    effect: 'write',
    summary: 'schedule a message',
    body,
    answer: created,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/schedule/{id}',
    page: 'schedule',
    effect: 'read',
    summary: 'a scheduled message',
    params,
    answer: shown.nullable(),
  }),
  update: endpoint({
    method: 'PUT',
    path: '/v1/schedule/{id}',
    page: 'schedule',
    effect: 'write',
    summary: 'change a scheduled message',
    params,
    body,
    answer: created,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/schedule/{id}',
    page: 'schedule',
    effect: 'write',
    summary: 'cancel a scheduled message',
    params,
    answer: done,
  }),
} as const

export interface ScheduleApi {
  /** Heymarket: schedule, create. Never repeated by the client after a lost answer. */
  create(body: ScheduleRequest): Promise<{ readonly id: number; readonly localId: string | null }>
  /** Heymarket: schedule, get. Null when it is not there. */
  get(id: number): Promise<Scheduled | null>
  /** Heymarket: schedule, update. */
  update(id: number, body: ScheduleRequest): Promise<{ readonly id: number; readonly localId: string | null }>
  /** Heymarket: schedule, delete. */
  remove(id: number): Promise<void>
}

export function scheduleApi(transport: Transport): ScheduleApi {
  const at = scheduleEndpoints
  return {
    create: async (request) => {
      checkAhead(request, transport.now())
      return call(transport, at.create, { body: request })
    },
    get: (scheduleId) => orNull(call(transport, at.get, { params: { id: scheduleId } })),
    update: async (scheduleId, request) => {
      checkAhead(request, transport.now())
      return call(transport, at.update, { params: { id: scheduleId }, body: request })
    },
    remove: async (scheduleId) => void (await call(transport, at.remove, { params: { id: scheduleId } })),
  }
}

/** Heymarket: "at least 15 minutes in the future". */
function checkAhead({ execute_at }: ScheduleRequest, now: number): void {
  const at = Date.parse(execute_at)
  if (Number.isNaN(at) || at - now >= AHEAD_MS) return
  const soonest = new Date(Math.ceil((now + AHEAD_MS) / QUARTER_MS) * QUARTER_MS).toISOString()
  throw new HeysyncError('ERR_REQUEST', {
    message: `schedule: execute_at "${execute_at}" is less than 15 minutes ahead. Nothing was sent.`,
    hint: `The soonest is ${soonest.slice(0, 16)}Z.`,
  })
}
