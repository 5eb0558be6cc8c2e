// Owns the observations of dialects of the account around the contacts.
import { SignJWT } from 'jose'
import { type Observation, PHONE } from './observe.ts'
import { type Box, KEY } from './support.ts'

const BASIC = { authorization: `Basic ${Buffer.from('sandbox-key:').toString('base64')}` }

/** A good token that was made at this hour, as the header that carries it. */
async function signed(at: number) {
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('sandbox')
    .setIssuedAt(Math.floor(at / 1_000))
    .sign(new TextEncoder().encode('sandbox||sandbox-secret'))
  return { authorization: `Bearer ${token}` }
}

function create(box: Box, body: object) {
  return box.post('/v1/contact', { phone: PHONE, ...body })
}

export const ACCOUNT = {
  basicAuth: {
    see: async (box) => (await box.call('GET', '/v1/team', undefined, BASIC)).status,
    expected: { refused: 401, accepted: 200 },
  },
  tokenAheadSeconds: {
    see: async (box, clock) => {
      const ahead = async (seconds: number) =>
        (await box.call('GET', '/v1/team', undefined, await signed(clock.now() + seconds * 1_000))).status
      return [await ahead(0), await ahead(1), await ahead(60), await ahead(61)]
    },
    expected: { 0: [200, 401, 401, 401], 60: [200, 200, 200, 401], 3600: [200, 200, 200, 200] },
  },
  rateScope: {
    see: async (box, clock) => {
      box.configure({ requestsPerMinute: 1 })
      const first = await box.call('GET', '/v1/team', undefined, BASIC)
      const other = await box.call('GET', '/v1/team', undefined, await signed(clock.now()))
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
      const batch = await box.post('/v1/batch/contacts', [{ phone: '15105550188', local_id: 'crm-2' }])
      const names = box.store.contacts().map((one) => one.first)
      return { status: again.status, same, batch: batch.text === '"ok"', names }
    },
    expected: {
      ignored: { status: 200, same: false, batch: true, names: ['Ana', 'Bea', ''] },
      key: { status: 200, same: true, batch: true, names: ['Bea', ''] },
      reject: { status: 400, same: true, batch: false, names: [] },
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
