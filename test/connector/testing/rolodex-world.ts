// The vendor of the Rolodex, on loopback.
import { type ConnectorWorld, type Person, type Stage, startVendor } from 'heysync/connector/testing'

const KEY = 'rolodex-key-8d1c'

interface Row {
  id: number
  phone: string
  first: string | null
  last: string | null
  email: string | null
  updatedAt: number
  shownAt: number
  deleted: boolean
  mergedInto: number | null
}

export async function openRolodexWorld({ clock }: Stage, pageSize: number): Promise<ConnectorWorld> {
  const rows = new Map<string, Row>()
  let lastId = 900_000_000_000
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers.authorization !== `Bearer ${KEY}`)
      return { status: 401, body: { error: `no such key: ${headers.authorization}` } }
    const query = (name: string) => url.searchParams.get(name)
    const from = query('from') === null ? 0 : Date.parse(query('from') ?? '')
    const to = query('to') === null ? Number.POSITIVE_INFINITY : Date.parse(query('to') ?? '')
    const found = [...rows.values()]
      .filter((row) => row.shownAt <= clock.now() && row.updatedAt >= from && row.updatedAt <= to)
      .filter((row) => row.id > Number(query('after_id') ?? 0))
      .sort((a, b) => a.id - b.id)
    const limit = Number(query('limit'))
    const people = found.slice(0, limit).map(({ updatedAt, shownAt: _shown, mergedInto, ...row }) => ({
      ...row,
      updated_at: new Date(updatedAt).toISOString(),
      merged_into: mergedInto,
    }))
    return {
      body: {
        people,
        more: found.length > limit,
        total: [...rows.values()].filter(
          ({ shownAt, updatedAt }) => shownAt <= clock.now() && updatedAt <= to,
        ).length,
      },
    }
  })
  const change = (key: string, what: Partial<Row>) => {
    const row = rows.get(key)
    if (row) rows.set(key, { ...row, ...what, updatedAt: clock.now(), shownAt: clock.now() })
  }
  return {
    options: { url: server.url, key: KEY, pageSize },
    map: { phone: 'phone', first: 'first', last: 'last', email: 'email' },
    secrets: [KEY],
    put: (people: readonly Person[], { changedAt = clock.now(), shownAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of people) {
        lastId += 1
        const id = rows.get(key)?.id ?? lastId
        const names = blank ? { first: null, last: '', email: null } : { first, last, email }
        rows.set(key, {
          id,
          phone,
          ...names,
          updatedAt: changedAt,
          shownAt,
          deleted: false,
          mergedInto: null,
        })
      }
    },
    delete: (keys) => keys.forEach((key) => void change(key, { deleted: true })),
    archive: (keys) => keys.forEach((key) => void change(key, { deleted: true })),
    restore: (keys) => keys.forEach((key) => void change(key, { deleted: false })),
    merge: (loser, winner) => {
      change(loser, { deleted: true, mergedInto: rows.get(winner)?.id ?? null })
      change(winner, {})
    },
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
