// The client's readers against every way in which the sandbox can say the same thing.
import { describe, expect, test } from 'vitest'
import type { RemoteContact } from '../../src/heymarket/contact.ts'
import { count, done, id, listOf, optionalId, text, written } from '../../src/heymarket/wire.ts'
import { DIALECT_TABLE, type Dialects } from '../../src/sandbox/dialects.ts'
import { nthPhone } from '../support/contact.ts'
import { aLine, withSandbox } from '../support/heymarket.ts'
import { aServer, reply } from '../support/http.ts'

const FULL = {
  phone: nthPhone(1),
  first: 'Ann',
  last: 'Lee',
  email: 'ann@example.com',
  avatar: 'https://example.com/a.png',
  assigned_user_id: 502,
  tags: [11, 13],
  custom: { '901': 'Gold' },
  is_opted_out: true,
}

/** What does not hang on the moment of the test. */
function lasting({ rev: _rev, updated: _updated, ...rest }: RemoteContact) {
  return rest
}

const READ_DIALECTS = [
  'tagsRead',
  'emptyFields',
  'countShape',
  'emptyList',
  'unknownId',
  'inboxes',
  'fieldsShape',
  'uuid',
  'createStatus',
  'scalars',
  'zeroTimes',
  'resolution',
  'errorBody',
] as const satisfies readonly (keyof Dialects)[]

const VALUES = READ_DIALECTS.flatMap((name) =>
  DIALECT_TABLE[name].values.map((value) => [name, value] as const),
)

describe.each(VALUES)('with %s=%s', (name, value) => {
  const box = () => withSandbox({ dialects: { [name]: value } as Partial<Dialects> })

  test('a contact reads the same from the list, by id and by phone', async () => {
    const { sandbox, client } = await box()
    const [full = 0] = sandbox.store.fill([FULL])
    const expected = {
      id: full,
      phone: FULL.phone,
      first: 'Ann',
      last: 'Lee',
      displayName: 'Ann Lee',
      email: FULL.email,
      avatar: FULL.avatar,
      custom: FULL.custom,
      tagIds: [11, 13],
      assigneeId: 502,
      isOptedOut: true,
    }
    const [listed] = await client.contacts.page({})
    for (const shown of [
      listed,
      await client.contacts.get(full),
      await client.contacts.lookUp(nthPhone(1)),
    ]) {
      expect(shown && lasting(shown)).toEqual(expected)
      expect(shown?.rev).toBe(1)
      expect(shown?.updated).toMatch(/^2030-01-15T12:00:00/)
    }
  })

  test('a contact that holds only a phone has its gaps closed', async () => {
    const { sandbox, client } = await box()
    sandbox.store.fill([{ phone: nthPhone(2) }])
    const [shown] = await client.contacts.page({})
    expect(shown).toMatchObject({
      first: '',
      last: '',
      displayName: '',
      email: '',
      avatar: '',
      custom: {},
      tagIds: [],
      assigneeId: null,
      isOptedOut: false,
    })
  })

  test('an account without contacts is empty, and counts none', async () => {
    const { client } = await box()
    expect([await client.contacts.page({}), await client.contacts.count()]).toEqual([[], 0])
  })

  test('what is not there is null', async () => {
    const { client } = await box()
    expect([await client.contacts.get(7), await client.contacts.lookUp(nthPhone(9))]).toEqual([null, null])
  })

  test('writes answer with the id and the revision', async () => {
    const { client, sandbox } = await box()
    const made = await client.contacts.create({ phone: nthPhone(3), first: 'Bo' })
    expect([made.rev, sandbox.store.contact(nthPhone(3))?.id]).toEqual([1, made.id])
    const body = {
      phone: nthPhone(3),
      first: 'Bob',
      last: '',
      display_name: '',
      email: '',
      custom: {},
      assignee_id: -1,
      tags: [],
    }
    expect(await client.contacts.update(made.id, body, false)).toMatchObject({ id: made.id, rev: 2 })
    expect(await client.contacts.count()).toBe(1)
    await client.contacts.remove(made.id)
    expect(sandbox.store.contacts()).toEqual([])
  })

  test('the names of the account are read', async () => {
    const { client } = await box()
    expect(await client.contactFields.list()).toEqual([
      { id: 901, name: 'Plan' },
      { id: 902, name: 'Renewal Date' },
      { id: 903, name: 'Notes' },
    ])
    expect((await client.tags.list()).map((tag) => [tag.id, tag.name]).sort()).toEqual([
      [11, 'VIP'],
      [12, 'New patient'],
      [13, 'Newsletter'],
    ])
    expect(await client.inboxes.list()).toMatchObject([{ id: 71, name: 'Front desk' }, { id: 72 }])
    expect(await client.team.get()).toMatchObject({
      id: 41,
      listSize: 10_000,
      members: [{ id: 501, email: 'ana@example.com' }, {}, {}],
    })
  })

  test('what is made in the account is given back', async () => {
    const { client, sandbox } = await box()
    expect(await client.contactFields.create('Colour')).toMatchObject([{ name: 'Colour' }])
    const tag = await client.tags.create('Blue')
    expect(sandbox.store.tags().find((one) => one.id === tag.id)?.tag).toBe('Blue')
  })
})

