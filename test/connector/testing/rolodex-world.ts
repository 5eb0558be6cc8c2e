// The vendor of the Rolodex, on loopback.
import {
  type ConnectorWorld,
  type Means,
  type Person,
  type Stage,
  startVendor,
  type VendorRequest,
} from 'heysync/connector/testing'

const KEY = 'rolodex-key-8d1c'
/** Of a token, in milliseconds. */
const LIFE_MS = 3_600_000

export const ROLODEX_CAN: readonly Means[] = [
  'archive',
  'merge',
  'optOut',
  'trouble',
  'signOut',
  'requests',
  'strayed',
  'written',
  'fill',
]

interface Row {
  id: number
  phone: string
  first: string | null
  last: string | null
  email: string | null
  no_texts: boolean
  updatedAt: number
  shownAt: number
  deleted: boolean
  mergedInto: number | null
}

/** Microseconds, as a database writes them. */
function timeOf({ id, updatedAt }: Row): string {
  return new Date(updatedAt).toISOString().replace('Z', `${String(id % 1000).padStart(3, '0')}Z`)
}

function shownRow({ updatedAt, shownAt: _shown, mergedInto, ...row }: Row) {
  return {
    ...row,
    updated_at: timeOf({ ...row, updatedAt, shownAt: 0, mergedInto }),
    merged_into: mergedInto,
  }
}

export async function openRolodexWorld({ clock }: Stage, pageSize: number): Promise<ConnectorWorld> {
  /** In the order of the ids. */
  let rows: Row[] = []
  const byKey = new Map<string, Row>()
  /** How many, where nothing changes any more. */
  let filled: number | undefined
  let lastId = 900_000_000_000
  let tokens = 0
  let token = { text: '', until: 0 }

  const signIn = ({ headers, body }: VendorRequest) => {
    if (headers['x-key'] !== KEY || new URLSearchParams(body).get('grant_type') !== 'client_credentials')
      return { status: 401, body: { error: `no such key: ${headers['x-key']}` } }
    tokens += 1
    token = { text: `rolodex-token-${tokens}`, until: clock.now() + LIFE_MS }
    return { body: { access_token: token.text, expires_in: LIFE_MS / 1000 } }
  }

  const server = await startVendor(clock, (request) => {
    const { url, headers } = request
    if (url.pathname === '/token') return signIn(request)
    if (headers.authorization !== `Bearer ${token.text}` || clock.now() >= token.until)
      return { status: 401, body: { error: `no such token: ${headers.authorization}` } }
    const text = (name: string) => url.searchParams.get(name)
    const from = text('from') === null ? 0 : Date.parse(text('from') ?? '')
    const to = text('to') === null ? Number.POSITIVE_INFINITY : Date.parse(text('to') ?? '')
    const afterId = Number(text('after_id') ?? 0)
    const limit = Number(text('limit'))
    const isShown = (row: Row) => row.shownAt <= clock.now() && row.updatedAt >= from && row.updatedAt <= to
    const byTime = text('order') === 'time'
    const inOrder = byTime ? rows.toSorted((a, b) => a.updatedAt - b.updatedAt || a.id - b.id) : rows
    const found: Row[] = []
    for (let at = byTime ? 0 : indexAfter(rows, afterId); at < inOrder.length; at += 1) {
      const row = inOrder[at]
      if (row && isShown(row)) found.push(row)
      if (found.length > Number(text('offset') ?? 0) + limit) break
    }
    const shown = found.slice(Number(text('offset') ?? 0))
    const last = shown[limit - 1]
    const more = shown.length > limit
    const total = filled ?? rows.filter((row) => row.shownAt <= clock.now() && row.updatedAt <= to).length
    const next = more && last ? `${server.url}/people?after_id=${last.id}&limit=${limit}` : null
    return { body: { people: shown.slice(0, limit).map(shownRow), more, total, next } }
  })

  const change = (key: string, what: Partial<Row>) => {
    const row = byKey.get(key)
    if (row) Object.assign(row, what, { updatedAt: clock.now(), shownAt: clock.now() })
  }
  return {
    options: { url: server.url, key: KEY, pageSize },
    map: { phone: 'phone', first: 'first', last: 'last', email: 'email', optedOut: 'no_texts' },
    get secrets() {
      return [KEY, ...Array.from({ length: tokens }, (_, index) => `rolodex-token-${index + 1}`)]
    },
    put: (people: readonly Person[], { changedAt = clock.now(), shownAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        let row = byKey.get(key)
        if (row === undefined) {
          lastId += 1
          row = { id: lastId, no_texts: false, mergedInto: null } as Row
          rows.push(row)
          byKey.set(key, row)
        }
        const names = blank ? { first: null, last: '', email: null } : { first, last, email }
        Object.assign(row, { phone, ...names, updatedAt: changedAt, shownAt, deleted: false })
      }
    },
    fill: (count) => {
      filled = count
      const blank = { last: 'Silva', email: null, no_texts: false, updatedAt: 0, shownAt: 0 }
      rows = Array.from({ length: count }, (_, index) => ({
        ...blank,
        id: index + 1,
        phone: String(15_102_000_000 + index),
        first: `Ana ${index}`,
        deleted: false,
        mergedInto: null,
      }))
      return { url: server.url, key: KEY, pageSize: 1000 }
    },
    delete: (keys) => keys.forEach((key) => void change(key, { deleted: true })),
    archive: (keys) => keys.forEach((key) => void change(key, { deleted: true })),
    restore: (keys) => keys.forEach((key) => void change(key, { deleted: false })),
    optOut: (keys) => keys.forEach((key) => void change(key, { no_texts: true })),
    merge: (loser, winner) => {
      change(loser, { deleted: true, mergedInto: byKey.get(winner)?.id ?? null })
      change(winner, {})
    },
    written: (key) => {
      const row = byKey.get(key)
      return { id: String(row?.id), updatedAt: row ? timeOf(row) : null }
    },
    signOut: () => {
      token = { text: 'none', until: 0 }
    },
    trouble: server.trouble,
    requests: server.requests,
    strayed: server.strayed,
    close: server.close,
  }
}

/** Where the rows begin whose id is greater. */
function indexAfter(rows: readonly Row[], id: number): number {
  let low = 0
  let high = rows.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.id ?? 0) > id) high = middle
    else low = middle + 1
  }
  return low
}
