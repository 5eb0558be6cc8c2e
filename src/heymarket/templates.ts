// Owns templates: texts that a team keeps, with merge tokens.
import { z } from 'zod'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { done, id, listOf, text, type Written, written } from './wire.ts'

export interface Template {
  readonly id: number
  readonly title: string
  readonly text: string
  readonly gallery: unknown
  readonly localId: string | null
  readonly archived: boolean | null
  /** RFC 3339, as shown. */
  readonly updated: string | null
}

export interface TemplateBody {
  readonly title: string
  readonly content: { readonly text?: string; readonly gallery?: unknown }
  readonly local_id?: string
  readonly archived?: boolean
}

const template = z
  .looseObject({
    id,
    title: text,
    content: z.looseObject({ text, gallery: z.unknown().optional() }).nullish(),
    text,
    local_id: z.string().nullish(),
    archived: z.boolean().nullish(),
    updated: z.string().nullish(),
  })
  .transform(
    (raw): Template => ({
      id: raw.id,
      title: raw.title,
      text: raw.content?.text || raw.text,
      gallery: raw.content?.gallery ?? null,
      localId: raw.local_id || null,
      archived: raw.archived ?? null,
      updated: raw.updated ?? null,
    }),
  )

const body = rules.object({
  title: rules.title,
  content: rules
    .object(
      { text: rules.text.optional(), gallery: z.unknown().optional() },
      'must be an object like {"text": "See you"}',
    )
    .superRefine((value, context) => {
      if (!value.text && value.gallery === undefined)
        context.addIssue({
          code: 'custom',
          message: 'is empty',
          params: { hint: 'Give it a text or a gallery.' },
        })
    }),
  local_id: rules.localId.optional(),
  archived: rules.flag.optional(),
})
const params = rules.object({ id: rules.id })

export const templateEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v1/template',
    page: 'templates/manage',
    effect: 'write',
    summary: 'create a template',
    body,
    answer: written,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/template/{id}',
    page: 'templates/manage',
    effect: 'read',
    summary: 'one template',
    params,
    answer: template.nullable(),
  }),
  update: endpoint({
    method: 'PUT',
    path: '/v1/template/{id}',
    page: 'templates/manage',
    effect: 'write',
    summary: 'change a template',
    params,
    body,
    answer: written,
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/template/{id}',
    page: 'templates/manage',
    effect: 'write',
    summary: 'delete a template',
    params,
    answer: done,
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/templates',
    page: 'templates/overview',
    effect: 'read',
    summary: 'a page of templates, newest change first',
    body: rules.object({ date: rules.instant.optional() }),
    answer: listOf(template, 'templates', 'data'),
  }),
} as const

export interface TemplatesApi {
  /** Heymarket: templates/manage. */
  create(body: TemplateBody): Promise<Written>
  /** Heymarket: templates/manage. Null when it is not there. */
  get(id: number): Promise<Template | null>
  update(id: number, body: TemplateBody): Promise<Written>
  remove(id: number): Promise<void>
  /** Heymarket: templates/overview. */
  page(request: { readonly date?: string }): Promise<Template[]>
  /** Heymarket: templates/overview. Every template once. */
  all(): AsyncGenerator<Template>
}

export function templatesApi(transport: Transport): TemplatesApi {
  const at = templateEndpoints
  const page = (request: { readonly date?: string }) => call(transport, at.page, { body: request })
  return {
    create: (request) => call(transport, at.create, { body: request }),
    get: (templateId) => orNull(call(transport, at.get, { params: { id: templateId } })),
    update: (templateId, request) =>
      call(transport, at.update, { params: { id: templateId }, body: request }),
    remove: async (templateId) => void (await call(transport, at.remove, { params: { id: templateId } })),
    page,
    all: () => walk({ page, idOf: (one) => one.id, instantOf: (one) => one.updated, takesLimit: false }),
  }
}
