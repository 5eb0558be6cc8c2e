// Owns the observations of dialects of lists, batches and contacts v2.
import { type Observation, OTHER, PHONE } from './observe.ts'
import type { Box } from './support.ts'

const LIST = { title: 'Premium', local_id: 'premium' }

async function makeList(box: Box, body: object): Promise<number> {
  return ((await box.post('/v2/lists', { ...LIST, ...body })).json as { id: number }).id
}

function membersOf(box: Box, id: number): readonly string[] | undefined {
  return box.store.lists().find((list) => list.id === id)?.members
}

async function uuidOf(box: Box, phone: string): Promise<string> {
  await box.create({ phone })
  return box.store.contacts().find((one) => one.phone === phone)?.uuid ?? ''
}

/** Sends to a list and answers whom it reached. */
async function reached(box: Box, listId: number): Promise<readonly string[]> {
  await box.post('/v1/message/send', {
    inbox_id: 71,
    creator_id: 501,
    list_id: listId,
    local_id: 'news',
    text: 'News',
  })
  return box.store.messages().map((message) => message.targets.join())
}

const bulk = (phone: string) => ({ contact_channels: [{ channel_type: 'phone', channel_id: phone }] })
const numbers = (count: number) => Array.from({ length: count }, (_, at) => String(15_105_550_100 + at))

