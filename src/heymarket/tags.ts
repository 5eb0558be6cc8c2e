// Owns tags: the account's labels and ids, and making one that is missing.
import { z } from 'zod'
import { fractionDigits, instantKey, justBefore, type Resolution, tickAfter } from '../lib/instant.ts'
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
      let digits: Resolution = 0
      let longest = 0
      for (;;) {
        const tags = await page(date)
        const before = seen.size
        for (const one of tags) seen.set(one.id, one)
        const keys = tags.map((one) => instantKey(one.updated)).filter((key) => key !== null)
        const last = keys.at(-1)
        if (last === undefined) return [...seen.values()]
        // The cursor shows its last tick again on purpose, for ties: a short page without anything new is the end.
        const stuck = seen.size === before
        if (stuck && (tags.length < longest || date === justBefore(last))) return [...seen.values()]
        longest = Math.max(longest, tags.length)
        digits = Math.max(digits, fractionDigits(keys)) as Resolution
        date = stuck ? justBefore(last) : tickAfter(last, digits)
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
