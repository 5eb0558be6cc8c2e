// The client through every resource, against the sandbox in every dialect: whatever the account's reading of the open
// questions is, what was put in comes out, or the one thing that this reading refuses is refused clearly.
import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../src/lib/errors.ts'
import { bareE164 } from '../../src/lib/phone.ts'
import { DIALECT_TABLE, type Dialects, defaultDialects } from '../../src/sandbox/dialects.ts'
import { dice } from '../support/dice.ts'
import { type Box, withSandbox } from '../support/heymarket.ts'

/** Values of dialects that are numbers, beside their default. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  defaultLimit: [1, 7],
  maxLimit: [30, 1_000],
  visibilityDelayMs: [20_000],
  emailOnlyContacts: [9],
  listSize: [3],
  batchSize: [4],
  bulkSize: [2],
  searchSize: [2],
}

const CASES = Object.entries(DIALECT_TABLE).flatMap(([name, one]) =>
  ('values' in one ? one.values : (NUMBERS[name] ?? [])).map((value) => ({
    label: `${name}=${value}`,
    dialects: { [name]: value } as Partial<Dialects>,
    mixed: false,
  })),
)

/** Several readings at once may leave a listing that cannot be proven whole: then it is an error, and never a part of it. */
const MIXED = Array.from({ length: 12 }, (_, seed) => ({
  label: `a mix, seed ${seed}`,
  dialects: mix(seed),
  mixed: true,
}))

function mix(seed: number): Partial<Dialects> {
  const roll = dice(seed + 1)
  const picked = Object.entries(DIALECT_TABLE).flatMap(([name, one]) => {
    const values: readonly (string | number)[] = 'values' in one ? one.values : (NUMBERS[name] ?? [])
    return values.length === 0 || roll(2) === 0 ? [] : [[name, values[roll(values.length)]]]
  })
  return Object.fromEntries(picked) as Partial<Dialects>
}

const ANA = phone('15105553344')
const FROM = { inbox_id: 71, creator_id: 501 }

interface Stage extends Box {
  readonly dialects: Dialects
  readonly mixed: boolean
  /** Lets everything that was written show. */
  settle(): void
}

describe.each([...CASES, ...MIXED])('$label', ({ dialects: given, mixed }) => {
  const dialects: Dialects = { ...defaultDialects(), ...given }

  async function stage(): Promise<Stage> {
    const box = await withSandbox({ dialects: given })
    return { ...box, dialects, mixed, settle: () => box.sandbox.advance(dialects.visibilityDelayMs + 1_000) }
  }

  test('contacts and their status', async () => contacts(await stage()))
  test('contacts v2', async () => contactsV2(await stage()))
  test('fields, tags, team', async () => names(await stage()))
  test('lists', async () => lists(await stage()))
  test('messages, conversations, e-mail', async () => messages(await stage()))
  test('schedules, templates, surveys', async () => later(await stage()))
})

