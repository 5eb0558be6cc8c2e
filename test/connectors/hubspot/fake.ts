// HubSpot on loopback: its doors, its keys, its scopes and its budgets, over a portal of contacts.
import {
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'
import { type Limits, openLimits } from './limits.ts'
import { list, read, refusal, search } from './objects.ts'
import { openPortal, type Portal } from './portal.ts'
import { memberships, type Segment, searchLists } from './segments.ts'

export const TOKEN = 'pat-na1-5d1f0c7e'
const ACCESS_LIFE_MS = 30 * 60_000
/** As some of its doors do. */
const LONGEST_URL = 8_000

const USUAL = [
  'firstname',
  'lastname',
  'email',
  'phone',
  'mobilephone',
  'country',
  'hs_email_optout',
  'createdate',
]
const MERGES = ['hs_merged_object_ids', 'hs_calculated_merged_vids', 'hs_object_id', 'lastmodifieddate']

export interface FakeHubspot extends VendorServer {
  readonly portal: Portal
  readonly limits: Limits
  /** Names and labels of properties beside the usual ones. */
  readonly properties: Map<string, string>
  readonly segments: Segment[]
  readonly scopes: Set<string>
  readonly oauth: { refreshToken: string; readonly clientSecret: string; exchanges: number }
  /** Looks at each request first; its answer is the one that is given. */
  onRequest: (request: VendorRequest) => VendorAnswer | undefined
  readonly log: string[]
}

export interface FakeOptions {
  readonly lagMs?: number
  readonly per10Seconds?: number
  readonly perDay?: number
}

export async function startFake(clock: Stage['clock'], options: FakeOptions = {}): Promise<FakeHubspot> {
  const { lagMs = 0, per10Seconds = 100, perDay = 250_000 } = options
  const portal = openPortal(clock.now, lagMs)
  const limits = openLimits(clock.now, { per10Seconds, perDay, searchesPerSecond: 5 })
  const properties = new Map<string, string>()
  const segments: Segment[] = []
  const scopes = new Set([
    'crm.objects.contacts.read',
    'crm.schemas.contacts.read',
    'crm.lists.read',
    'oauth',
  ])
  const oauth = { refreshToken: 'refresh-0', clientSecret: 'client-secret-77', exchanges: 0 }
  const access = new Map<string, number>()

  const exchange = ({ body }: VendorRequest): VendorAnswer => {
    const form = new URLSearchParams(body)
    const isRight =
      form.get('refresh_token') === oauth.refreshToken && form.get('client_secret') === oauth.clientSecret
    if (!isRight) return refusal(400, `bad refresh token ${form.get('refresh_token')}`, 'BAD_REFRESH_TOKEN')
    oauth.exchanges += 1
    // HubSpot's do not rotate today; whoever relies on it is locked out the day they do.
    oauth.refreshToken = `refresh-${oauth.exchanges}`
    const token = `access-${oauth.exchanges}-0a1b2c`
    access.set(token, clock.now() + ACCESS_LIFE_MS)
    return {
      body: {
        token_type: 'bearer',
        access_token: token,
        refresh_token: oauth.refreshToken,
        expires_in: ACCESS_LIFE_MS / 1000,
        hub_id: 12345,
        user_id: 67,
        scopes: [...scopes],
      },
    }
  }

  const signedIn = (header: string | undefined): VendorAnswer | null => {
    const token = header?.replace(/^Bearer /, '') ?? ''
    if (/[^\w.-]/.test(token) || token === '') return { status: 530, body: '<html>malformed</html>' }
    if (token === TOKEN || (access.get(token) ?? 0) > clock.now()) return null
    return refusal(401, `Authentication credentials not found: ${token}`, 'INVALID_AUTHENTICATION')
  }

  const answer = (request: VendorRequest): VendorAnswer => {
    const { method, url, headers, body } = request
    const door = `${method} ${url.pathname}`
    server.log.push(door)
    const given = server.onRequest(request)
    if (given !== undefined) return given
    if (url.href.length > LONGEST_URL) return { status: 414, body: 'URI Too Long' }
    if (door === 'POST /oauth/v1/token') return exchange(request)
    const isSearch = door === 'POST /crm/v3/objects/contacts/search'
    const no = signedIn(headers.authorization) ?? limits.refuse(isSearch)
    if (no !== null) return { ...no, headers: limits.headers(isSearch) }
    const known = new Set([...USUAL, ...MERGES, ...properties.keys()])
    const needs = (scope: string, go: () => VendorAnswer): VendorAnswer =>
      scopes.has(scope)
        ? { ...go(), headers: limits.headers(isSearch) }
        : refusal(403, `This app hasn't been granted the scope ${scope}`, 'MISSING_SCOPES')
    const contacts = (go: () => VendorAnswer) => needs('crm.objects.contacts.read', go)
    if (isSearch) return contacts(() => search(portal, body, known))
    const members = /^\/crm\/v3\/lists\/(\w+)\/memberships$/.exec(url.pathname)?.[1]
    if (members !== undefined) return needs('crm.lists.read', () => memberships(segments, members, url))
    switch (door) {
      case 'GET /crm/v3/objects/contacts':
        return contacts(() => list(portal, url, known))
      case 'POST /crm/v3/objects/contacts/batch/read':
        return contacts(() => read(portal, url, body, known))
      case 'POST /crm/v3/lists/search':
        return needs('crm.lists.read', () => searchLists(segments, body))
      case 'GET /crm/v3/properties/contacts':
        return needs('crm.schemas.contacts.read', () => ({
          body: {
            results: [...known].map((name) => ({
              name,
              label: properties.get(name) ?? name,
              type: name.endsWith('date') ? 'datetime' : 'string',
              archived: false,
            })),
          },
        }))
      case 'GET /account-info/v3/details':
        return { body: { portalId: 12345, timeZone: 'US/Eastern', uiDomain: 'app-eu1.hubspot.com' } }
      case 'POST /oauth/v2/private-apps/get/access-token-info':
        return { body: { userId: 67, hubId: 12345, appId: 89, scopes: [...scopes] } }
      default:
        return refusal(404, `the fake has no ${door}`)
    }
  }

  const vendor = await startVendor(clock, answer)
  const server: FakeHubspot = {
    ...vendor,
    portal,
    limits,
    properties,
    segments,
    scopes,
    oauth,
    onRequest: () => undefined,
    log: [],
  }
  return server
}