export const LISTS = {
  listLocalId: {
    see: async (box) => {
      const first = await makeList(box, { phones: [PHONE] })
      const again = await box.post('/v2/lists', { ...LIST, phones: [OTHER] })
      const same = (again.json as { id?: number } | undefined)?.id === first
      return { status: again.status, same, lists: box.store.lists().length }
    },
    expected: {
      same: { status: 200, same: true, lists: 1 },
      reject: { status: 400, same: false, lists: 1 },
      duplicate: { status: 200, same: false, lists: 2 },
    },
  },
  listPhones: {
    see: async (box) => {
      await makeList(box, { phones: [PHONE] })
      return box.store.contacts().map((one) => one.phone)
    },
    expected: { targets: [], contacts: [PHONE] },
  },
  listMembers: {
    see: async (box) => {
      const id = await makeList(box, { phones: [PHONE] })
      await box.call('PUT', `/v2/lists/${id}`, { phones: [OTHER] })
      return membersOf(box, id)
    },
    expected: { replace: [OTHER], add: [PHONE, OTHER] },
  },
  listReads: {
    see: async (box) => {
      const id = await makeList(box, { phones: [PHONE] })
      const one = await box.call('GET', `/v1/list/${id}`)
      const page = await box.post('/v1/lists', {})
      return [one.status, page.status]
    },
    expected: { shown: [200, 200], gone: [404, 404] },
  },
  listSize: {
    see: async (box) => {
      const team = (await box.call('GET', '/v1/team')).json as { list_size: number }
      const answer = await box.post('/v2/lists', { ...LIST, phones: numbers(3) })
      return [team.list_size, answer.status]
    },
    expected: { '10000': [10_000, 200], '2': [2, 400] },
  },
  overListSize: {
    see: async (box) => {
      const answer = await box.post('/v2/lists', { ...LIST, phones: numbers(3) })
      return [answer.status, box.store.lists().map((list) => list.members.length)]
    },
    also: { listSize: 2 },
    expected: { reject: [400, []], truncate: [200, [2]] },
  },
  listUnknownContact: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const answer = await box.post('/v2/lists', { ...LIST, type: 'contacts', contacts: [id, 999_999] })
      return [answer.status, box.store.lists().map((list) => list.members)]
    },
    expected: { reject: [400, []], ignore: [200, [[PHONE]]] },
  },
  deletedInList: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const list = await makeList(box, { phones: [PHONE, OTHER] })
      await box.call('DELETE', `/v1/contact/${id}`)
      return reached(box, list)
    },
    expected: { removed: [OTHER], dangling: [PHONE, OTHER] },
  },
  optedOutInList: {
    see: async (box) => {
      await box.create({ phone: PHONE, is_opted_out: true })
      return membersOf(box, await makeList(box, { phones: [PHONE, OTHER] }))
    },
    expected: { kept: [PHONE, OTHER], removed: [OTHER] },
  },
  batchAnswer: {
    see: async (box) => {
      const clean = await box.post('/v1/batch/contacts', [{ phone: PHONE }])
      const mixed = await box.post('/v1/batch/contacts', [{ phone: OTHER }, { first: 'No phone' }])
      const shape = ({ json }: { json: unknown }) =>
        Array.isArray(json) ? json.map((one) => one.phone ?? one.first) : json
      return [shape(clean), shape(mixed)]
    },
    expected: { ok: ['ok', ['No phone']], contacts: [[PHONE], [OTHER]] },
  },
  batchSkipped: {
    see: async (box) => {
      await box.create({ phone: PHONE })
      return (await box.post('/v1/batch/contacts', [{ phone: PHONE }])).json
    },
    expected: { fine: 'ok', failed: [{ phone: PHONE }] },
  },
  batchCustom: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, custom: { 901: 'Gold' } })
      await box.post('/v1/batch/contacts?overwrite=true', [{ phone: PHONE, custom: { 902: 'May' } }])
      return (await box.read(id)).custom
    },
    expected: { merge: { 901: 'Gold', 902: 'May' }, replace: { 902: 'May' } },
  },
  batchSize: {
    see: async (box) =>
      (
        await box.post(
          '/v1/batch/contacts',
          numbers(3).map((phone) => ({ phone })),
        )
      ).status,
    expected: { '1000': 200, '2': 413 },
  },
  batchFields: {
    see: async (box) => {
      await box.post('/v1/batch/contacts', [{ phone: PHONE, first: 'Ana', custom: { 901: 'Gold' } }])
      return box.store.contacts().map((one) => [one.first, one.custom])
    },
    expected: { all: [['Ana', { 901: 'Gold' }]], basic: [['Ana', {}]] },
  },
  batchRefusal: {
    see: async (box) => {
      const { status } = await box.post('/v1/batch/contacts', [{ phone: PHONE }, { first: 'No phone' }])
      return [status, box.store.contacts().length]
    },
    expected: { alone: [200, 1], whole: [400, 0] },
  },
  batchCalls: {
    see: async (box) => (await box.post('/v1/batch/contacts', [{ phone: PHONE }])).status,
    expected: { there: 200, gone: 404 },
  },
  bulkFields: {
    see: async (box) => {
      const contact = { ...bulk(PHONE), first: 'Ana', custom: { 901: 'Gold' } }
      await box.post('/v2/contacts', { contacts: [contact] })
      return box.store.contacts().map((one) => [one.first, one.custom])
    },
    expected: { all: [['Ana', { 901: 'Gold' }]], basic: [['Ana', {}]] },
  },
  bulkRefusal: {
    see: async (box) => {
      const { status } = await box.post('/v2/contacts', { contacts: [bulk(PHONE), { first: 'No phone' }] })
      return [status, box.store.contacts().length]
    },
    expected: { alone: [200, 1], whole: [400, 0] },
  },
  bulkCalls: {
    see: async (box) => (await box.post('/v2/contacts', { contacts: [bulk(PHONE)] })).status,
    expected: { there: 200, gone: 404 },
  },
  searchCalls: {
    see: async (box) =>
      (await box.post('/v2/contacts/search', { contact_channels: [{ channel_ids: numbers(1) }] })).status,
    expected: { there: 200, gone: 404 },
  },
  bulkExisting: {
    see: async (box) => {
      await box.create({ phone: PHONE, first: 'Ana' })
      const contact = { contact_channels: [{ channel_type: 'phone', channel_id: PHONE }], first: 'Bea' }
      const { json } = await box.post('/v2/contacts', { contacts: [contact] })
      const { contacts, failed_contacts } = json as { contacts: unknown[]; failed_contacts: unknown[] }
      return [contacts.length, failed_contacts.length, box.store.contacts().map((one) => one.first)]
    },
    expected: { upsert: [1, 0, ['Bea']], failed: [0, 1, ['Ana']], duplicate: [1, 0, ['Ana', 'Bea']] },
  },
  bulkSize: {
    see: async (box) => {
      const contacts = numbers(3).map((phone) => ({
        contact_channels: [{ channel_type: 'phone', channel_id: phone }],
      }))
      return (await box.post('/v2/contacts', { contacts })).status
    },
    expected: { '1000': 200, '2': 413 },
  },
  searchSize: {
    see: async (box) =>
      (await box.post('/v2/contacts/search', { contact_channels: [{ channel_ids: numbers(3) }] })).status,
    expected: { '1000': 200, '2': 400 },
  },
  pageV2: {
    see: async (box) => {
      box.store.fill(numbers(3).map((phone) => ({ phone })))
      const page = async (number: number) => {
        const { json } = await box.post('/v2/contacts/list', { limit: 2, page: number })
        return (json as unknown[]).length
      }
      return [await page(0), await page(1), await page(2)]
    },
    expected: { zero: [2, 1, 0], one: [2, 2, 1], ignored: [2, 2, 2] },
  },
  channelsRead: {
    see: async (box) => {
      const uuid = await uuidOf(box, PHONE)
      const { json } = await box.call('GET', `/v2/contact/${uuid}`)
      return (json as { contact_channels?: { channel_id: string }[] }).contact_channels?.map(
        (one) => one.channel_id,
      )
    },
    expected: { present: [PHONE], absent: undefined },
  },
  channelIds: {
    see: async (box) => {
      const uuid = await uuidOf(box, PHONE)
      const { json } = await box.call('GET', `/v2/contact/${uuid}/channel/phone`)
      const { id, contact_id } = json as { id: unknown; contact_id: unknown }
      return [typeof id, contact_id === uuid]
    },
    expected: { text: ['string', true], number: ['number', false] },
  },
} satisfies Record<string, Observation>