describe('an opt-out', () => {
  test.each([
    ['always', [true, false]],
    ['omitFalse', [true, null]],
    ['absent', [null, null]],
  ] as const)(
    'with optedOutRead=%s is %j: what an answer leaves out is not false',
    async (optedOutRead, expected) => {
      const { sandbox, client } = await withSandbox({ dialects: { optedOutRead } })
      const [out = 0, open = 0] = sandbox.store.fill([
        { phone: nthPhone(1), is_opted_out: true },
        { phone: nthPhone(2) },
      ])
      const shown = [await client.contacts.get(out), await client.contacts.get(open)]
      expect(shown.map((one) => one?.isOptedOut)).toEqual(expected)
      expect([await client.status.isUnsubscribed(out), await client.status.isUnsubscribed(open)]).toEqual([
        true,
        false,
      ])
    },
  )

  test('by the person themself counts as one', async () => {
    const { sandbox, client } = await withSandbox({ dialects: { optedOutRead: 'absent' } })
    const [open = 0] = sandbox.store.fill([{ phone: nthPhone(1) }])
    sandbox.store.stop(nthPhone(1))
    expect(await client.status.isUnsubscribed(open)).toBe(true)
  })
})

test('contacts that have only an e-mail are read, with a blank phone', async () => {
  const { client } = await withSandbox({ dialects: { emailOnlyContacts: 2, emptyFields: 'omitted' } })
  expect(await client.contacts.page({})).toMatchObject([{ phone: '' }, { phone: '' }])
  expect(await client.contacts.count()).toBe(2)
})

test('tags of any number are listed, whatever a page holds', async () => {
  const { client } = await withSandbox()
  for (let n = 1; n <= 65; n += 1) await client.tags.create(`T${n}`)
  expect((await client.tags.list()).map((tag) => tag.name)).toHaveLength(68)
})

test('an answer of 500 to a look-up is an error, not "not there"', async () => {
  const server = await aServer((_nth, response) => reply(response, 403, 'no'))
  await expect(aLine(server.url).client.contacts.lookUp(nthPhone(1))).rejects.toMatchObject({
    code: 'ERR_HEYMARKET_FORBIDDEN',
  })
})

describe('the readers', () => {
  test.each([
    ['text', 'text'],
    ['', ''],
    [7, '7'],
    [true, 'true'],
    [null, ''],
    [undefined, ''],
  ])('read %j as text', (given, expected) => {
    expect(text.parse(given)).toBe(expected)
  })

  test.each([
    [7, 7],
    ['7', 7],
    [0, null],
    [-1, null],
    ['-1', null],
    [null, null],
    [undefined, null],
  ])('read %j as an id that may be missing', (given, expected) => {
    expect(optionalId.parse(given)).toBe(expected)
  })

  test.each(['x', '', 1.5, null, undefined, {}])('do not take %j for an id', (given) => {
    expect(id.safeParse(given).success).toBe(false)
  })

  test.each([
    [123, 123],
    ['123', 123],
    [{ count: 123 }, 123],
    [{ count: '123' }, 123],
    [0, 0],
  ])('read %j as a count', (given, expected) => {
    expect(count.parse(given)).toBe(expected)
  })

  test.each([null, {}, 'many', -1, [3]])('do not take %j for a count', (given) => {
    expect(count.safeParse(given).success).toBe(false)
  })

  test('read a list bare, in an envelope, or as null, and take no other object for an empty one', () => {
    const ids = listOf(id, 'contacts', 'data')
    expect([
      ids.parse([1]),
      ids.parse({ contacts: [1] }),
      ids.parse({ data: null }),
      ids.parse(null),
    ]).toEqual([[1], [1], [], []])
    expect(ids.safeParse({ message: 'down for repair' }).success).toBe(false)
    expect(ids.safeParse('down for repair').success).toBe(false)
  })

  test('read the answer of a write with as little as an id', () => {
    expect(written.parse({ id: '7' })).toEqual({ id: 7, rev: null, uuid: null })
    expect(written.safeParse('ok').success).toBe(false)
    expect([done.parse('ok'), done.parse(null), done.parse({ deleted: true })]).toEqual([true, true, true])
  })
})
