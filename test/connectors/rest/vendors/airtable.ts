// Airtable on loopback: an offset that is an iterator of the server and expires, no word of deletions, empty cells that are
// absent, 5 requests a second and then 30 seconds of nothing.
import { type ConnectorWorld, type Stage, startVendor } from 'heysync/connector/testing'
import { meter, shipped } from './shipped.ts'

const TOKEN = 'patAbc123.456def'
const MOST = 5
const PENALTY_MS = 30_000

interface Row {
  id: string
  createdTime: string
  fields: Record<string, string>
  at: number
}

export interface Airtable extends ConnectorWorld {
  /** Iterators that were handed out are gone; so are the next `times`, as soon as they are used. */
  loseIterators(times: number): void
  readonly busy: () => number
}

export async function openAirtable({ clock }: Stage): Promise<Airtable> {
  const rows = new Map<string, Row>()
  const iterators = new Map<string, { readonly ids: readonly string[]; readonly from: number }>()
  const tooMany = meter(clock, 5, 1_000)
  let made = 0
  let busyUntil = 0
  let refusals = 0
  let toLose = 0
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return {
        status: 401,
        body: { error: { type: 'AUTHENTICATION_REQUIRED', message: 'Authentication required' } },
      }
    if (url.pathname === '/v0/meta/whoami') return { body: { id: 'usrL2PNC5o3H4lBEi' } }
    if (url.pathname !== '/v0/AIRTABLE_BASE/AIRTABLE_TABLE')
      return { status: 404, body: { error: 'NOT_FOUND' } }
    if (clock.now() < busyUntil || tooMany()) {
      refusals += 1
      busyUntil = clock.now() + PENALTY_MS
      return { status: 429, body: { errors: [{ error: 'RATE_LIMIT_REACHED' }] } }
    }
    const formula = url.searchParams.get('filterByFormula')
    const [, after] = /^IS_AFTER\(\{Last modified\}, '([^']+)'\)$/.exec(formula ?? '') ?? []
    if (formula !== null && (after === undefined || Number.isNaN(Date.parse(after))))
      return { status: 422, body: { error: { type: 'INVALID_FILTER_BY_FORMULA' } } }
    const offset = url.searchParams.get('offset')
    if (offset !== null && toLose > 0) {
      toLose -= 1
      iterators.clear()
    }
    const held =
      offset === null
        ? {
            ids: [...rows.values()]
              .filter(({ at }) => after === undefined || at > Date.parse(after))
              .map(({ id }) => id),
            from: 0,
          }
        : iterators.get(offset)
    if (held === undefined)
      return {
        status: 422,
        body: {
          error: {
            type: 'LIST_RECORDS_ITERATOR_NOT_AVAILABLE',
            message: 'The offset is not valid any more.',
          },
        },
      }
    const size = Math.min(MOST, Number(url.searchParams.get('pageSize') ?? 100))
    const to = held.from + size
    const more = to < held.ids.length
    made += 1
    const next = `itr${made}/rec`
    if (more) iterators.set(next, { ids: held.ids, from: to })
    const byId = new Map([...rows.values()].map((row) => [row.id, row]))
    const records = held.ids.slice(held.from, to).flatMap((id) => byId.get(id) ?? [])
    return {
      body: {
        records: records.map(({ at, ...row }) => ({
          ...row,
          fields: { ...row.fields, 'Last modified': new Date(at).toISOString() },
        })),
        ...(more ? { offset: next } : {}),
      },
    }
  })
  const { options, map } = shipped('airtable', server.url, { AIRTABLE_TOKEN: TOKEN })
  return {
    options,
    map,
    secrets: [TOKEN],
    put: (given, { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of given) {
        const known = rows.get(key)
        rows.set(key, {
          // Ids have no order.
          id:
            known?.id ??
            `rec${Buffer.from(key).toString('hex').split('').reverse().join('').padStart(14, 'Z')}`,
          createdTime: known?.createdTime ?? new Date(changedAt).toISOString(),
          fields: blank
            ? { Phone: phone }
            : { Phone: phone, 'First name': first, 'Last name': last, Email: email },
          at: changedAt,
        })
      }
    },
    delete: (keys) => keys.forEach((key) => void rows.delete(key)),
    loseIterators: (times) => {
      toLose = times
      iterators.clear()
    },
    busy: () => refusals,
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
