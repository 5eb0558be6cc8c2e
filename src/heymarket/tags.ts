// Owns tags: the account's labels and ids, and making one that is missing.
import { z } from 'zod'
import { instantKey, tickFrom, wholeSeconds } from '../lib/instant.ts'
import type { Transport } from './transport.ts'
import { id, listOf, text, type Written, written } from './wire.ts'

export interface Tag {
  readonly id: number
  readonly name: string
  readonly updated: string
}

const tag = z
  .looseObject({ id, tag: text, name: text, updated: text })
  .transform((raw): Tag => ({ id: raw.id, name: raw.tag || raw.name, updated: raw.updated }))

export interface TagsApi {
  /** Heymarket: tags. All of them, page by page. */
  list(): Promise<Tag[]>
  /** Heymarket: tags. */
  create(name: string): Promise<Written>
}

export function tagsApi(transport: Transport): TagsApi {
  const page = async (date: string | null) =>
    (
      await transport.send({
        method: 'POST',
        path: '/v1/tags',
        json: date === null ? {} : { date },
        answer: listOf(tag, 'tags', 'data'),
        effect: 'read',
      })
    ).value
  return {
    list: async () => {
      const seen = new Map<number, Tag>()
      let date: string | null = null
      for (;;) {
        const tags = await page(date)
        const before = seen.size
        for (const one of tags) seen.set(one.id, one)
        const keys = tags.map((one) => instantKey(one.updated)).filter((key) => key !== null)
        const last = keys.at(-1)
        // A page without anything new is the end: the cursor re-reads its last tick on purpose, for ties.
        if (seen.size === before || last === undefined) return [...seen.values()]
        date = tickFrom(last, 1, wholeSeconds(keys))
      }
    },
    create: async (name) =>
      (
        await transport.send({
          method: 'POST',
          path: '/v1/tag',
          json: { tag: name },
          answer: written,
          effect: 'write',
        })
      ).value,
  }
}
