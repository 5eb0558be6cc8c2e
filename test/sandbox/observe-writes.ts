// Owns the observations of dialects that decide what a write does.
import { type Observation, OTHER, PHONE, pick, put } from './observe.ts'
import type { Box } from './support.ts'

async function named(box: Box, id: number) {
  const { first, email } = await box.read(id)
  return { first, email }
}

export const WRITES = {
  duplicatePhone: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, first: 'Ana', email: 'ana@example.com' })
      const again = await box.post('/v1/contact', { phone: PHONE, first: 'Bea' })
      const answer = again.json as { id: number; rev: number } | undefined
      return {
        status: again.status,
        sameId: answer?.id === id,
        rev: answer?.rev,
        count: box.store.contacts().length,
        ...(await named(box, id)),
      }
    },
    expected: {
      upsert: { status: 200, sameId: true, rev: 2, count: 1, first: 'Bea', email: 'ana@example.com' },
      reject: {
        status: 400,
        sameId: false,
        rev: undefined,
        count: 1,
        first: 'Ana',
        email: 'ana@example.com',
      },
      duplicate: { status: 200, sameId: false, rev: 1, count: 2, first: 'Ana', email: 'ana@example.com' },
    },
  },
  putOmitted: {
    see: async (box) => {
      const full = {
        first: 'A',
        last: 'B',
        display_name: 'C',
        email: 'e@example.com',
        avatar: 'v',
        assignee_id: 502,
      }
      const id = await box.create({ phone: PHONE, ...full, tags: [{ tag_id: 11 }], custom: { 901: 'Gold' } })
      await put(box, id, {})
      const { first, last, display_name, email, avatar, assigned_user_id, tags, custom } = await box.read(id)
      return [first, last, display_name, email, avatar, assigned_user_id, tags, custom]
    },
    also: { tagsRead: 'ids' },
    expected: {
      clear: ['', '', '', '', '', 0, [], { 901: 'Gold' }],
      keep: ['A', 'B', 'C', 'e@example.com', 'v', 502, [11], { 901: 'Gold' }],
    },
  },
  displayName: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, display_name: 'Nick' })
      await put(box, id, { first: 'Ana', last: 'Sol', display_name: '' })
      const blank = await pick(box, id, 'display_name')
      await put(box, id, { first: 'Bea', last: 'Luz' })
      return [blank, await pick(box, id, 'display_name')]
    },
    expected: { keep: ['', ''], recompute: ['Ana Sol', 'Bea Luz'] },
  },
  omittedOptOut: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, is_opted_out: true })
      await put(box, id, {})
      return pick(box, id, 'is_opted_out')
    },
    expected: { keep: true, clear: false },
  },
  overwriteOmitted: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, custom: { 901: 'Gold' } })
      await put(box, id, {}, '?overwrite=false')
      const merged = await pick(box, id, 'custom')
      await put(box, id, {}, '?overwrite=true')
      const omitted = await pick(box, id, 'custom')
      await put(box, id, { custom: { 902: 'x' } }, '?overwrite=true')
      return [merged, omitted, await pick(box, id, 'custom')]
    },
    expected: {
      wipes: [{ 901: 'Gold' }, {}, { 902: 'x' }],
      keeps: [{ 901: 'Gold' }, { 901: 'Gold' }, { 902: 'x' }],
    },
  },
  clearCustom: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, custom: { 901: 'Gold', 902: 'x' } })
      await put(box, id, { custom: { 901: '' } })
      const merged = await pick(box, id, 'custom')
      await put(box, id, { custom: { 901: '', 903: 'n' } }, '?overwrite=true')
      return [merged, await pick(box, id, 'custom')]
    },
    expected: {
      clears: [{ 902: 'x' }, { 903: 'n' }],
      stores: [
        { 901: '', 902: 'x' },
        { 901: '', 903: 'n' },
      ],
      ignores: [{ 901: 'Gold', 902: 'x' }, { 903: 'n' }],
    },
  },
  unknownCustom: {
    see: async (box) => {
      const answer = await box.post('/v1/contact', { phone: PHONE, custom: { 777: 'x', 901: 'Gold' } })
      return [answer.status, box.store.contact(PHONE)?.custom]
    },
    expected: { drop: [200, { 901: 'Gold' }], reject: [400, undefined] },
  },
  tagsWrite: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, tags: [{ tag_id: 11 }] })
      const seen = []
      for (const tags of [[{ tag_id: 12 }], []]) {
        await put(box, id, { tags })
        seen.push(await pick(box, id, 'tags'))
      }
      await put(box, id, {})
      return [...seen, await pick(box, id, 'tags')]
    },
    also: { tagsRead: 'ids' },
    expected: {
      replace: [[12], [], []],
      merge: [
        [11, 12],
        [11, 12],
        [11, 12],
      ],
    },
  },
  tooManyTags: {
    see: async (box) => {
      for (const tag of ['a', 'b', 'c']) await box.post('/v1/tag', { tag })
      const tags = [11, 12, 13, 14, 15, 16].map((tag_id) => ({ tag_id }))
      const answer = await box.post('/v1/contact', { phone: PHONE, tags })
      return [answer.status, box.store.contact(PHONE)?.tags.map((tag) => tag.id)]
    },
    expected: { reject: [400, undefined], truncate: [200, [11, 12, 13, 14, 15]] },
  },
  optedOutFalse: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, is_opted_out: true })
      await put(box, id, { is_opted_out: false })
      return pick(box, id, 'is_opted_out')
    },
    expected: { clears: false, ignored: true },
  },
  createStatus: {
    see: async (box) => {
      const created = await box.post('/v1/contact', { phone: PHONE })
      const updated = await box.post('/v1/contact', { phone: PHONE })
      const tag = await box.post('/v1/tag', { tag: 'Late' })
      const fields = await box.post('/v1/contacts/fields', [{ title: 'Doctor' }])
      return [created.status, updated.status, tag.status, fields.status]
    },
    expected: { 200: [200, 200, 200, 200], 201: [201, 200, 201, 201] },
  },
  plusPhone: {
    see: async (box) => {
      const statuses = [await box.post('/v1/contact', { phone: '+1 (510) 555-3344' })]
      statuses.push(await box.post('/v1/contact/get', { phone: '+15105553344' }))
      return [...statuses.map((answer) => answer.status), box.store.contacts().map((one) => one.phone)]
    },
    expected: { reject: [400, 400, []], normalize: [200, 200, [PHONE]] },
  },
  phoneChange: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE })
      const taken = '15105553366'
      await box.create({ phone: taken, first: 'Bea', is_opted_out: true })
      const change = async (phone: string) => [
        (await box.call('PUT', `/v1/contact/${id}`, { phone, first: 'Ana' })).status,
        await pick(box, id, 'phone'),
      ]
      const free = await change(OTHER)
      return {
        free,
        taken: await change(taken),
        left: box.store.contacts().map((one) => [one.first, one.is_opted_out]),
      }
    },
    expected: {
      allow: {
        free: [200, OTHER],
        taken: [400, OTHER],
        left: [
          ['Ana', false],
          ['Bea', true],
        ],
      },
      reject: {
        free: [400, PHONE],
        taken: [400, PHONE],
        left: [
          ['', false],
          ['Bea', true],
        ],
      },
      merge: { free: [200, OTHER], taken: [200, '15105553366'], left: [['Ana', true]] },
    },
  },
  trimNames: {
    see: async (box) => {
      const id = await box.create({ phone: PHONE, first: ' Ana ', last: 'Sol ' })
      const { first, last } = await box.read(id)
      return [first, last]
    },
    expected: { no: [' Ana ', 'Sol '], yes: ['Ana', 'Sol'] },
  },
} satisfies Record<string, Observation>
