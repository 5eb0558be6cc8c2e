// Zendesk on loopback: a list of those who are there, and an export of changes that leaves out the last minute, refuses to
// begin within it, takes 10 requests a minute, and shows who was deleted as inactive.
import { type ConnectorWorld, type Stage, startVendor } from 'heysync/connector/testing'
import { basic, meter, shipped } from './shipped.ts'

const TOKEN = 'zendesk-token-4411'
const EMAIL = 'admin@example.com'
const MOST = 5
const MINUTE_MS = 60_000

interface User {
  id: number
  name: string | null
  details: string | null
  email: string | null
  phone: string
  role: string
  active: boolean
  updated_at: string
  /** When the export sees the change; system updates do not touch `updated_at`. */
  generatedAt: number
}

export interface Zendesk extends ConnectorWorld {
  readonly users: Map<string, User>
  readonly exports: string[]
}

export async function openZendesk({ clock }: Stage): Promise<Zendesk> {
  const users = new Map<string, User>()
  const exports: string[] = []
  let lastId = 360_000_000_000
  const tooMany = meter(clock, 10, MINUTE_MS)
  const show = (all: User[]) => all.map(({ generatedAt: _, ...user }) => user)
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers.authorization !== basic(`${EMAIL}/token`, TOKEN))
      return { status: 401, body: { error: 'Couldn’t authenticate you' } }
    const query = (name: string) => url.searchParams.get(name)
    if (url.pathname === '/api/v2/users/me') return { body: { user: { id: 1, role: 'admin' } } }
    if (url.pathname === '/api/v2/users') {
      const found = [...users.values()]
        .filter(({ active, id }) => active && id > Number(query('page[after]') ?? 0))
        .sort((a, b) => a.id - b.id)
      const page = found.slice(0, Math.min(MOST, Number(query('page[size]') ?? 100)))
      return {
        body: {
          users: show(page),
          meta: { has_more: found.length > page.length, after_cursor: String(page.at(-1)?.id ?? 'none') },
        },
      }
    }
    if (url.pathname !== '/api/v2/incremental/users/cursor')
      return { status: 404, body: { error: 'InvalidEndpoint' } }
    exports.push(url.search)
    if (tooMany())
      return { status: 429, headers: { 'retry-after': '60' }, body: { error: 'APIRateLimitExceeded' } }
    const start = query('start_time')
    const cursor = query('cursor')
    if (cursor === null && (start === null || !/^\d+$/.test(start)))
      return { status: 400, body: { error: 'start_time is missing' } }
    if (cursor === null && Number(start) * 1_000 > clock.now() - MINUTE_MS)
      return { status: 422, body: { error: 'InvalidValue', description: 'Too recent start_time.' } }
    const [at, id] =
      cursor === null
        ? [Number(start) * 1_000, 0]
        : (JSON.parse(Buffer.from(cursor, 'base64').toString()) as [number, number])
    const found = [...users.values()]
      .filter((user) => user.generatedAt <= clock.now() - MINUTE_MS)
      .filter((user) => user.generatedAt > at || (user.generatedAt === at && user.id > id))
      .sort((a, b) => a.generatedAt - b.generatedAt || a.id - b.id)
    const page = found.slice(0, MOST)
    const last = page.at(-1)
    const after = Buffer.from(JSON.stringify(last ? [last.generatedAt, last.id] : [at, id])).toString(
      'base64',
    )
    return {
      body: {
        users: show(page),
        after_cursor: after,
        // There is one even at the end.
        after_url: `${server.url}${url.pathname}?cursor=${encodeURIComponent(after)}`,
        end_of_stream: found.length <= page.length,
      },
    }
  })
  const touch = (key: string, what: Partial<User>) => {
    const user = users.get(key)
    if (user)
      users.set(key, {
        ...user,
        ...what,
        updated_at: new Date(clock.now()).toISOString(),
        generatedAt: clock.now(),
      })
  }
  const { options, lagSeconds } = shipped('zendesk', server.url, {
    ZENDESK_SUBDOMAIN: 'example',
    ZENDESK_EMAIL: EMAIL,
    ZENDESK_API_TOKEN: TOKEN,
  })
  const inactive = (keys: readonly string[]) => keys.forEach((key) => void touch(key, { active: false }))
  return {
    users,
    exports,
    options,
    lagSeconds,
    // Zendesk has one name; the kit wants two.
    map: { phone: 'phone', first: 'name', last: 'details', email: 'email' },
    secrets: [TOKEN],
    put: (given, { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of given) {
        lastId += 1
        const at = new Date(changedAt).toISOString().replace('.000', '')
        const names = blank ? { name: null, details: '', email: null } : { name: first, details: last, email }
        const id = users.get(key)?.id ?? lastId
        users.set(key, {
          id,
          ...names,
          phone,
          role: 'end-user',
          active: true,
          updated_at: at,
          generatedAt: changedAt,
        })
      }
    },
    delete: inactive,
    archive: inactive,
    restore: (keys) => keys.forEach((key) => void touch(key, { active: true })),
    merge: (loser, winner) => {
      touch(loser, { active: false })
      touch(winner, {})
    },
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