async function contacts({ client, dialects, mixed, settle }: Stage): Promise<void> {
  const full = {
    phone: ANA,
    first: 'Ana',
    last: 'Sol',
    display_name: 'Ana S.',
    email: 'ana@example.com',
    avatar: 'https://example.com/a.png',
    custom: { 901: 'Gold' },
    tags: [{ tag_id: 11 }, { tag_id: 12 }],
  }
  const { id, uuid } = await client.contacts.create(full)
  expect(uuid === null).toBe(dialects.uuid === 'never')
  settle()
  const seen = {
    id,
    phone: ANA,
    first: 'Ana',
    last: 'Sol',
    displayName: dialects.displayName === 'recompute' ? expect.any(String) : 'Ana S.',
    email: 'ana@example.com',
    avatar: 'https://example.com/a.png',
    custom: { 901: 'Gold' },
    tagIds: [11, 12],
  }
  expect(await client.contacts.get(id)).toMatchObject(seen)
  expect(await client.contacts.lookUp(ANA)).toMatchObject(seen)
  expect(await client.contacts.get(987_654)).toBeNull()
  expect(await client.contacts.lookUp(phone('15105550000'))).toBeNull()

  await client.contacts.update(id, { ...full, first: 'Anna', custom: { 902: 'May' }, assignee_id: -1 }, false)
  expect(await client.contacts.get(id)).toMatchObject({ first: 'Anna', custom: { 901: 'Gold', 902: 'May' } })
  await client.contacts.update(id, { ...full, custom: { 903: 'x' }, assignee_id: -1 }, true)
  expect(await client.contacts.get(id)).toMatchObject({ first: 'Ana', custom: { 903: 'x' } })

  await client.status.unsubscribe(id)
  settle()
  expect(await client.status.get({ phone: ANA })).toMatchObject({ unsubscribed: true, blocked: false })
  expect((await client.contacts.get(id))?.isOptedOut ?? true).toBe(true)
  expect(await client.status.get({ phone: '15105550000' })).toBeNull()

  const more = Array.from({ length: 4 }, (_, at) => ({ phone: phone(`1510555010${at}`), first: `P${at}` }))
  if (dialects.batchCalls === 'gone') {
    expect(await outcome(client.contacts.batch(more, false))).toMatchObject({ status: 404 })
    for (const one of more) await client.contacts.create(one)
  } else {
    await client.contacts.batch(more, false)
  }
  settle()
  const all = await wholeOrLoud(client.contacts.all(), mixed)
  if (all !== null) {
    expect(all.flatMap((one) => (one.phone === '' ? [] : [one.phone])).sort()).toEqual(
      [ANA, ...more.map((one) => one.phone)].sort(),
    )
  }
  expect(await client.contacts.count()).toBe(5 + dialects.emailOnlyContacts)

  await client.contacts.remove(id)
  settle()
  expect(await client.contacts.get(id)).toBeNull()
  expect(await client.contacts.count()).toBe(4 + dialects.emailOnlyContacts)
}

async function contactsV2({ client, dialects, mixed, settle }: Stage): Promise<void> {
  const channels = [{ channel_type: 'phone', channel_id: ANA }]
  const { uuid } = await client.contactsV2.create({
    contact_channels: channels,
    first: 'Ana',
    email: 'a@b.example',
  })
  const two = [
    { contact_channels: [{ channel_type: 'phone', channel_id: '15105550101' }], first: 'Bo' },
    { contact_channels: [{ channel_type: 'phone', channel_id: '15105550102' }], first: 'Cy' },
  ]
  if (dialects.bulkCalls === 'gone') {
    expect(await outcome(client.contactsV2.bulk(two))).toMatchObject({ status: 404 })
    for (const one of two) await client.contactsV2.create(one)
  } else {
    const bulk = await client.contactsV2.bulk(two)
    expect(bulk).toMatchObject({ contacts: [{ first: 'Bo' }, { first: 'Cy' }], failed: [] })
  }
  settle()
  const search = client.contactsV2.search([{ channel_type: 'phone', channel_ids: [ANA, '15105550000'] }])
  if (dialects.searchCalls === 'gone') expect(await outcome(search)).toMatchObject({ status: 404 })
  else expect((await search).map((one) => one.first)).toEqual(['Ana'])
  const all = await wholeOrLoud(client.contactsV2.all(), mixed)
  if (all !== null)
    expect(all.flatMap((one) => (one.phone === '' ? [] : [one.first])).sort()).toEqual(['Ana', 'Bo', 'Cy'])
  if (uuid === null) {
    expect(dialects.uuid).toBe('never')
    return
  }
  const updated = await client.contactsV2.update(uuid, { phone: ANA, first: 'Anna', email: 'a@b.example' })
  expect(updated).toMatchObject({ phone: ANA, first: 'Anna' })
  expect(await client.contactsV2.get(uuid)).toMatchObject({ first: 'Anna' })
  expect(await client.contactsV2.channel(uuid, 'phone')).toMatchObject({ type: 'phone', channelId: ANA })
  const set = await client.contactsV2.setChannel(uuid, 'email', 'anna@example.com')
  expect(set).toContainEqual(expect.objectContaining({ type: 'email', channelId: 'anna@example.com' }))
  await client.contactsV2.bulkRemove([uuid])
  settle()
  expect(await client.contactsV2.get(uuid)).toBeNull()
}

