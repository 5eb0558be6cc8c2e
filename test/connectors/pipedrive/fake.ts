// Pipedrive on loopback: its doors, its tokens and its two budgets, over a company of persons.
import {
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'
import { type Company, openCompany, type Row } from './company.ts'

export const TOKEN = 'b5a1c0ffee77d00d'
const EXACT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const DAY_MS = 86_400_000

export interface Field {
  readonly field_code: string
  readonly field_name: string
  readonly field_type: string
  readonly options?: readonly { id: number; label: string }[]
}

export interface FakePipedrive extends VendorServer {
  readonly company: Company
  readonly fields: Field[]
  /** Users by their token. */
  readonly users: Map<string, { id: number; isAdmin: boolean }>
  readonly oauth: { refreshToken: string; exchanges: number }
  onRequest: (request: VendorRequest) => VendorAnswer | undefined
  /** Cursors from before are not taken any more. */
  forgetCursors(): void
  readonly spent: { tokens: number; refused: number }
}

export interface FakeOptions {
  readonly burst?: number
  readonly dailyTokens?: number
}

const no = (status: number, error: string): VendorAnswer => ({
  status,
  body: { success: false, error, errorCode: status, data: null },
})

export async function startFake(
  clock: Stage['clock'],
  { burst = 20, dailyTokens = 30_000 }: FakeOptions = {},
): Promise<FakePipedrive> {
  const company = openCompany(clock.now)
  const users = new Map([[TOKEN, { id: 7, isAdmin: true }]])
  const oauth = { refreshToken: 'refresh-0', exchanges: 0 }
  const spent = { tokens: 0, refused: 0 }
  const fields: Field[] = [
    { field_code: 'name', field_name: 'Name', field_type: 'varchar' },
    {
      field_code: 'label_ids',
      field_name: 'Labels',
      field_type: 'set',
      options: [
        { id: 5, label: 'Customer' },
        { id: 6, label: 'VIP' },
      ],
    },
  ]
  let recent: number[] = []
  let generation = 0

  const exchange = ({ headers, body }: VendorRequest): VendorAnswer => {
    const form = new URLSearchParams(body)
    const basic = Buffer.from('app-1:client-secret-77').toString('base64')
    if (headers.authorization !== `Basic ${basic}` || form.get('refresh_token') !== oauth.refreshToken)
      return { status: 400, body: { error: 'invalid_grant', error_description: headers.authorization } }
    oauth.exchanges += 1
    oauth.refreshToken = `refresh-${oauth.exchanges}`
    const token = `access-${oauth.exchanges}-99aa`
    users.set(`Bearer ${token}`, { id: 7, isAdmin: true })
    return {
      body: {
        access_token: token,
        token_type: 'Bearer',
        refresh_token: oauth.refreshToken,
        expires_in: 3_600,
        scope: 'contacts:read',
        api_domain: 'https://acme.pipedrive.com',
      },
    }
  }

  const limit = (cost: number): VendorAnswer | null => {
    recent = recent.filter((at) => at > clock.now() - 2_000)
    const isBurst = recent.length >= burst
    const isDay = spent.tokens + cost > dailyTokens
    if (!isBurst && !isDay) {
      recent.push(clock.now())
      spent.tokens += cost
      return null
    }
    spent.refused += 1
    const untilMidnight = Math.ceil((DAY_MS - (clock.now() % DAY_MS)) / 1_000)
    return {
      ...no(429, isDay ? 'Daily API token budget exceeded' : 'request over limit'),
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(isDay ? untilMidnight : 2) },
    }
  }

  const persons = (url: URL, user: number): VendorAnswer => {
    const query = url.searchParams
    const count = Number(query.get('limit') ?? 100)
    if (count > 500) return no(400, 'limit must be at most 500')
    for (const bound of ['updated_since', 'updated_until'])
      if (query.has(bound) && !EXACT.test(query.get(bound) ?? '')) return no(400, `invalid ${bound}`)
    if (!['id', 'update_time', 'add_time'].includes(query.get('sort_by') ?? 'id')) return no(400, 'sort_by')
    const since = Date.parse(query.get('updated_since') ?? '1970-01-01T00:00:00Z')
    const until = Date.parse(query.get('updated_until') ?? '9999-01-01T00:00:00Z')
    let after = 0
    if (query.has('cursor')) {
      const cursor = JSON.parse(Buffer.from(query.get('cursor') ?? '', 'base64').toString())
      if (cursor.generation !== generation) return no(400, 'Invalid cursor')
      after = cursor.id
    }
    // Whole seconds, as it writes them.
    const changed = ({ updatedAt, addedAt }: Row) => Math.floor((updatedAt ?? addedAt) / 1_000) * 1_000
    const found = company
      .rows()
      .filter(({ isDeleted, seenBy }) => !isDeleted && (seenBy.length === 0 || seenBy.includes(String(user))))
      .filter((row) => changed(row) >= since && changed(row) < until && row.id > after)
      .sort((a, b) => a.id - b.id)
    const page = found.slice(0, count)
    const last = page.at(-1)
    const next = { field: 'id', fieldValue: last?.id, sortDirection: 'asc', id: last?.id, generation }
    const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`
    return {
      body: {
        success: true,
        data: page.map(({ addedAt, updatedAt, isDeleted, seenBy: _who, ...row }) => ({
          ...row,
          name: [row.first_name, row.last_name].filter(Boolean).join(' ') || null,
          owner_id: 7,
          org_id: null,
          is_deleted: isDeleted,
          add_time: text(addedAt),
          update_time: updatedAt === null ? null : text(updatedAt),
        })),
        additional_data: {
          next_cursor: found.length > count ? Buffer.from(JSON.stringify(next)).toString('base64') : null,
        },
      },
    }
  }

  const answer = (request: VendorRequest): VendorAnswer => {
    const { method, url, headers } = request
    const given = server.onRequest(request)
    if (given !== undefined) return given
    const door = `${method} ${url.pathname}`
    if (door === 'POST /oauth/token') return exchange(request)
    const credential = String(headers['x-api-token'] ?? headers.authorization ?? '')
    const user = users.get(credential)
    if (user === undefined) return no(401, `unauthorized access: ${credential}`)
    const refused = limit(door === 'GET /v1/users/me' ? 2 : 10)
    if (refused !== null) return refused
    switch (door) {
      case 'GET /api/v2/persons':
        return persons(url, user.id)
      case 'GET /api/v2/personFields': {
        // Two at a time, so that somebody has to ask again.
        const from = Number(url.searchParams.get('cursor') ?? 0)
        const next = from + 2 < fields.length ? String(from + 2) : null
        return {
          body: { success: true, data: fields.slice(from, from + 2), additional_data: { next_cursor: next } },
        }
      }
      case 'GET /v1/users/me':
        return {
          body: {
            success: true,
            data: { id: user.id, company_id: 99, company_domain: 'acme', is_admin: user.isAdmin ? 1 : 0 },
          },
        }
      default:
        return no(404, `the fake has no ${door}`)
    }
  }

  const vendor = await startVendor(clock, answer)
  const server: FakePipedrive = {
    ...vendor,
    company,
    fields,
    users,
    oauth,
    onRequest: () => undefined,
    forgetCursors: () => {
      generation += 1
    },
    spent,
  }
  return server
}
