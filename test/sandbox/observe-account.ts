// Owns the observations of dialects of the account around the contacts.
import { type Observation, PHONE } from './observe.ts'
import { type Box, KEY } from './support.ts'

const BASIC = { authorization: `Basic ${Buffer.from('sandbox-key:').toString('base64')}` }

function create(box: Box, body: object) {
  return box.post('/v1/contact', { phone: PHONE, ...body })
}

export const ACCOUNT = {
  basicAuth: {
    see: async (box) => (await box.call('GET', '/v1/team', undefined, BASIC)).status,
    expected: { refused: 401, accepted: 200 },
  },
  rateScope: {
    see: async (box) => {
      box.configure({ requestsPerMinute: 1 })
      const first = await box.call('GET', '/v1/team', undefined, BASIC)
      const { SignJWT } = await import('jose')
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setIssuer('sandbox')
        .setIssuedAt(Math.floor(Date.parse('2026-11-20T09:30:00Z') / 1_000))
        .sign(new TextEncoder().encode('sandbox||sandbox-secret'))
      const other = await box.call('GET', '/v1/team', undefined, { authorization: `Bearer ${token}` })
      const again = await box.call('GET', '/v1/team', undefined, KEY)
      return [first.status, other.status, again.status]
    },
    also: { basicAuth: 'accepted' },
    expected: { team: [200, 429, 429], key: [200, 200, 429] },
  },
  contactLocalId: {
    see: async (box) => {
      const first = (await create(box, { local_id: 'crm-1', first: 'Ana' })).json as
        | { id: number }
        | undefined
      const again = await box.post('/v1/contact', { phone: '15105550177', local_id: 'crm-1', first: 'Bea' })
      const same = (again.json as { id?: number } | undefined)?.id === first?.id
      return { status: again.status, same, names: box.store.contacts().map((one) => one.first) }
    },
    expected: {
      ignored: { status: 200, same: false, names: ['Ana', 'Bea'] },
      key: { status: 200, same: true, names: ['Bea'] },
      reject: { status: 400, same: true, names: [] },
    },
  },
  tagWrites: {
    see: async (box) => {
      const made = await box.post('/v1/tag', { tag: 'Gold' })
      const gone = await box.call('DELETE', '/v1/tag/11')
      return [made.status, gone.status, (await box.post('/v1/tags', {})).status]
    },
    expected: { there: [200, 200, 200], gone: [404, 404, 200] },
  },
  inboxInvited: {
    see: async (box) => {
      const inboxes = (await box.call('GET', '/v1/inboxes')).json as { invited: unknown }[]
      return inboxes[0]?.invited
    },
    expected: { flag: false, names: [] },
  },
  deleteHistory: {
    see: async (box) => {
      const { id } = (await create(box, {})).json as { id: number }
      const from = { inbox_id: 71, creator_id: 501 }
      await box.post('/v1/message/send', { ...from, phone_number: PHONE, text: 'Hi' })
      await box.call('DELETE', `/v1/contact/${id}`)
      const messages = (await box.post('/v1/messages/all', {})).json as unknown[]
      const chats = (await box.post('/v1/conversations', { id: 501, filters: {} })).json as unknown[]
      return [messages.length, chats.length]
    },
    expected: { kept: [1, 1], erased: [0, 0] },
  },
  assigneeIds: {
    see: async (box) => {
      const { id } = (await create(box, { assignee_id: 502 })).json as { id: number }
      const byMember = (await box.read(id)).assigned_user_id
      await box.call('PUT', `/v1/contact/${id}`, { phone: PHONE, assignee_id: 902 })
      return [byMember, (await box.read(id)).assigned_user_id]
    },
    expected: { members: [502, 902], users: [0, 902] },
  },
} satisfies Record<string, Observation>
