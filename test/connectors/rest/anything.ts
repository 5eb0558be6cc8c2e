// An API that pages in each known way, on loopback: the same people behind every address.
import {
  type ConnectorWorld,
  type Person,
  type Stage,
  startVendor,
  type VendorAnswer,
  type VendorRequest,
  type VendorServer,
} from 'heysync/connector/testing'

export const KEY = 'anything-key-51f0'

export interface Row {
  id: number
  contact: { phones: { number: string }[]; email: string | null }
  first: string | null
  last: string | null
  updatedAt: number
  status: 'active' | 'deleted' | 'archived'
  mergedInto: number | null
}

export interface Anything extends ConnectorWorld {
  readonly url: string
  readonly rows: Map<string, Row>
  /** Every request that arrived, as text. */
  readonly asked: string[]
  readonly server: VendorServer
  /** Called before each answer. */
  onRequest?: (request: VendorRequest) => VendorAnswer | undefined
}

const MAP = { phone: 'contact.phones.0.number', first: 'first', last: 'last', email: 'contact.email' }

/** At most so many records on a page, whatever is asked for. */
const MOST = 4

export async function openAnything({ clock }: Stage, options: (url: string) => object): Promise<Anything> {
  const rows = new Map<string, Row>()
  const removed: { ref: number; at: number }[] = []
  const asked: string[] = []
  let lastId = 800_000_000_000

  const answer = (request: VendorRequest): VendorAnswer => {
    const { url, headers, body, method } = request
    asked.push(`${method} ${url.pathname}${url.search} ${body}`)
    const special = world.onRequest?.(request)
    if (special) return special
    if (headers.authorization !== `Bearer ${KEY}`)
      return { status: 401, body: { error: `bad ${headers.authorization}` } }
    const given = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
    const value = (name: string) =>
      url.searchParams.get(name) ?? (given[name] === undefined ? null : String(given[name]))
    const limit = Math.min(MOST, Number(value('limit') ?? MOST))
    const show = (list: Row[]) =>
      list.map((row) => ({ ...row, updatedAt: undefined, updated_at: new Date(row.updatedAt).toISOString() }))
    const byId = [...rows.values()].sort((a, b) => a.id - b.id)
    const within = (from: number, to: number, strict = false) =>
      byId.filter(({ updatedAt }) => (strict ? updatedAt > from : updatedAt >= from) && updatedAt <= to)
    const time = (name: string, read: (text: string) => number, none: number) => {
      const text = value(name)
      return text === null ? none : read(text)
    }
    switch (url.pathname) {
      case '/v1/by-page': {
        const found = within(time('after', Date.parse, 0), Number.POSITIVE_INFINITY, true)
        const page = Number(value('page') ?? 1)
        return {
          body: {
            data: { people: show(found.slice((page - 1) * limit, page * limit)) },
            total: found.length,
          },
        }
      }
      case '/v1/by-offset': {
        const found = within(
          time('since', (text) => Number(text) * 1000, 0),
          Number.POSITIVE_INFINITY,
        )
        const offset = Number(value('offset') ?? 0)
        return { body: { people: show(found.slice(offset, offset + limit)), total: found.length } }
      }
      case '/v1/by-cursor': {
        const filter = (given.filter ?? {}) as { from?: number; to?: number }
        if (filter.from !== undefined && typeof filter.from !== 'number')
          return { status: 400, body: { error: 'from is no number' } }
        const found = within(filter.from ?? 0, filter.to ?? Number.POSITIVE_INFINITY)
        const last =
          value('cursor') === null ? 0 : Number(Buffer.from(value('cursor') ?? '', 'base64').toString())
        const rest = found.filter(({ id }) => id > last)
        const page = rest.slice(0, limit)
        const more = rest.length > limit
        return {
          body: {
            result: show(page),
            meta: {
              few: 1,
              more,
              cursor: more ? Buffer.from(String(page.at(-1)?.id)).toString('base64') : null,
            },
          },
        }
      }
      case '/v1/by-link':
      case '/v1/by-header': {
        // `yyyy-MM-dd HH:mm:ss` of New York in winter, and the API leaves out what is equal.
        const local = (text: string) => Date.parse(`${text.replace(' ', 'T')}-05:00`)
        const header = url.pathname.endsWith('header')
        const found = header
          ? within(time('changed_after', local, 0), Number.POSITIVE_INFINITY, true)
          : within(time('from', Date.parse, 0), Number.POSITIVE_INFINITY)
        const rest = found.filter(({ id }) => id > Number(value('after') ?? 0))
        const page = rest.slice(0, limit)
        const next = new URL(url)
        next.searchParams.set('after', String(page.at(-1)?.id))
        const link = `${next.pathname}${next.search}`
        const more = rest.length > limit
        if (!header) return { body: { items: show(page), links: { next: more ? link : '' } } }
        return {
          body: show(page),
          headers: {
            link: `<${url.pathname}>; rel="first"${more ? `, <${server.url}${link}>; rel="next"` : ''}`,
          },
        }
      }
      case '/v1/by-id': {
        const found = within(time('from', Date.parse, 0), time('to', Date.parse, Number.POSITIVE_INFINITY))
        return { body: show(found.filter(({ id }) => id > Number(value('id_greater') ?? 0)).slice(0, limit)) }
      }
      case '/v1/newest': {
        const found = [...byId].sort((a, b) => b.updatedAt - a.updatedAt || b.id - a.id)
        const offset = Number(value('cursor') ?? 0)
        return {
          body: {
            people: show(found.slice(offset, offset + limit)),
            next: offset + limit < found.length ? String(offset + limit) : null,
          },
        }
      }
      case '/v1/removed':
        return {
          body: removed
            .filter(({ at }) => at >= time('since', Date.parse, 0))
            .map(({ ref, at }) => ({ ref, at: new Date(at).toISOString() })),
        }
      case '/v1/me':
        return { body: { user: { id: 7, role: 'agent' } } }
      default:
        return { status: 404, body: { error: 'no such address' } }
    }
  }
  const server = await startVendor(clock, answer)
  const set = (key: string, what: Partial<Row>) => {
    const row = rows.get(key)
    if (row) rows.set(key, { ...row, ...what, updatedAt: clock.now() })
  }
  const gone: Anything['delete'] = (keys) => {
    for (const key of keys) {
      if (hard) {
        removed.push({ ref: rows.get(key)?.id ?? 0, at: clock.now() })
        rows.delete(key)
      } else set(key, { status: 'deleted' })
    }
  }
  const described = options(`${server.url}/v1`) as { list: { deleted?: unknown } }
  const hard = described.list.deleted === undefined
  const world: Anything = {
    url: server.url,
    rows,
    asked,
    server,
    options: described,
    map: MAP,
    secrets: [KEY],
    put: (people: readonly Person[], { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        lastId += 1
        rows.set(key, {
          id: rows.get(key)?.id ?? lastId,
          contact: { phones: [{ number: phone }], email: blank ? null : email },
          first: blank ? null : first,
          last: blank ? '' : last,
          updatedAt: changedAt,
          status: 'active',
          mergedInto: null,
        })
      }
    },
    delete: gone,
    ...(hard
      ? {}
      : {
          archive: (keys) => keys.forEach((key) => void set(key, { status: 'archived' })),
          restore: (keys) => keys.forEach((key) => void set(key, { status: 'active' })),
          merge: (loser, winner) => {
            set(loser, { status: 'deleted', mergedInto: rows.get(winner)?.id ?? null })
            set(winner, {})
          },
        }),
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
  return world
}
