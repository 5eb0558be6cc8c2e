// Owns tags: the account's labels and ids.
import { z } from 'zod'
import { orNull } from './contacts.ts'
import { call, endpoint } from './endpoint.ts'
import * as rules from './rules.ts'
import type { Transport } from './transport.ts'
import { walk } from './walk.ts'
import { done, id, listOf, text, type Written, written } from './wire.ts'

export interface Tag {
  readonly id: number
  readonly name: string
  readonly color: string
  /** RFC 3339, as shown. */
  readonly updated: string
}

const tag = z
  .looseObject({ id, tag: text, name: text, color: text, updated: text })
  .transform(
    (raw): Tag => ({ id: raw.id, name: raw.tag || raw.name, color: raw.color, updated: raw.updated }),
  )

const params = rules.object({ id: rules.id })

export const tagEndpoints = {
  create: endpoint({
    method: 'POST',
    path: '/v1/tag',
    page: 'tags',
    effect: 'write',
    summary: 'create a tag',
    body: rules.object({
      tag: rules.title,
      color: z
        .string()
        .regex(/^#[0-9a-f]{6}$/i, { error: 'must be a colour like #3366ff' })
        .optional(),
    }),
    answer: written,
  }),
  get: endpoint({
    method: 'GET',
    path: '/v1/tag/{id}',
    page: 'tags',
    effect: 'read',
    summary: 'one tag',
    params,
    answer: tag.nullable(),
  }),
  page: endpoint({
    method: 'POST',
    path: '/v1/tags',
    page: 'tags',
    effect: 'read',
    summary: 'a page of tags, newest change first',
    body: rules.object({ date: rules.instant.optional() }),
    answer: listOf(tag, 'tags', 'data'),
  }),
  remove: endpoint({
    method: 'DELETE',
    path: '/v1/tag/{id}',
    page: 'tags',
    effect: 'write',
    summary: 'delete a tag',
    params,
    answer: done,
  }),
} as const

export interface TagsApi {
  /** Heymarket: tags. All of them, page by page. */
  list(): Promise<Tag[]>
  /** Heymarket: tags. */
  create(name: string, color?: string): Promise<Written>
  /** Heymarket: tags. Null when the id is not there. */
  get(id: number): Promise<Tag | null>
  /** Heymarket: tags. */
  remove(id: number): Promise<void>
}

export function tagsApi(transport: Transport): TagsApi {
  const at = tagEndpoints
  return {
    list: async () => {
      const all: Tag[] = []
      const page = (body: object) => call(transport, at.page, { body })
      for await (const one of walk({
        page,
        idOf: (row) => row.id,
        instantOf: (row) => row.updated,
        takesLimit: false,
      }))
        all.push(one)
      return all
    },
    create: (name, color) =>
      call(transport, at.create, { body: { tag: name, ...(color === undefined ? {} : { color }) } }),
    get: (tagId) => orNull(call(transport, at.get, { params: { id: tagId } })),
    remove: async (tagId) => void (await call(transport, at.remove, { params: { id: tagId } })),
  }
}
