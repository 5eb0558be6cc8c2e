// Owns the observations of dialects of messages, schedules and e-mail.
import { type Observation, OTHER, PHONE } from './observe.ts'
import type { Box, HandClock, Reply } from './support.ts'

const FROM = { inbox_id: 71, creator_id: 501 }

function send(box: Box, body: object): Promise<Reply> {
  return box.post('/v1/message/send', { ...FROM, text: 'Hi', ...body })
}

async function messages(box: Box, body: object = {}): Promise<Record<string, unknown>[]> {
  return ((await box.post('/v1/messages/all', body)).json ?? []) as Record<string, unknown>[]
}

async function broadcast(box: Box): Promise<void> {
  const { json } = await box.post('/v2/lists', { title: 'All', local_id: 'all', phones: [PHONE, OTHER] })
  await send(box, { list_id: (json as { id: number }).id, local_id: 'news' })
}

function schedule(box: Box, clock: HandClock, body: object = {}): Promise<Reply> {
  const quarter = 15 * 60_000
  const at = Math.ceil((clock.now() + quarter) / quarter) * quarter
  return box.post('/v1/schedule', {
    inbox_id: 71,
    phone_number: PHONE,
    execute_at: new Date(at).toISOString(),
    content: { text: 'Hi' },
    local_id: 'later',
    ...body,
  })
}

export const MESSAGES = {
  messageLocalId: {
    see: async (box) => {
      const first = (await send(box, { phone_number: PHONE, local_id: 'a' })).json as { id: number }
      const again = await send(box, { phone_number: PHONE, local_id: 'a' })
      const same = (again.json as { id?: number } | undefined)?.id === first.id
      return { status: again.status, same, sent: box.store.messages().length }
    },
    expected: {
      same: { status: 200, same: true, sent: 1 },
      reject: { status: 400, same: false, sent: 1 },
      ignored: { status: 200, same: false, sent: 2 },
    },
  },
  localIdShown: {
    see: async (box) => {
      await send(box, { phone_number: PHONE, local_id: 'a' })
      return (await messages(box)).map((one) => one.local_id)
    },
    expected: { yes: ['a'], no: [undefined] },
  },
  broadcastIdShown: {
    see: async (box) => {
      await broadcast(box)
      return (await messages(box)).map((one) => typeof one.broadcast_id)
    },
    expected: { yes: ['number', 'number'], no: ['undefined', 'undefined'] },
  },
  sentShape: {
    see: async (box) => Object.keys((await send(box, { phone_number: PHONE })).json as object).sort(),
    expected: {
      documented: ['date', 'gallery_url', 'id'],
      observed: ['compliance_results', 'convo_id', 'date', 'id', 'queued'],
    },
  },
  messagesDate: {
    see: async (box, clock) => {
      await send(box, { phone_number: PHONE, text: 'old' })
      clock.advance(60_000)
      const between = new Date(clock.now()).toISOString()
      clock.advance(60_000)
      await send(box, { phone_number: PHONE, text: 'new' })
      return (await messages(box, { created_at: between })).map((one) => one.text)
    },
    expected: { before: ['old'], from: ['new'] },
  },
  createdAtRequired: {
    see: async (box) => (await box.post('/v1/messages/all', {})).status,
    expected: { no: 200, yes: 400 },
  },
  inbound: {
    see: async (box) => {
      box.store.reply(PHONE, 'Hello')
      const [message] = await messages(box)
      return [message?.user, message?.status]
    },
    expected: { noUser: [undefined, ''], zeroUser: [0, ''], status: [0, 'received'] },
  },
  messagePhone: {
    see: async (box) => {
      await send(box, { phone_number: PHONE })
      const [message] = await messages(box)
      return [message?.phone, message?.target]
    },
    expected: { person: [PHONE, PHONE], inbox: ['15105550100', PHONE] },
  },
  privateTarget: {
    see: async (box) => (await send(box, { phone_number: PHONE, private: true })).status,
    expected: { any: 200, conversation: 400 },
  },
  optedOutSend: {
    see: async (box) => {
      await box.create({ phone: PHONE, is_opted_out: true })
      const { status } = await send(box, { phone_number: PHONE })
      return [status, box.store.messages().map((one) => one.status)]
    },
    expected: { reject: [400, []], fail: [200, ['failed']], send: [200, ['delivered']] },
  },
  optedOutBroadcast: {
    see: async (box) => {
      await box.create({ phone: PHONE, is_opted_out: true })
      await broadcast(box)
      return box.store.messages().map((one) => one.targets.join())
    },
    expected: { skip: [OTHER], send: [PHONE, OTHER] },
  },
  scheduleLocalId: {
    see: async (box, clock) => {
      await schedule(box, clock)
      const again = await schedule(box, clock)
      return [again.status, box.store.scheduled().length]
    },
    expected: { ignored: [200, 2], same: [200, 1], reject: [400, 1] },
  },
  scheduleText: {
    see: async (box, clock) => {
      const { id } = (await schedule(box, clock)).json as { id: number }
      const shown = (await box.call('GET', `/v1/schedule/${id}`)).json as {
        content?: { text: string }
        meta: { text?: string }
      }
      return [shown.content?.text, shown.meta.text]
    },
    expected: { content: ['Hi', undefined], meta: [undefined, 'Hi'], absent: [undefined, undefined] },
  },
  emailInHistory: {
    see: async (box) => {
      await box.post('/v1/email/send', {
        creator_id: 501,
        text: '<p>Hi</p>',
        targets: ['to:ana@example.com'],
      })
      return (await messages(box)).length
    },
    expected: { yes: 1, no: 0 },
  },
} satisfies Record<string, Observation>
