// Shopify on loopback: the Admin API of one shop, with its bucket of points, and storage for the files of bulk operations.
import { type ExecutionResult, execute, type GraphQLError, parse, validate } from 'graphql'
import {
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'
import { type Bulks, openBulks } from './bulk.ts'
import { requestedCost } from './cost.ts'
import { schema } from './schema.ts'
import { customers, customersCount, openShop, type Shop, segmentMembers, segments } from './shop.ts'
import { openStorage, type Storage } from './storage.ts'

export const TOKEN = 'shpat_5f3c9d0e7a21'
export const CLIENT = { clientId: 'c0ffee', clientSecret: 'shpss_77aa31be' }
const SERVED = ['2025-04', '2025-07', '2025-10', '2026-01', '2026-04', '2026-07', '2026-10']
const MOST_POINTS = 1_000

export interface Vendor {
  readonly server: VendorServer
  readonly shop: Shop
  readonly bulks: Bulks
  readonly storage: Storage
  readonly bucket: { available: number; restoreRate: number; at: number }
  /** Every document with its variables, in order. */
  readonly asked: { readonly query: string; readonly variables: Readonly<Record<string, unknown>> }[]
  /** Answers that said THROTTLED. */
  throttled: number
  /** Tokens that were given out; only the last is good. */
  signedIn: number
  dayToken: string
  /** The next answer has this status and body. */
  next: VendorAnswer | null
  close(): Promise<void>
}

export async function openVendor(clock: Stage['clock']): Promise<Vendor> {
  const shop = openShop()
  const storage = await openStorage()
  const bulks = openBulks(shop, storage)
  const root = {
    shop: { id: 'gid://shopify/Shop/1', name: 'Example', myshopifyDomain: 'example.myshopify.com' },
    currentAppInstallation: () => ({
      id: 'gid://shopify/AppInstallation/9',
      app: { id: 'gid://shopify/App/3', title: 'heysync' },
      accessScopes: (shop.hiding === 'no scope' ? ['read_orders'] : ['read_orders', 'read_customers']).map(
        (handle) => ({ handle, description: handle }),
      ),
    }),
    customers: (args: object) => customers(shop, clock.now(), args, false),
    customersCount: ({ limit }: { limit: number | null }) => customersCount(shop, limit),
    segments: () => segments(shop),
    customerSegmentMembers: (args: object) => segmentMembers(shop, args),
    node: ({ id }: { id: string }) => bulks.find(id, clock.now()),
    bulkOperationRunQuery: ({ query }: { query: string }) => bulks.start(query, clock.now()),
    bulkOperationCancel: ({ id }: { id: string }) => bulks.cancel(id),
  }
  /** Points come back with time. */
  const refill = () => {
    const { bucket } = vendor
    const more = ((clock.now() - bucket.at) / 1000) * bucket.restoreRate
    bucket.available = Math.min(MOST_POINTS, bucket.available + more)
    bucket.at = clock.now()
  }
  const costOf = (requestedQueryCost: number, actualQueryCost: number | null) => ({
    requestedQueryCost,
    actualQueryCost,
    throttleStatus: {
      maximumAvailable: MOST_POINTS,
      currentlyAvailable: Math.floor(vendor.bucket.available),
      restoreRate: vendor.bucket.restoreRate,
    },
  })
  const refused = (code: string, message: string, cost: unknown): VendorAnswer => ({
    body: { errors: [{ message, extensions: { code } }], extensions: { cost } },
  })

  /** A token for a day, by the client credentials of an app. */
  const signIn = (form: URLSearchParams): VendorAnswer => {
    if (form.get('client_secret') !== CLIENT.clientSecret || form.get('client_id') !== CLIENT.clientId)
      return { status: 400, body: { error: 'invalid_client', error_description: `not ${form}` } }
    vendor.signedIn += 1
    const token = `${TOKEN}-${vendor.signedIn}`
    vendor.dayToken = token
    return { body: { access_token: token, scope: 'read_customers', expires_in: 86_399 } }
  }

  const answer = async ({ url, headers, method, body }: VendorRequest): Promise<VendorAnswer> => {
    if (url.pathname === '/admin/oauth/access_token') return signIn(new URLSearchParams(body))
    if (![TOKEN, vendor.dayToken].includes(String(headers['x-shopify-access-token'])))
      return {
        status: 401,
        body: { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' },
      }
    const [, asked = ''] = /^\/admin\/api\/([^/]+)\/graphql\.json$/.exec(url.pathname) ?? []
    if (asked === '' || method !== 'POST') return { status: 404, body: { errors: 'Not Found' } }
    const { next } = vendor
    vendor.next = null
    if (next !== null) return next
    const { query, variables } = JSON.parse(body) as Vendor['asked'][number]
    vendor.asked.push({ query, variables })
    const version = SERVED.includes(asked) ? asked : (SERVED[0] ?? asked)
    const document = parse(query)
    const wrong = validate(schema, document)
    if (wrong.length > 0) return { body: { errors: wrong } }
    const cost = requestedCost(document, variables)
    refill()
    if (cost > MOST_POINTS)
      return refused(
        'MAX_COST_EXCEEDED',
        `Query cost is ${cost}, which exceeds the single query max cost limit 1000.`,
        { cost, maxCost: 1000 },
      )
    if (cost > vendor.bucket.available) {
      vendor.throttled += 1
      return refused('THROTTLED', 'Throttled', costOf(cost, null))
    }
    vendor.bucket.available -= cost
    shop.warnings.length = 0
    const result: ExecutionResult = await execute({
      schema,
      document,
      rootValue: root,
      variableValues: variables,
    })
    const errors = result.errors as readonly GraphQLError[] | undefined
    return {
      headers: { 'x-shopify-api-version': version },
      body: {
        ...(errors ? { errors } : {}),
        data: result.data,
        extensions: {
          cost: costOf(cost, cost),
          ...(shop.warnings.length > 0 ? { search: [...shop.warnings] } : {}),
        },
      },
    }
  }
  const server = await startVendor(clock, answer)
  const vendor: Vendor = {
    server,
    shop,
    bulks,
    storage,
    bucket: { available: MOST_POINTS, restoreRate: 50, at: clock.now() },
    asked: [],
    throttled: 0,
    signedIn: 0,
    dayToken: TOKEN,
    next: null,
    close: async () => {
      await server.close()
      await storage.close()
    },
  }
  return vendor
}
