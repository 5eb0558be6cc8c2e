// Owns the requests' bodies: zod shapes, and a 400 that names the field where one does not fit.
import { z } from 'zod'
import { bareE164 } from '../lib/phone.ts'
import { badRequest } from './api-error.ts'
import type { Dialects } from './dialects.ts'

const id = z.union([
  z.int(),
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a number')
    .transform(Number),
])

export const contactBody = z.object({
  phone: z.string().optional(),
  first: z.string().optional(),
  last: z.string().optional(),
  display_name: z.string().optional(),
  email: z.string().optional(),
  avatar: z.string().optional(),
  assignee_id: z.int().min(-1).optional(),
  tags: z.array(z.object({ tag_id: z.int() })).optional(),
  custom: z
    .record(z.string().regex(/^\d+$/, 'keys are ids of custom fields'), z.string('values are always strings'))
    .optional(),
  is_opted_out: z.boolean().optional(),
  email_suppressions: z.array(z.int()).optional(),
  local_id: z.string().optional(),
})
export type ContactBody = z.infer<typeof contactBody>

export const lookupBody = z.object({ phone: z.string().optional(), id: id.optional() })

export const STATUSES = ['active', 'blocked', 'unblocked', 'subscribed', 'unsubscribed'] as const
export const setStatusBody = lookupBody.extend({ status: z.enum(STATUSES) })

export const listBody = z.object({
  date: z.string().optional(),
  limit: z.int().min(0).optional(),
  page: z.int().optional(),
  ascending: z.boolean().optional(),
  order: z.enum(['updated', 'created', 'id', '']).optional(),
  // In the documented schema without a meaning: checked, and without effect.
  archived: z.boolean().optional(),
  assigned: z.int().optional(),
  filter: z.string().optional(),
  id: z.int().optional(),
  parent_id: z.int().optional(),
})
export type ListBody = z.infer<typeof listBody>

export const tagBody = z.object({ tag: z.string().min(1, 'is required'), color: z.string().optional() })
export const tagsBody = z.object({ date: z.string().optional() })
export const fieldsBody = z.array(z.object({ title: z.string().min(1, 'is required') })).min(1)
export const updateUsersBody = z.object({
  users: z
    .array(
      z.object({
        id: z.int('is required'),
        first_name: z.string().optional(),
        last_name: z.string().optional(),
        role_id: z.literal([1, 4], 'must be 1 (admin) or 4 (member)').optional(),
      }),
    )
    .min(1, 'must name one user or more'),
})
export const usersBody = z.object({
  phone: z.array(z.string()).optional(),
  email: z.array(z.string()).optional(),
})

/** Reads a body. No body counts as `{}`, and a null as a field that was not sent. Throws an ApiError (400). */
export function readBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(withoutNulls(body ?? {}))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw badRequest(
    issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.'),
    issue?.message ?? 'is wrong',
  )
}

function withoutNulls(body: unknown): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}

/** The phone of a write or look-up as bare E.164, by the dialect plusPhone. Throws an ApiError (400). */
export function readPhone(text: string | undefined, dialects: Dialects): string {
  if (text === undefined || text === '') throw badRequest('phone', 'is required')
  const phone = bareE164(dialects.plusPhone === 'normalize' ? text.replace(/\D/g, '') : text)
  if (phone === null)
    throw badRequest('phone', 'must be digits only with the country code first, e.g. 15105553344')
  return phone
}

/** Refuses an id of the other form where the dialect is strict about it. Throws an ApiError (400). */
export function checkIdForm(
  call: { readonly body: unknown },
  form: 'string' | 'number',
  { idText }: Dialects,
): void {
  const id = (call.body as { id?: unknown } | null | undefined)?.id ?? undefined
  if (idText === 'strict' && id !== undefined && typeof id !== form)
    throw badRequest('id', `must be a ${form}`)
}

/** The id in a path. Throws an ApiError (400). */
export function readId(text: string | undefined): number {
  if (text === undefined || !/^\d{1,15}$/.test(text)) throw badRequest('id', 'must be a number')
  return Number(text)
}

/** The `overwrite` of a query. Throws an ApiError (400). */
export function readOverwrite(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw badRequest('overwrite', 'must be true or false')
}

/** What an account keeps of a contact that came with many others. */
export function keptOfMany(body: ContactBody, fields: 'all' | 'basic'): ContactBody {
  if (fields === 'all') return body
  const { custom: _custom, tags: _tags, assignee_id: _assignee, avatar: _avatar, ...basic } = body
  return basic
}
