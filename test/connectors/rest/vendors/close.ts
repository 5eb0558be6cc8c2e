// Close on loopback: a search with a cap and a cursor that lives for seconds, and a log of events that keeps 30 days.
import { type ConnectorWorld, type Stage, startVendor } from 'heysync/connector/testing'
import { basic, shipped } from './shipped.ts'

const KEY = 'api_close_key_991'
const MOST = 5
const CURSOR_MS = 30_000
const DAY_MS = 86_400_000

interface Contact {
  id: string
  name: string | null
  title: string | null
  phones: { phone: string; type: string; country: string }[]
  emails: { email: string; type: string }[]
  created: number
  updated: number
}

interface Search {
  query: {
    queries: [
      { type: string },
      { field: { field_name: string }; condition: { on_or_after?: Moment; before?: Moment } },
    ]
  }
  cursor?: string | null
  _limit?: number
  _fields: { contact: string[] }
}
interface Moment {
  type: string
  value: string
}

export interface Close extends ConnectorWorld {
  readonly contacts: Map<string, Contact>
}

export async function openClose({ clock }: Stage, cap = 10_000): Promise<Close> {
  const contacts = new Map<string, Contact>()
  const events: { id: string; object_id: string; at: number }[] = []
  const cursors = new Map<string, { from: number; asked: string; at: number }>()
  let made = 0
  const text = (at: number) => new Date(at).toISOString().replace('Z', '000+00:00')
  const search = (body: string) => {
    const { query, cursor = null, _limit = 50, _fields } = JSON.parse(body) as Search
    const [type, { field, condition }] = query.queries
    const moments = [condition.on_or_after, condition.before].flatMap((moment) => moment ?? [])
    if (
      type.type !== 'object_type' ||
      moments.some((moment) => moment.type !== 'fixed_utc' || Number.isNaN(Date.parse(moment.value)))
    )
      return { status: 400, body: { errors: ['bad query'] } }
    const asked = JSON.stringify(query)
    const held = cursor === null ? { from: 0, asked, at: clock.now() } : cursors.get(cursor)
    if (held === undefined || held.asked !== asked || clock.now() - held.at > CURSOR_MS)
      return { status: 400, body: { errors: ['The cursor has expired.'] } }
    const by = field.field_name === 'date_created' ? ('created' as const) : ('updated' as const)
    const from = condition.on_or_after ? Date.parse(condition.on_or_after.value) : 0
    const to = condition.before ? Date.parse(condition.before.value) : Number.POSITIVE_INFINITY
    const all = [...contacts.values()]
      .filter((one) => one[by] >= from && one[by] < to)
      .sort((a, b) => a[by] - b[by] || (a.id < b.id ? -1 : 1))
    const capped = all.slice(0, cap)
    const page = capped.slice(held.from, held.from + Math.min(MOST, _limit))
    made += 1
    const next = `cur-${made}`
    const more = held.from + page.length < capped.length
    if (more) cursors.set(next, { from: held.from + page.length, asked, at: clock.now() })
    const data = page.map((one) => {
      const whole: Record<string, unknown> = {
        ...one,
        date_created: text(one.created),
        date_updated: text(one.updated),
      }
      return Object.fromEntries([
        ['__object_type', 'contact'],
        ...(_fields.contact ?? ['id']).map((name) => [name, whole[name]]),
      ]) as object
    })
    return { body: { data, cursor: more ? next : null, count: { total: all.length } } }
  }
  const server = await startVendor(clock, ({ url, headers, method, body }) => {
    if (headers.authorization !== basic(KEY))
      return { status: 401, body: { error: 'The API key is not valid.' } }
    const path = `${method} ${url.pathname}`
    if (path === 'GET /api/v1/me/')
      return {
        body: { id: 'user_1', organizations: [{ id: 'orga_1' }], memberships: [{ role_id: 'admin' }] },
      }
    if (path === 'POST /api/v1/data/search/') return search(body)
    if (path !== 'GET /api/v1/event/') return { status: 404, body: { error: 'Not found' } }
    const query = (name: string) => url.searchParams.get(name)
    if (Number(query('_limit') ?? 50) > 50) return { status: 400, body: { error: '_limit is at most 50' } }
    if (query('object_type') !== 'contact' || query('action') !== 'deleted')
      return { body: { data: [], cursor_next: null } }
    const since = Math.max(Date.parse(query('date_updated__gte') ?? ''), clock.now() - 30 * DAY_MS)
    const found = events.filter(({ at }) => at >= since).sort((a, b) => b.at - a.at)
    const from = Number(query('_cursor') ?? 0)
    const page = found.slice(from, from + MOST)
    return {
      body: {
        data: page.map(({ at, ...event }) => ({
          ...event,
          object_type: 'contact',
          action: 'deleted',
          date_updated: text(at),
          data: null,
        })),
        cursor_next: from + MOST < found.length ? String(from + MOST) : null,
      },
    }
  })
  const { options } = shipped('close', server.url, { CLOSE_API_KEY: KEY })
  return {
    contacts,
    options,
    // Close has one name; the kit wants two.
    map: { phone: 'phones.0.phone', first: 'name', last: 'title', email: 'emails.0.email' },
    secrets: [KEY],
    put: (given, { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of given) {
        const known = contacts.get(key)
        contacts.set(key, {
          id: known?.id ?? `cont_${Buffer.from(key).toString('hex').padEnd(20, 'x')}`,
          name: blank ? null : first,
          title: blank ? '' : last,
          phones: [{ phone, type: 'mobile', country: 'US' }],
          emails: blank ? [] : [{ email, type: 'office' }],
          created: known?.created ?? changedAt,
          updated: changedAt,
        })
      }
    },
    delete: (keys) => {
      for (const key of keys) {
        events.push({ id: `ev_${events.length}`, object_id: contacts.get(key)?.id ?? '', at: clock.now() })
        contacts.delete(key)
      }
    },
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