async function names({ client, dialects }: Stage): Promise<void> {
  expect((await client.contactFields.list()).map((one) => one.name)).toEqual([
    'Plan',
    'Renewal Date',
    'Notes',
  ])
  expect(await client.contactFields.create('Plan')).toMatchObject([{ id: 901, name: 'Plan' }])
  expect(await client.contactFields.create('Size')).toMatchObject([{ name: 'Size' }])
  expect(await client.contactFields.list()).toHaveLength(4)

  const tag = await outcome(client.tags.create('Gold'))
  if (dialects.tagWrites === 'gone') expect(tag).toMatchObject({ code: 'ERR_HEYMARKET_NOT_FOUND' })
  else {
    const id = (tag as { id: number }).id
    expect(await client.tags.get(id)).toMatchObject({ id, name: 'Gold' })
    await client.tags.remove(id)
    expect(await client.tags.get(id)).toBeNull()
  }
  expect((await client.tags.list()).map((one) => one.name).sort()).toEqual([
    'New patient',
    'Newsletter',
    'VIP',
  ])

  const team = await client.team.get()
  expect(team).toMatchObject({ id: 41, listSize: dialects.listSize })
  expect(team.members.map((one) => one.id)).toEqual([501, 502, 503])
  expect(await client.inboxes.list()).toMatchObject([
    { id: 71, name: 'Front desk', phone: '15105550100', members: [501, 502, 503] },
    { id: 72, name: 'Billing', phone: '15105550101', members: [501] },
  ])
  expect(await client.users.find({ email: ['ben@example.com'] })).toMatchObject([{ id: 502 }])
  const [ben] = await client.users.update([{ id: 502, last_name: 'Obi' }])
  expect(ben).toMatchObject({ id: 502, name: 'Ben Obi' })
}

async function lists({ client, dialects, settle }: Stage): Promise<void> {
  const phones = ['15105550101', '15105550102']
  const { id } = await client.lists.create({ title: 'Regulars', local_id: 'regulars', phones })
  await client.lists.update(id, {
    title: 'Guests',
    add_phones: ['15105550103'],
    remove_phones: ['15105550101'],
  })
  const shown = await client.lists.get(id)
  if (dialects.listReads === 'gone') {
    expect(shown).toBeNull()
    expect(await outcome(collected(client.lists.all()))).toMatchObject({ code: 'ERR_HEYMARKET_NOT_FOUND' })
    expect(await outcome(client.lists.createV1({ title: 'Old' }))).toMatchObject({ status: 404 })
  } else {
    expect(shown).toMatchObject({ id, title: 'Guests' })
    expect([...(shown?.members.keys() ?? [])].sort()).toEqual(['15105550102', '15105550103'])
    const old = await client.lists.createV1({ title: 'Old', members: { '15105550104': { f: 'Dee' } } })
    await client.lists.updateV1(old.id, { add_phone: '15105550105' })
    settle()
    const lists = await collected(client.lists.all())
    expect(lists.map((one) => [one.title, one.members.size]).sort()).toEqual([
      ['Guests', 2],
      ['Old', 2],
    ])
    await client.lists.removeV1(old.id)
  }
  await client.lists.remove(id)
  expect(await client.lists.get(id)).toBeNull()
}

