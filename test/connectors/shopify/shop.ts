// A shop: its customers, what its search index knows of them, its segments. What the fake answers is read from here.
import { GraphQLError } from 'graphql'
import { readSearch, type Search } from './search.ts'

export type Sms = 'NOT_SUBSCRIBED' | 'PENDING' | 'REDACTED' | 'SUBSCRIBED' | 'UNSUBSCRIBED' | 'SNOOZED'

export interface CustomerRow {
  readonly id: number
  readonly firstName: string | null
  readonly lastName: string | null
  readonly phone: string | null
  readonly sms: Sms
  readonly email: string | null
  readonly address: { readonly phone: string | null; readonly countryCodeV2: string } | null
  readonly state: 'DISABLED' | 'ENABLED' | 'INVITED' | 'DECLINED'
  readonly tags: readonly string[]
  /** Milliseconds since 1970; Shopify tells whole seconds. */
  readonly updatedAt: number
  /** When the search index knows of this version. The list without a filter shows it at once. */
  readonly indexedAt: number
}

/** How the shop keeps people from the app. */
export type Hiding = 'nothing' | 'errors' | 'silently' | 'no scope'

export interface Shop {
  readonly rows: Map<number, CustomerRow>
  readonly segments: Map<
    string,
    { id: string; name: string; members: number[]; claims?: number; refuses?: string }
  >
  hiding: Hiding
  wholeDays: boolean
  /** A version of the API that no longer knows the filter of this name, and drops it. */
  dropsFilter: string | null
  readonly warnings: unknown[]
}

export function openShop(): Shop {
  return {
    rows: new Map(),
    segments: new Map(),
    hiding: 'nothing',
    wholeDays: false,
    dropsFilter: null,
    warnings: [],
  }
}

interface Paging {
  readonly first?: number | null
  readonly after?: string | null
  readonly query?: string | null
}

/** `all`: inside of a bulk operation, where nothing is paged. */
export function customers(shop: Shop, now: number, args: Paging, all: boolean): unknown {
  if (!all && (args.first == null || args.first < 1 || args.first > 250))
    throw new GraphQLError('you must provide one of first or last, from 1 to 250')
  const found = args.query ? searched(shop, now, args.query) : [...shop.rows.values()]
  const after = args.after == null ? 0 : readCursor(args.after)
  const rest = found.filter(({ id }) => id > after).sort((a, b) => a.id - b.id)
  const nodes = rest
    .slice(0, all ? rest.length : (args.first ?? 0))
    .map((row) => customerNode(row, shop.hiding))
  const cursors = rest.map(({ id }) => cursorOf(id))
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursors[index] })),
    pageInfo: {
      hasNextPage: rest.length > nodes.length,
      hasPreviousPage: after > 0,
      startCursor: cursors[0] ?? null,
      endCursor: cursors[nodes.length - 1] ?? null,
    },
  }
}

function searched(shop: Shop, now: number, query: string): CustomerRow[] {
  const kept = shop.dropsFilter === null ? query : query.replaceAll(`${shop.dropsFilter}:`, 'unknown:')
  const search: Search = readSearch(kept, shop.wholeDays)
  if (search.warnings.length > 0)
    shop.warnings.push({ path: ['customers'], query, warnings: search.warnings })
  return [...shop.rows.values()].filter((row) => row.indexedAt <= now && search.matches(row))
}

export function customersCount(shop: Shop, limit: number | null): unknown {
  const { size } = shop.rows
  return limit === null || size < limit
    ? { count: size, precision: 'EXACT' }
    : { count: limit, precision: 'AT_LEAST' }
}

export function segments(shop: Shop): unknown {
  const nodes = [...shop.segments.values()].map(({ id, name }) => ({ id, name, query: '' }))
  return {
    nodes,
    pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
  }
}

export function segmentMembers(shop: Shop, args: Paging & { readonly segmentId?: string }): unknown {
  const segment = shop.segments.get(args.segmentId ?? '')
  if (segment === undefined) throw new GraphQLError('Segment not found.')
  if (segment.refuses !== undefined) throw new GraphQLError(segment.refuses)
  const after = args.after == null ? 0 : readCursor(args.after)
  const rest = segment.members.filter((id) => id > after).sort((a, b) => a - b)
  const shown = rest.slice(0, Math.min(args.first ?? 50, 1000))
  return {
    edges: shown.map((id) => ({
      cursor: cursorOf(id),
      node: { id: `gid://shopify/CustomerSegmentMember/${id}`, displayName: String(id) },
    })),
    pageInfo: {
      hasNextPage: rest.length > shown.length,
      hasPreviousPage: after > 0,
      startCursor: null,
      endCursor: shown.length === 0 ? null : cursorOf(shown.at(-1) ?? 0),
    },
    totalCount: segment.claims ?? segment.members.length,
  }
}

function customerNode(row: CustomerRow, hiding: Hiding): unknown {
  const hidden = (value: unknown) => {
    if (hiding === 'errors')
      return () => {
        throw new GraphQLError('This app is not approved to use the field.', {
          extensions: { code: 'ACCESS_DENIED' },
        })
      }
    return hiding === 'silently' ? null : value
  }
  const updatedAt = seconds(row.updatedAt)
  return {
    id: `gid://shopify/Customer/${row.id}`,
    legacyResourceId: String(row.id),
    firstName: hidden(row.firstName),
    lastName: hidden(row.lastName),
    displayName: row.firstName ?? '',
    defaultPhoneNumber: hidden(
      row.phone === null
        ? null
        : {
            phoneNumber: row.phone,
            marketingState: row.sms,
            marketingOptInLevel: row.sms === 'SUBSCRIBED' ? 'SINGLE_OPT_IN' : null,
            marketingUpdatedAt: row.sms === 'NOT_SUBSCRIBED' ? null : updatedAt,
            marketingCollectedFrom: row.sms === 'NOT_SUBSCRIBED' ? null : 'SHOPIFY',
          },
    ),
    defaultEmailAddress: hidden(
      row.email === null ? null : { emailAddress: row.email, marketingState: 'NOT_SUBSCRIBED' },
    ),
    defaultAddress: hidden(row.address),
    state: row.state,
    tags: row.tags,
    locale: 'en',
    numberOfOrders: '0',
    createdAt: updatedAt,
    updatedAt,
  }
}

function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

function cursorOf(id: number): string {
  return Buffer.from(JSON.stringify({ last_id: id, last_value: String(id) })).toString('base64')
}

function readCursor(cursor: string): number {
  try {
    return (JSON.parse(Buffer.from(cursor, 'base64').toString()) as { last_id: number }).last_id
  } catch {
    throw new GraphQLError('Invalid cursor for current pagination sort.')
  }
}
