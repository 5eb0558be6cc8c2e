// Owns the observations of dialects that decide what reads, refusals and limits look like.
import { expect } from 'vitest'
import { list, type Observation, OTHER, PHONE, pick, put } from './observe.ts'
import { people } from './support.ts'

export const READS = {
  cursor: {
    see: async (box) => {
      box.store.fill(people(3))
      const [, middle] = await list(box)
      return (await list(box, { date: middle?.updated })).length
    },
    expected: { exclusive: 1, inclusive: 2 },
  },
  resolution: {
    // The hour stands still, so only the finest resolution tells two writes apart.
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const before = await pick(box, id, 'updated')
      await put(box, id, {})
      const after = await pick(box, id, 'updated')
      return [after, before === after]
    },
    expected: {
      microsecond: [expect.stringMatching(/^2026-11-20T09:30:00\.25000\dZ$/), false],
      millisecond: ['2026-11-20T09:30:00.250Z', true],
      second: ['2026-11-20T09:30:00Z', true],
    },
  },
  defaultLimit: {
    see: async (box) => {
      box.store.fill(people(60))
      return (await list(box)).length
    },
    expected: { 30: 30, 7: 7 },
  },
  maxLimit: {
    see: async (box) => {
      box.store.fill(people(150))
      return (await list(box, { limit: 1_000 })).length
    },
    expected: { 100: 100, 50: 50, 1000: 150 },
  },
  overLimit: {
    see: async (box) => (await box.post('/v1/contacts', { limit: 101 })).status,
    expected: { clamp: 200, reject: 400 },
  },
  listOrder: {
    see: async (box) => {
      const ids = box.store.fill(people(3))
      const places = async (body: object) => (await list(box, body)).map((row) => ids.indexOf(row.id))
      const v2 = (await box.post('/v2/contacts/list', {})).json as { id: number }[]
      const [, middle] = await list(box)
      return {
        plain: await places({}),
        v2: v2.map((row) => ids.indexOf(row.id)),
        descending: await places({ ascending: false }),
        ascending: await places({ ascending: true }),
        behind: await places({ date: middle?.updated }),
      }
    },
    expected: {
      newest: { plain: [2, 1, 0], v2: [2, 1, 0], descending: [2, 1, 0], ascending: [0, 1, 2], behind: [0] },
      oldest: { plain: [0, 1, 2], v2: [0, 1, 2], descending: [2, 1, 0], ascending: [0, 1, 2], behind: [2] },
    },
  },
  idText: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const statuses = async (body: object) => {
        const seen = []
        for (const path of ['get', 'status', 'set_status'])
          seen.push((await box.post(`/v1/contact/${path}`, { ...body, status: 'active' })).status)
        return seen
      }
      return [await statuses({ id }), await statuses({ id: String(id) }), await statuses({ phone: PHONE })]
    },
    expected: {
      lenient: [
        [200, 200, 200],
        [200, 200, 200],
        [200, 200, 200],
      ],
      strict: [
        [400, 200, 200],
        [200, 400, 400],
        [200, 200, 200],
      ],
    },
  },
  page: {
    see: async (box) => {
      const ids = box.store.fill(people(6)).toReversed()
      const seen = []
      for (const page of [0, 1, 2])
        seen.push((await list(box, { limit: 2, page })).map((row) => ids.indexOf(row.id)))
      const [first] = await list(box)
      seen.push(
        (await list(box, { limit: 2, page: 1, date: first?.updated })).map((row) => ids.indexOf(row.id)),
      )
      return seen
    },
    expected: {
      one: [
        [0, 1],
        [0, 1],
        [2, 3],
        [1, 2],
      ],
      zero: [
        [0, 1],
        [2, 3],
        [4, 5],
        [3, 4],
      ],
      ignored: [
        [0, 1],
        [0, 1],
        [0, 1],
        [1, 2],
      ],
    },
  },
  tagsRead: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, tags: [{ tag_id: 11 }] })
      return pick(box, id, 'tags')
    },
    expected: {
      objects: [expect.objectContaining({ id: 11, tag: 'VIP', color: '#d64545', rev: 1 })],
      ids: [11],
      refs: [{ tag_id: 11 }],
    },
  },
  optedOutRead: {
    see: async (box) => {
      const out = await box.create({ phone: PHONE, is_opted_out: true })
      const free = await box.create({ phone: OTHER })
      return [await pick(box, out, 'is_opted_out'), await pick(box, free, 'is_opted_out')]
    },
    expected: { always: [true, false], omitFalse: [true, undefined], absent: [undefined, undefined] },
  },
  uuid: {
    see: async (box) => {
      const created = (await box.post('/v1/contact', { phone: PHONE })).json as { id: number }
      return ['uuid' in created, 'uuid' in (await box.read(created.id))]
    },
    expected: { writes: [true, false], never: [false, false], reads: [true, true] },
  },
  emptyFields: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      return Object.keys(await box.read(id)).sort()
    },
    expected: {
      present: expect.arrayContaining([
        'email',
        'custom',
        'tags',
        'avatar',
        'assigned_user_id',
        'is_opted_out',
      ]),
      omitted: [
        'created',
        'creator_id',
        'id',
        'is_opted_out',
        'op',
        'phone',
        'rev',
        'shared',
        'team_id',
        'updated',
      ],
    },
  },
  emptyList: {
    see: async (box) => {
      const empty = (await box.post('/v1/contacts')).text
      const id = await box.create({ phone: PHONE })
      return [empty, await pick(box, id, 'tags')]
    },
    expected: { array: ['[]', []], null: ['null', null] },
  },
  errorBody: {
    see: async (box) => {
      const { text } = await box.post('/v1/contact', {})
      const unknown = await box.call('GET', '/v1/nothing')
      return [text, unknown.headers.get('content-type')?.split(';')[0]]
    },
    expected: {
      text: ['phone: is required', 'text/plain'],
      message: ['{"message":"phone: is required"}', 'application/json'],
      error: ['{"error":"phone: is required"}', 'application/json'],
      code: ['{"error_code":"bad_data","message":"phone: is required"}', 'application/json'],
      html: [expect.stringContaining('<p>phone: is required</p>'), 'text/html'],
    },
  },
  fieldsShape: {
    see: async (box) => (await box.post('/v1/contact-fields')).json,
    expected: {
      name: { fields: expect.arrayContaining([{ id: 901, name: 'Plan' }]) },
      title: { fields: expect.arrayContaining([{ id: 901, title: 'Plan' }]) },
      array: expect.arrayContaining([{ id: 901, name: 'Plan' }]),
    },
  },
  countShape: {
    see: async (box) => {
      box.store.fill(people(3))
      return (await box.post('/v1/contacts/count')).text
    },
    expected: { number: '3', string: '"3"', object: '{"count":3}' },
  },
  unknownId: {
    see: async (box) => {
      const seen = []
      for (const [method, path, body] of [
        ['GET', '/v1/contact/5'],
        ['POST', '/v1/contact/get', { phone: PHONE }],
        ['POST', '/v1/contact/status', { id: 5 }],
        ['GET', '/v1/tag/5'],
        ['PUT', '/v1/contact/5', { phone: PHONE }],
        ['DELETE', '/v1/contact/5'],
      ] as const) {
        const { status, text } = await box.call(method, path, body)
        seen.push(status === 200 ? text : status)
      }
      return seen
    },
    expected: {
      404: [404, 404, 404, 404, 404, 404],
      400: [400, 400, 400, 400, 400, 400],
      null: ['null', 'null', 'null', 'null', 404, 404],
    },
  },
  scalars: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const count = await box.post('/v1/contacts/count')
      const set = await box.post('/v1/contact/set_status', { id, status: 'active' })
      return [count.text, set.text, (await box.call('DELETE', `/v1/contact/${id}`)).text]
    },
    also: { countShape: 'string' },
    expected: { quoted: ['"1"', '"success"', '"ok"'], unquoted: ['1', 'success', 'ok'] },
  },
  inboxes: {
    see: async (box) => (await box.call('GET', '/v1/inboxes')).json,
    expected: {
      array: expect.arrayContaining([expect.objectContaining({ id: 71 })]),
      envelope: { inboxes: expect.arrayContaining([expect.objectContaining({ id: 71 })]) },
    },
  },
  retryAfter: {
    see: async (box) => {
      box.configure({ requestsPerMinute: 1 })
      await box.call('GET', '/v1/team')
      const { status, headers } = await box.call('GET', '/v1/team')
      return [status, headers.get('retry-after')]
    },
    expected: { absent: [429, null], seconds: [429, '60'] },
  },
  rateWindow: {
    // 59.75 s into nothing: the minute of the clock turns, the last 60 seconds do not.
    see: async (box, clock) => {
      box.configure({ requestsPerMinute: 1 })
      const first = await box.call('GET', '/v1/team')
      clock.advance(59_750)
      return [first.status, (await box.call('GET', '/v1/team')).status]
    },
    expected: { sliding: [200, 429], fixed: [200, 200] },
  },
  visibilityDelayMs: {
    see: async (box, clock) => {
      const id = await box.create({ phone: PHONE, first: 'Ana' })
      const seen = async () => [
        (await list(box)).length,
        Number((await box.post('/v1/contacts/count')).text),
        (await box.post('/v1/contact/get', { phone: PHONE })).status,
        (await box.call('GET', `/v1/contact/${id}`)).status,
      ]
      const early = await seen()
      clock.advance(999)
      const late = await seen()
      clock.advance(1)
      return [early, late, await seen()]
    },
    expected: {
      0: [
        [1, 1, 200, 200],
        [1, 1, 200, 200],
        [1, 1, 200, 200],
      ],
      1000: [
        [0, 0, 404, 200],
        [0, 0, 404, 200],
        [1, 1, 200, 200],
      ],
    },
  },
  emailOnlyContacts: {
    see: async (box) => {
      const rows = (await list(box)) as unknown as { phone: string; email: string }[]
      return [rows.map((row) => [row.phone, row.email !== '']), box.store.creations()]
    },
    expected: {
      0: [[], []],
      2: [
        [
          ['', true],
          ['', true],
        ],
        [],
      ],
    },
  },
  zeroTimes: {
    see: async (box) => {
      box.store.fill(people(3))
      return (await list(box)).filter((row) => row.created === '0001-01-01T00:00:00Z').length
    },
    expected: { absent: 0, present: 1 },
  },
} satisfies Record<string, Observation>
