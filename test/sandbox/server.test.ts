// Starting, ending, looking inside, configuring and resetting; state that outlives a restart.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type RequestEntry, startSandbox } from '../../src/sandbox/server.ts'
import { handClock, KEY, people, start } from './support.ts'

const PHONE = '15105553344'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'heysync-sandbox-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('a taken port is ERR_PORT_IN_USE with another port in the hint', async () => {
  const box = await start()
  const port = Number(new URL(box.url).port)
  await expect(startSandbox({ port })).rejects.toMatchObject({
    code: 'ERR_PORT_IN_USE',
    message: expect.stringContaining(`127.0.0.1:${port}`),
    hint: expect.stringContaining(`--port ${port + 1}`),
  })
})

test('it listens on loopback only', async () => {
  await expect(startSandbox({ host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'ERR_USAGE' })
})

test('a data file that cannot be opened is ERR_DATABASE_OPEN', async () => {
  const file = join(folder(), 'not-a-database.db')
  writeFileSync(file, 'This is a letter, and by no means a database file.'.repeat(50))
  await expect(startSandbox({ port: 0, data: file })).rejects.toMatchObject({ code: 'ERR_DATABASE_OPEN' })
})

test('close ends requests that are still open, and frees the port', async () => {
  const clock = handClock()
  const told: RequestEntry[] = []
  const sandbox = await startSandbox({
    port: 0,
    clock,
    faults: { slowMs: 60_000 },
    onRequest: (entry) => told.push(entry),
  })
  const open = fetch(`${sandbox.url}/v1/team`, { headers: KEY })
  const ended = expect(open).rejects.toThrow()
  await clock.asleep()
  await sandbox.close()
  await ended
  // The answer that still waited is given up, not left asleep.
  expect(told).toMatchObject([{ path: '/v1/team', status: null }])
  const again = await startSandbox({ port: Number(new URL(sandbox.url).port) })
  await again.close()
})

test('with a data file the state outlives a restart, and ids go on', async () => {
  const data = join(folder(), 'sandbox.db')
  const before = await startSandbox({ port: 0, data })
  const [id = 0] = before.store.fill([{ phone: PHONE, first: 'Ana', custom: { 901: 'Gold' }, tags: [11] }])
  await fetch(`${before.url}/v1/tag`, { method: 'POST', headers: KEY, body: '{"tag":"Late"}' })
  const state = before.store.contacts()
  const { creations, tags } = { creations: before.store.creations(), tags: before.store.tags() }
  await before.close()

  const box = await start({ data })
  expect(box.store.contacts()).toEqual(state)
  expect(box.store.creations()).toEqual(creations)
  expect(box.store.tags()).toEqual(tags)
  expect(tags.map((tag) => tag.tag)).toEqual(['VIP', 'New patient', 'Newsletter', 'Late'])
  await box.call('DELETE', `/v1/contact/${id}`)
  expect(await box.create({ phone: '15105553355' })).toBe(id + 1)
})

test('writes that wait to be shown outlive a restart too', async () => {
  const data = join(folder(), 'sandbox.db')
  const clock = handClock()
  const dialects = { visibilityDelayMs: 1_000 }
  const before = await startSandbox({ port: 0, data, clock, dialects })
  await fetch(`${before.url}/v1/contact`, {
    method: 'POST',
    headers: KEY,
    body: JSON.stringify({ phone: PHONE }),
  })
  await before.close()
  const box = await start({ data, clock, dialects })
  expect(box.store.contact(PHONE)).not.toBeNull()
  expect((await box.post('/v1/contacts')).json).toEqual([])
  clock.advance(1_000)
  expect((await box.post('/v1/contacts')).json).toHaveLength(1)
})

test('the ledger tells every request in order: when, what, for whom, and what became of it', async () => {
  const clock = handClock()
  const told: RequestEntry[] = []
  const box = await start({ clock, onRequest: (entry) => told.push({ ...entry }) })
  const id = await box.create({ phone: PHONE })
  clock.advance(1_000)
  await box.call('PUT', `/v1/contact/${id}?overwrite=true`, { phone: PHONE })
  await box.call('PUT', `/v1/contact/${id}`, {})
  await box.call('GET', `/v1/contact/${id}`)
  await box.call('DELETE', `/v1/contact/${id}`)
  await box.call('GET', '/v1/nothing')
  const at = clock.now()
  const ledger = (await box.call('GET', '/_sandbox/requests')).json as RequestEntry[]
  const base = { at, phone: PHONE, fault: null, query: {}, requestId: expect.any(String) }
  const path = `/v1/contact/${id}`
  expect(ledger).toEqual([
    { ...base, at: at - 1_000, method: 'POST', path: '/v1/contact', status: 200, applied: true },
    { ...base, method: 'PUT', path, query: { overwrite: 'true' }, status: 200, applied: true },
    { ...base, method: 'PUT', path, status: 400, applied: false },
    { ...base, method: 'GET', path, status: 200, applied: false },
    { ...base, method: 'DELETE', path, status: 200, applied: true },
    { ...base, phone: null, method: 'GET', path: '/v1/nothing', status: 404, applied: false },
  ])
  expect(told).toEqual(ledger)
  expect(box.store.requests()).toEqual(ledger)
})

test('the ledger has the X-Request-Id that the caller saw', async () => {
  const box = await start()
  const answer = await box.call('GET', '/v1/team')
  expect(box.store.requests()[0]?.requestId).toBe(answer.headers.get('x-request-id'))
})

test('creations outlive their contacts, so a phone created twice shows', async () => {
  const clock = handClock()
  const box = await start({ clock })
  const first = await box.create({ phone: PHONE })
  await box.call('DELETE', `/v1/contact/${first}`)
  clock.advance(5)
  const second = await box.create({ phone: PHONE })
  await box.create({ phone: PHONE, first: 'the same again' })
  const creations = [
    { id: first, phone: PHONE, at: clock.now() - 5 },
    { id: second, phone: PHONE, at: clock.now() },
  ]
  expect(box.store.creations()).toEqual(creations)
  expect((await box.call('GET', '/_sandbox/state')).json).toMatchObject({
    creations,
    contacts: [{ id: second }],
  })
})

test('the state shows every field in one shape, whatever the dialects', async () => {
  const box = await start({
    dialects: { optedOutRead: 'absent', tagsRead: 'ids', emptyFields: 'omitted', visibilityDelayMs: 600_000 },
  })
  const id = await box.create({ phone: PHONE, first: 'Ana', tags: [{ tag_id: 11 }], custom: { 901: 'Gold' } })
  const state = (await box.call('GET', '/_sandbox/state', undefined, {})).json as Record<string, unknown>
  expect(state.contacts).toEqual([
    {
      id,
      uuid: expect.any(String),
      phone: PHONE,
      first: 'Ana',
      last: '',
      display_name: 'Ana',
      email: '',
      avatar: '',
      assigned_user_id: 0,
      tags: [{ id: 11, tag: 'VIP' }],
      custom: { 901: 'Gold' },
      is_opted_out: false,
      unsubscribed_admin: false,
      unsubscribed_contact: false,
      blocked: false,
      creator_id: 501,
      created: expect.stringMatching(/\.\d{6}Z$/),
      updated: expect.stringMatching(/\.\d{6}Z$/),
      rev: 1,
      op: 'create',
    },
  ])
  expect(state).toMatchObject({
    fields: [
      { id: 901, title: 'Plan' },
      { id: 902, title: 'Renewal Date' },
      { id: 903, title: 'Notes' },
    ],
    tags: [{ tag: 'VIP' }, { tag: 'New patient' }, { tag: 'Newsletter' }],
    inboxes: [{ name: 'Front desk' }, { name: 'Billing' }],
    team: { name: 'Sandbox Team' },
    dialects: { tagsRead: 'ids', cursor: 'exclusive' },
    faults: { lostAnswer: 0 },
  })
})

test('reset brings the start data back, empties the ledgers and keeps the settings', async () => {
  const box = await start({ dialects: { emailOnlyContacts: 1, defaultLimit: 5 } })
  const id = await box.create({ phone: PHONE })
  await box.post('/v1/tag', { tag: 'Late' })
  await box.post('/v1/contacts/fields', [{ title: 'Doctor' }])
  await box.call('DELETE', '/v1/tag/11')
  expect(await box.call('POST', '/_sandbox/reset', undefined, {})).toMatchObject({ status: 200 })
  expect(box.store.contacts()).toMatchObject([{ phone: null }])
  expect(box.store.creations()).toEqual([])
  expect(box.store.requests()).toEqual([])
  expect(box.store.tags().map((tag) => tag.tag)).toEqual(['VIP', 'New patient', 'Newsletter'])
  expect(box.store.fields()).toHaveLength(3)
  expect(await box.create({ phone: PHONE })).toBe(id)
  expect((await box.post('/v1/tag', { tag: 'Late' })).json).toMatchObject({ id: 14 })
  box.store.fill(people(9))
  expect((await box.post('/v1/contacts')).json).toHaveLength(5)
})

test('reset forgets writes that were still to be shown', async () => {
  const clock = handClock()
  const box = await start({ clock, dialects: { visibilityDelayMs: 1_000 } })
  await box.create({ phone: PHONE })
  box.reset()
  clock.advance(1_000)
  expect((await box.post('/v1/contacts')).json).toEqual([])
  expect(box.store.contacts()).toEqual([])
})

test('POST /_sandbox/configure changes settings, and a wrong name or value changes nothing', async () => {
  const box = await start()
  const configure = (body: unknown) => box.call('POST', '/_sandbox/configure', body, {})
  expect(
    await configure({ dialects: { unknownId: null, createStatus: 201 }, faults: { lostAnswer: '0.5' } }),
  ).toMatchObject({ status: 200 })
  const settings = async () => (await box.call('GET', '/_sandbox/state')).json
  expect(await settings()).toMatchObject({
    dialects: { unknownId: 'null', createStatus: '201' },
    faults: { lostAnswer: 0.5 },
  })
  const wrong = await configure({ requestsPerMinute: 7, dialects: { cursor: 'inclusive', pages: 'one' } })
  expect(wrong).toMatchObject({
    status: 400,
    json: { message: 'There is no dialect "pages".', hint: expect.stringContaining('"page"') },
  })
  expect(await configure({ dialect: {} })).toMatchObject({ status: 400 })
  expect(await configure({ requestsPerMinute: 0 })).toMatchObject({ status: 400 })
  expect(await settings()).toMatchObject({ dialects: { cursor: 'exclusive' }, requestsPerMinute: 500 })
})

test('a person answers the inbox that wrote to them last, unless one is named', async () => {
  const box = await start()
  const phone = '15105553344'
  box.store.reply(phone, 'first')
  await box.post('/v1/message/send', {
    inbox_id: 72,
    creator_id: 501,
    phone_number: phone,
    text: 'Your bill',
  })
  box.store.reply(phone, 'second')
  box.store.reply(phone, 'third', 71)
  const replies = box.store.messages().filter((one) => one.direction === 'in')
  expect(replies.map((one) => one.inbox_id)).toEqual([71, 72, 71])
})
