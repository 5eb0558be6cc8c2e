// What the fake answers about contacts: listing, search and batch read, each with its own caps.
import type { VendorAnswer } from 'heysync/connector/testing'
import { z } from 'zod'
import type { Portal, Row } from './portal.ts'

const SEARCH_CEILING = 10_000

export function refusal(status: number, message: string, category = 'VALIDATION_ERROR'): VendorAnswer {
  return { status, body: { status: 'error', message, correlationId: '9d3c', category } }
}

/** Asked for by name, plus the three that always come; a name that the account has not is left out without a word. */
function show(row: Row, names: readonly string[], known: ReadonlySet<string>) {
  const iso = (ms: number) => new Date(ms).toISOString()
  return {
    id: String(row.id),
    properties: {
      createdate: iso(row.createdAt),
      hs_object_id: String(row.id),
      lastmodifieddate: iso(row.modifiedAt),
      ...Object.fromEntries(
        names
          .filter((name) => known.has(name) && name !== 'hs_object_id')
          .map((name) => [name, row.properties[name] ?? null]),
      ),
    },
    createdAt: iso(row.createdAt),
    // Going to the recycle bin is a change, and coming back takes it back.
    updatedAt: iso(row.archivedAt ?? row.modifiedAt),
    archived: row.archivedAt !== null,
    ...(row.archivedAt === null ? {} : { archivedAt: iso(row.archivedAt) }),
  }
}

export function list(portal: Portal, url: URL, known: ReadonlySet<string>): VendorAnswer {
  const query = url.searchParams
  const limit = Number(query.get('limit') ?? 10)
  if (limit > 100) return refusal(400, 'limit must be 100 or less')
  const after = Number((query.get('after') ?? 'c0').slice(1))
  const all = query.get('archived') === 'true' ? portal.archived() : portal.live()
  const rest = all.slice(firstAbove(all, after))
  const page = rest.slice(0, limit)
  const names = (query.get('properties') ?? '').split(',')
  return {
    body: {
      results: page.map((row) => show(row, names, known)),
      ...(rest.length > limit
        ? { paging: { next: { after: `c${page.at(-1)?.id}`, link: `${url.href}&after=x` } } }
        : {}),
    },
  }
}

function firstAbove(rows: readonly Row[], id: number): number {
  let low = 0
  for (let high = rows.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.id ?? 0) > id) high = middle
    else low = middle + 1
  }
  return low
}

const searchSchema = z.object({
  limit: z.number().default(10),
  after: z.string().regex(/^\d+$/).optional(),
  properties: z.array(z.string()).default([]),
  sorts: z
    .array(z.object({ propertyName: z.string(), direction: z.enum(['ASCENDING', 'DESCENDING']) }))
    .max(1)
    .default([]),
  filterGroups: z
    .array(
      z.object({
        filters: z
          .array(
            z.object({
              propertyName: z.string(),
              operator: z.enum(['GTE', 'LTE', 'GT', 'LT']),
              value: z.string(),
            }),
          )
          .max(6),
      }),
    )
    .max(5)
    .default([]),
})

export function search(portal: Portal, body: string, known: ReadonlySet<string>): VendorAnswer {
  if (body.length > 3_000) return refusal(400, 'The request body may have 3000 characters')
  const asked = searchSchema.safeParse(JSON.parse(body))
  if (!asked.success) return refusal(400, z.prettifyError(asked.error))
  const { limit, after = '0', filterGroups, sorts, properties } = asked.data
  if (limit > 200) return refusal(400, 'limit must be 200 or less')
  const from = Number(after)
  if (from + limit > SEARCH_CEILING) return refusal(400, 'Search is limited to 10000 results')
  const filters = filterGroups.flatMap((group) => group.filters)
  for (const { propertyName } of filters)
    if (!['lastmodifieddate', 'hs_object_id'].includes(propertyName))
      return refusal(400, `There was a problem with the property ${propertyName}`)
  const found = portal.indexed().filter((row) =>
    filters.every(({ propertyName, operator, value }) => {
      const held = propertyName === 'hs_object_id' ? row.id : row.modifiedAt
      const wanted = Number(value)
      if (operator === 'GTE') return held >= wanted
      if (operator === 'LTE') return held <= wanted
      return operator === 'GT' ? held > wanted : held < wanted
    }),
  )
  // Unless it is told to sort, it does as it likes.
  if (sorts[0]?.propertyName !== 'hs_object_id') found.reverse()
  const page = found.slice(from, from + limit)
  return {
    body: {
      total: found.length,
      results: page.map((row) => show(row, properties, known)),
      ...(found.length > from + limit ? { paging: { next: { after: String(from + limit) } } } : {}),
    },
  }
}

const readSchema = z.object({
  properties: z.array(z.string()),
  inputs: z.array(z.object({ id: z.string() })),
})

export function read(portal: Portal, url: URL, body: string, known: ReadonlySet<string>): VendorAnswer {
  const { inputs, properties } = readSchema.parse(JSON.parse(body))
  if (inputs.length > 100) return refusal(400, 'inputs may have 100 entries')
  const wantsArchived = url.searchParams.get('archived') === 'true'
  const rows = inputs
    .map(({ id }) => portal.find(Number(id)))
    .filter((row) => row !== undefined)
    .filter(({ archivedAt }) => (archivedAt !== null) === wantsArchived)
  const { ids, named } = portal.refused
  const shown = rows.filter(({ id }) => !ids.has(id))
  const refused = rows.filter(({ id }) => ids.has(id)).map(({ id }) => String(id))
  const missing = inputs.length - rows.length
  const invalid = {
    status: 'error',
    category: 'VALIDATION_ERROR',
    ...(named ? { context: { ids: refused } } : {}),
  }
  const errors = [
    ...(missing > 0 ? [{ status: 'error', category: 'OBJECT_NOT_FOUND' }] : []),
    ...(refused.length > 0 ? [invalid] : []),
  ]
  return {
    status: errors.length > 0 ? 207 : 200,
    body: {
      status: 'COMPLETE',
      // In no order that anybody promised.
      results: shown.reverse().map((row) => show(row, properties, known)),
      ...(errors.length > 0 ? { numErrors: errors.length, errors } : {}),
    },
  }
}