async function messages({ client, dialects, sandbox, settle }: Stage): Promise<void> {
  const sent = await client.messages.send({ ...FROM, phone_number: ANA, text: 'Hello', local_id: 'a' })
  expect(sent.id).toEqual(expect.any(Number))
  sandbox.store.reply(ANA, 'Hi back')
  await client.messages.send({ ...FROM, targets: ['15105550101', '15105550102'], text: 'Both' })
  settle()
  const all = await collected(client.messages.all())
  expect(all.map(({ text, direction, phone: whose }) => [text, direction, whose]).sort()).toEqual([
    ['Both', 'out', '15105550101'],
    ['Hello', 'out', ANA],
    ['Hi back', 'in', ANA],
  ])
  expect(all.find((one) => one.text === 'Hello')?.localId ?? null).toBe(
    dialects.localIdShown === 'yes' ? 'a' : null,
  )
  const withAna = await collected(client.messages.historyAll({ phoneNumber: ANA, inboxID: 71 }))
  expect(withAna.map((one) => one.text)).toEqual(['Hi back', 'Hello'])
  expect(await client.messages.count()).toBe(3)

  const request = { id: 501, filters: {} }
  const chats = await collected(client.conversations.all(request))
  expect(chats.map((one) => one.target).sort()).toEqual(['15105550101,15105550102', ANA])
  expect(await client.conversations.count(request)).toBe(2)
  const chat_id = chats.find((one) => one.target === ANA)?.id ?? 0
  await client.messages.send({ ...FROM, chat_id, text: 'Note', private: true })
  await client.conversations.markRead({ chat_id })
  await client.conversations.close({ chat_id })
  await client.conversations.reassign({ inbox_id: 71, user_id: 501, reassign_id: 502, target: ANA })
  expect(await client.conversations.get(chat_id)).toMatchObject({
    status: 'closed',
    read: true,
    assigneeId: 502,
  })
  await client.conversations.open({ target: ANA, inbox_id: 71 })
  await client.conversations.transfer(chat_id, 72)
  expect(await client.conversations.get(chat_id)).toMatchObject({ status: 'open', inboxId: 72 })
  expect(await client.conversations.get(987_654)).toBeNull()

  const email = await client.email.send({
    creator_id: 501,
    text: '<p>Hi</p>',
    targets: ['to:ana@example.com'],
  })
  expect(email.id).toEqual(expect.any(Number))
}

async function later({ client, dialects, sandbox, clock, settle }: Stage): Promise<void> {
  const quarter = 15 * 60_000
  const at = (quarters: number) =>
    new Date((Math.ceil(clock.now() / quarter) + quarters) * quarter).toISOString().replace('.000Z', 'Z')
  const request = { inbox_id: 71, phone_number: ANA, content: { text: 'Later' }, local_id: 'later' }
  const { id } = await client.schedule.create({ ...request, execute_at: at(2) })
  const shown = await client.schedule.get(id)
  expect(Date.parse(shown?.executeAt ?? '')).toBe(Date.parse(at(2)))
  expect(shown?.text).toBe(dialects.scheduleText === 'absent' ? '' : 'Later')
  await client.schedule.update(id, { ...request, content: { text: 'Much later' }, execute_at: at(3) })
  const other = await client.schedule.create({ ...request, local_id: 'other', execute_at: at(3) })
  await client.schedule.remove(other.id)
  expect(await client.schedule.get(other.id)).toBeNull()
  sandbox.advance(4 * quarter)
  settle()
  expect(sandbox.store.messages().map((one) => one.text)).toEqual(['Much later'])
  expect(await client.schedule.get(id)).toBeNull()

  const { id: templateId } = await client.templates.create({
    title: 'Bye',
    content: { text: 'Bye {{first_name}}' },
  })
  expect(await client.templates.get(templateId)).toMatchObject({ title: 'Bye', text: 'Bye {{first_name}}' })
  await client.templates.update(templateId, { title: 'Goodbye', content: { text: 'Goodbye' } })
  settle()
  const titles = (await collected(client.templates.all())).map((one) => one.title)
  expect(titles.sort()).toEqual(['Appointment reminder', 'Goodbye', 'Office closed', 'Plan renewal'])
  await client.templates.remove(templateId)
  expect(await client.templates.get(templateId)).toBeNull()

  const surveys = await collected(client.surveys.all())
  expect(surveys.map((one) => one.name).sort()).toEqual(['After your visit', 'Recommend us'])
  expect(await client.surveys.get(surveys[0]?.id ?? 0)).toMatchObject({ name: surveys[0]?.name })
  expect(await client.surveys.get(987_654)).toBeNull()
}

async function collected<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const row of rows) all.push(row)
  return all
}

/** Every row; or null where the client says that it cannot prove it, which only a mix may bring about. */
async function wholeOrLoud<T>(rows: AsyncIterable<T>, mixed: boolean): Promise<T[] | null> {
  try {
    return await collected(rows)
  } catch (error) {
    if (mixed && error instanceof HeysyncError && error.code === 'ERR_HEYMARKET_ANSWER') return null
    throw error
  }
}

/** What a call answers, or the error that it throws. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    if (error instanceof HeysyncError) return error
    throw error
  }
}

function phone(text: string): NonNullable<ReturnType<typeof bareE164>> {
  const read = bareE164(text)
  if (read === null) throw new Error(`${text} is not bare E.164.`)
  return read
}
