// ActiveCampaign on loopback: id_greater that works in the order of ids only, updated_after that leaves out what is equal,
// times with the offset of the account, 5 requests a second, and no word of deletions.
import { type ConnectorWorld, type Stage, startVendor } from 'heysync/connector/testing'
import { meter, shipped } from './shipped.ts'

const TOKEN = 'ac-token-d00d-1'
const MOST = 5
const OFFSET_MS = 5 * 3_600_000

interface Contact {
  id: string
  phone: string
  firstName: string
  lastName: string
  email: string
  at: number
}

export async function openActiveCampaign({ clock }: Stage): Promise<ConnectorWorld> {
  const contacts = new Map<string, Contact>()
  let lastId = 95
  const tooMany = meter(clock, 5, 1_000)
  const server = await startVendor(clock, ({ url, headers }) => {
    if (headers['api-token'] !== TOKEN)
      return { status: 403, body: { message: `Forbidden: ${headers['api-token']}` } }
    if (tooMany()) return { status: 429, body: { message: 'Too many requests' } }
    if (url.pathname === '/api/3/users/me') return { body: { user: { id: '1' } } }
    if (url.pathname !== '/api/3/contacts') return { status: 404, body: { message: 'No Result found' } }
    const query = (name: string) => url.searchParams.get(name)
    const sorted = query('orders[id]') === 'ASC'
    const after = Date.parse(query('filters[updated_after]') ?? '1970-01-01T00:00:00Z')
    const found = [...contacts.values()]
      .filter(({ id, at }) => at > after && (!sorted || Number(id) > Number(query('id_greater') ?? 0)))
      .sort((a, b) => (sorted ? Number(a.id) - Number(b.id) : b.at - a.at))
    return {
      body: {
        contacts: found.slice(0, Math.min(MOST, Number(query('limit') ?? 20))).map(({ at, ...contact }) => ({
          ...contact,
          udate: `${new Date(at - OFFSET_MS).toISOString().slice(0, 19)}-05:00`,
        })),
        meta: { total: String(found.length) },
      },
    }
  })
  const { options, map } = shipped('activecampaign', server.url, {
    ACTIVECAMPAIGN_URL: server.url,
    ACTIVECAMPAIGN_TOKEN: TOKEN,
  })
  return {
    options,
    map,
    secrets: [TOKEN],
    put: (given, { changedAt = clock.now() } = {}) => {
      for (const { key, phone, first, last, email, blank } of given) {
        const known = contacts.get(key)
        lastId += known ? 0 : 1
        const names = blank
          ? { firstName: '', lastName: '', email: '' }
          : { firstName: first, lastName: last, email }
        contacts.set(key, { id: known?.id ?? String(lastId), phone, ...names, at: changedAt })
      }
    },
    delete: (keys) => keys.forEach((key) => void contacts.delete(key)),
    trouble: server.trouble,
    requests: server.requests,
    close: server.close,
  }
}
