// Lists of the fake: its search by name, and its pages of members.
import type { VendorAnswer } from 'heysync/connector/testing'
import { z } from 'zod'
import { refusal } from './objects.ts'

export interface Segment {
  listId: string
  name: string
  processingType: 'MANUAL' | 'DYNAMIC' | 'SNAPSHOT'
  processingStatus: string
  members: Set<number>
  addedAt: number | null
  removedAt: number | null
}

const askedSchema = z.object({
  query: z.string(),
  offset: z.number(),
  count: z.number().max(500),
  additionalProperties: z.array(z.string()).default([]),
})

export function searchLists(segments: readonly Segment[], body: string): VendorAnswer {
  const { query, offset, count, additionalProperties } = askedSchema.parse(JSON.parse(body))
  if (offset >= 10_000) return refusal(400, 'offset is limited to 10000')
  const found = segments.filter(({ name }) => name.toLowerCase().includes(query.toLowerCase()))
  const page = found.slice(offset, offset + count)
  const text = (value: number | null) => (value === null ? null : String(value))
  return {
    body: {
      offset: offset + page.length,
      hasMore: found.length > offset + page.length,
      total: found.length,
      lists: page.map(({ listId, name, processingType, processingStatus, members, addedAt, removedAt }) => {
        const signs: Record<string, string | null> = {
          hs_list_size: String(members.size),
          hs_last_record_added_at: text(addedAt),
          hs_last_record_removed_at: text(removedAt),
        }
        return {
          listId,
          name,
          objectTypeId: '0-1',
          processingType,
          processingStatus,
          additionalProperties: Object.fromEntries(
            additionalProperties.map((sign) => [sign, signs[sign] ?? null]),
          ),
        }
      }),
    },
  }
}

export function memberships(segments: readonly Segment[], listId: string, url: URL): VendorAnswer {
  const segment = segments.find((one) => one.listId === listId)
  if (segment === undefined) return refusal(404, 'No list', 'OBJECT_NOT_FOUND')
  const limit = Number(url.searchParams.get('limit') ?? 100)
  if (limit > 250) return refusal(400, 'limit must be 250 or less')
  const after = Number(url.searchParams.get('after') ?? 0)
  const rest = [...segment.members].sort((a, b) => a - b).filter((id) => id > after)
  const page = rest.slice(0, limit)
  return {
    body: {
      results: page.map((recordId) => ({
        recordId: String(recordId),
        membershipTimestamp: '2030-01-01T00:00:00Z',
      })),
      ...(rest.length > limit ? { paging: { next: { after: String(page.at(-1)) } } } : {}),
    },
  }
}
