// The examples of Heymarket's own documentation, against the sandbox in its first dialect.
import { describe, expect, test } from 'vitest'
import { people, start } from './support.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const PHONE = '15105553344'

test('every answer carries an X-Request-Id of its own', async () => {
  const box = await start()
  const paths = ['/v1/team', '/v1/nothing', '/v1/contact/1', '/_sandbox/state']
  const ids = await Promise.all(
    paths.map(async (path) => (await box.call('GET', path)).headers.get('x-request-id')),
  )
  for (const id of ids) expect(id).toMatch(UUID)
  expect(new Set(ids).size).toBe(paths.length)
  const refused = await box.call('GET', '/v1/team', undefined, {})
  expect(refused.headers.get('x-request-id')).toMatch(UUID)
})

describe('POST /v1/contact', () => {
  test('without a phone is a 400 that names phone', async () => {
    const box = await start()
    const answer = await box.post('/v1/contact', { first: 'Ana' })
    expect(answer.status).toBe(400)
    expect(answer.text).toContain('phone')
  })

  test('with a phone answers id, rev 1 and uuid', async () => {
    const box = await start()
    const answer = await box.post('/v1/contact', { phone: PHONE })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ id: expect.any(Number), rev: 1, uuid: expect.stringMatching(UUID) })
  })

  test('stores every field, and reads name them as Heymarket does', async () => {
    const box = await start()
    const id = await box.create({
      phone: PHONE,
      first: 'Ana',
      last: 'Sol',
      email: 'ana@example.com',
      avatar: 'https://example.com/a.png',
      assignee_id: 502,
      tags: [{ tag_id: 11 }, { tag_id: 13 }],
      custom: { 901: 'Gold' },
      is_opted_out: true,
    })
    expect(await box.read(id)).toMatchObject({
      id,
      phone: PHONE,
      first: 'Ana',
      last: 'Sol',
      display_name: 'Ana Sol',
      email: 'ana@example.com',
      avatar: 'https://example.com/a.png',
      assigned_user_id: 502,
      tags: [{ tag: 'VIP' }, { tag: 'Newsletter' }],
      custom: { 901: 'Gold' },
      is_opted_out: true,
      team_id: 41,
      creator_id: 501,
      shared: true,
      rev: 1,
      op: 'create',
    })
  })

  test('takes null for a field that was not sent', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE, first: null, tags: null, custom: null, is_opted_out: null })
    expect(await box.read(id)).toMatchObject({ first: '', tags: [], custom: {}, is_opted_out: false })
  })

  test.each([
    ['a phone with a plus', { phone: '+15105553344' }, 'phone'],
    ['a phone that is a number', { phone: 15_105_553_344 }, 'phone'],
    ['a phone with letters', { phone: '1510CALLNOW' }, 'phone'],
    ['a custom value that is no text', { phone: PHONE, custom: { 901: 7 } }, 'custom.901'],
    ['a custom key that is no number', { phone: PHONE, custom: { Plan: 'Gold' } }, 'custom.Plan'],
    ['a tag given as a number', { phone: PHONE, tags: [11] }, 'tags.0'],
    ['a tag that is not there', { phone: PHONE, tags: [{ tag_id: 99 }] }, 'tags'],
    ['a name that is no text', { phone: PHONE, first: 5 }, 'first'],
    ['an opt-out that is no boolean', { phone: PHONE, is_opted_out: 'yes' }, 'is_opted_out'],
    ['a body that is a list', [{ phone: PHONE }], 'body'],
    ['a body that is no JSON', '{"phone":', 'body'],
  ])('refuses %s with a 400 that names the field', async (_name, body, field) => {
    const box = await start()
    const answer = await box.post('/v1/contact', body)
    expect(answer.status).toBe(400)
    expect(answer.text).toContain(field)
    expect(box.store.contacts()).toEqual([])
  })
})

describe('PUT /v1/contact/{id}', () => {
  test('merges custom by default and replaces it with overwrite=true', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE, custom: { 901: 'Gold', 902: '2027-01-01' } })
    await box.call('PUT', `/v1/contact/${id}`, { phone: PHONE, custom: { 901: 'Silver' } })
    expect((await box.read(id)).custom).toEqual({ 901: 'Silver', 902: '2027-01-01' })
    await box.call('PUT', `/v1/contact/${id}?overwrite=false`, { phone: PHONE, custom: { 903: 'hi' } })
    expect((await box.read(id)).custom).toEqual({ 901: 'Silver', 902: '2027-01-01', 903: 'hi' })
    await box.call('PUT', `/v1/contact/${id}?overwrite=true`, { phone: PHONE, custom: { 901: 'Bronze' } })
    expect((await box.read(id)).custom).toEqual({ 901: 'Bronze' })
  })

  test.each(['false', 'true'])('replaces names with overwrite=%s', async (overwrite) => {
    const box = await start()
    const id = await box.create({ phone: PHONE, first: 'Ana', last: 'Sol' })
    const names = { first: 'Bea', last: 'Luz', display_name: 'Bea L' }
    await box.call('PUT', `/v1/contact/${id}?overwrite=${overwrite}`, { phone: PHONE, ...names })
    expect(await box.read(id)).toMatchObject(names)
  })

  test('raises rev by one and moves updated', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE })
    const before = await box.read(id)
    const answer = await box.call('PUT', `/v1/contact/${id}`, { phone: PHONE })
    expect(answer.json).toMatchObject({ id, rev: 2 })
    const after = await box.read(id)
    expect(after).toMatchObject({ rev: 2, op: 'update', created: before.created })
    expect(String(after.updated) > String(before.updated)).toBe(true)
  })

  test('needs the phone, a known id and a sensible overwrite', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE })
    expect(await box.call('PUT', `/v1/contact/${id}`, { first: 'x' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('phone'),
    })
    expect(await box.call('PUT', '/v1/contact/7', { phone: PHONE })).toMatchObject({ status: 404 })
    expect(await box.call('PUT', '/v1/contact/seven', { phone: PHONE })).toMatchObject({ status: 400 })
    expect(await box.call('PUT', `/v1/contact/${id}?overwrite=maybe`, { phone: PHONE })).toMatchObject({
      status: 400,
    })
    expect((await box.read(id)).rev).toBe(1)
  })

  test('refuses a phone that another contact has, and assignee_id -1 unassigns', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE, assignee_id: 503 })
    await box.create({ phone: '15105553355' })
    expect(await box.call('PUT', `/v1/contact/${id}`, { phone: '15105553355' })).toMatchObject({
      status: 400,
    })
    await box.call('PUT', `/v1/contact/${id}`, { phone: PHONE, assignee_id: -1 })
    expect((await box.read(id)).assigned_user_id).toBe(0)
  })
})

test('DELETE /v1/contact/{id} answers the JSON string "ok", and the contact is gone', async () => {
  const box = await start()
  const id = await box.create({ phone: PHONE })
  const answer = await box.call('DELETE', `/v1/contact/${id}`)
  expect(answer.text).toBe('"ok"')
  expect(await box.call('GET', `/v1/contact/${id}`)).toMatchObject({ status: 404 })
  expect(await box.call('DELETE', `/v1/contact/${id}`)).toMatchObject({ status: 404 })
})

describe('POST /v1/contact/get', () => {
  test('takes the id as text or number, and the phone wins', async () => {
    const box = await start()
    const first = await box.create({ phone: PHONE })
    const second = await box.create({ phone: '15105553355' })
    const idFor = async (body: unknown) =>
      ((await box.post('/v1/contact/get', body)).json as { id: number }).id
    expect(await idFor({ id: String(second) })).toBe(second)
    expect(await idFor({ id: second })).toBe(second)
    expect(await idFor({ phone: PHONE })).toBe(first)
    expect(await idFor({ phone: PHONE, id: second })).toBe(first)
  })

  test('needs one of them', async () => {
    const box = await start()
    expect(await box.post('/v1/contact/get', {})).toMatchObject({ status: 400 })
    expect(await box.post('/v1/contact/get', { phone: PHONE })).toMatchObject({ status: 404 })
  })
})

describe('POST /v1/contacts', () => {
  test('gives 30 newest first, and goes on from the last updated until a page is empty', async () => {
    const box = await start()
    const ids = box.store.fill(people(70))
    const seen: number[] = []
    const sizes: number[] = []
    let date: string | undefined
    for (;;) {
      const page = (await box.post('/v1/contacts', date === undefined ? {} : { date })).json as {
        id: number
        updated: string
      }[]
      sizes.push(page.length)
      if (page.length === 0) break
      seen.push(...page.map((one) => one.id))
      date = page.at(-1)?.updated
    }
    expect(sizes).toEqual([30, 30, 10, 0])
    expect(seen).toEqual(ids.toReversed())
  })

  test('a write brings its contact to the head of the list', async () => {
    const box = await start()
    const [id = 0] = box.store.fill(people(3))
    await box.call('PUT', `/v1/contact/${id}`, { phone: '15100000001', first: 'New' })
    expect((await box.post('/v1/contacts', { limit: 1 })).json).toMatchObject([{ id, first: 'New' }])
  })

  test('ascending turns the order and makes date the lower bound', async () => {
    const box = await start()
    const ids = box.store.fill(people(4))
    const all = (await box.post('/v1/contacts', { ascending: true })).json as {
      id: number
      updated: string
    }[]
    expect(all.map((one) => one.id)).toEqual(ids)
    const rest = (await box.post('/v1/contacts', { ascending: true, date: all[1]?.updated })).json as {
      id: number
    }[]
    expect(rest.map((one) => one.id)).toEqual(ids.slice(2))
  })

  test('order by created is not moved by writes', async () => {
    const box = await start()
    const ids = box.store.fill(people(3))
    await box.call('PUT', `/v1/contact/${ids[0]}`, { phone: '15100000001' })
    const list = (await box.post('/v1/contacts', { order: 'created' })).json as { id: number }[]
    expect(list.map((one) => one.id)).toEqual(ids.toReversed())
  })

  test.each([
    [{ date: 'yesterday' }, 'date'],
    [{ limit: -1 }, 'limit'],
    [{ order: 'shoe size' }, 'order'],
    [{ ascending: 'yes' }, 'ascending'],
  ])('refuses %j', async (body, field) => {
    const box = await start()
    expect(await box.post('/v1/contacts', body)).toMatchObject({
      status: 400,
      text: expect.stringContaining(field),
    })
  })
})

test('POST /v1/contacts/count is the number of contacts', async () => {
  const box = await start()
  box.store.fill(people(7))
  expect((await box.post('/v1/contacts/count')).json).toBe(7)
})

describe('contact status', () => {
  test('unsubscribed opts out and reads back, subscribed lifts it', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE })
    const answer = await box.post('/v1/contact/set_status', { phone: PHONE, status: 'unsubscribed' })
    expect(answer.text).toBe('"success"')
    expect(await box.read(id)).toMatchObject({ is_opted_out: true, rev: 2 })
    expect((await box.post('/v1/contact/status', { id })).json).toMatchObject({
      id,
      phone: PHONE,
      unsubscribed: true,
      blocked: false,
    })
    await box.post('/v1/contact/set_status', { id: String(id), status: 'subscribed' })
    expect((await box.read(id)).is_opted_out).toBe(false)
  })

  test('blocked and unblocked do not touch the opt-out', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE, is_opted_out: true })
    await box.post('/v1/contact/set_status', { id, status: 'blocked' })
    expect((await box.post('/v1/contact/status', { id })).json).toMatchObject({
      unsubscribed: true,
      blocked: true,
    })
    await box.post('/v1/contact/set_status', { id, status: 'unblocked' })
    expect((await box.post('/v1/contact/status', { id })).json).toMatchObject({
      unsubscribed: true,
      blocked: false,
    })
  })

  test('an unknown status is a 400, an unknown contact a 404', async () => {
    const box = await start()
    await box.create({ phone: PHONE })
    expect(await box.post('/v1/contact/set_status', { phone: PHONE, status: 'happy' })).toMatchObject({
      status: 400,
    })
    expect(await box.post('/v1/contact/set_status', { id: 5, status: 'active' })).toMatchObject({
      status: 404,
    })
    expect(await box.post('/v1/contact/status', { id: 5 })).toMatchObject({ status: 404 })
  })

  test('a STOP by the person is lifted by their START alone', async () => {
    const box = await start()
    const id = await box.create({ phone: PHONE })
    expect(box.store.stop(PHONE)).toBe(true)
    await box.post('/v1/contact/set_status', { id, status: 'subscribed' })
    await box.call('PUT', `/v1/contact/${id}`, { phone: PHONE, is_opted_out: false })
    expect((await box.read(id)).is_opted_out).toBe(true)
    box.store.start(PHONE)
    expect((await box.read(id)).is_opted_out).toBe(false)
  })
})

test('custom fields are created once per title', async () => {
  const box = await start()
  const first = await box.post('/v1/contacts/fields', [{ title: 'Doctor' }, { title: 'Plan' }])
  expect(first.json).toEqual([
    { id: expect.any(Number), title: 'Doctor', duplicate: false },
    { id: 901, title: 'Plan', duplicate: true },
  ])
  const again = await box.post('/v1/contacts/fields', [{ title: 'Doctor' }])
  expect(again.json).toEqual([{ ...(first.json as object[])[0], duplicate: true }])
  const { fields } = (await box.post('/v1/contact-fields')).json as { fields: { name: string }[] }
  expect(fields.map((field) => field.name)).toEqual(['Plan', 'Renewal Date', 'Notes', 'Doctor'])
  expect(await box.post('/v1/contacts/fields', [{ title: '' }])).toMatchObject({ status: 400 })
})

test('tags are created, read, listed newest first up to 30, and deleted from their contacts', async () => {
  const box = await start()
  const { id } = (await box.post('/v1/tag', { tag: 'Late', color: '#000000' })).json as { id: number }
  expect((await box.call('GET', `/v1/tag/${id}`)).json).toMatchObject({
    id,
    tag: 'Late',
    color: '#000000',
    team_id: 41,
    rev: 1,
  })
  expect(await box.post('/v1/tag', { tag: 'Late' })).toMatchObject({ status: 400 })
  for (let n = 0; n < 30; n++) await box.post('/v1/tag', { tag: `T${n}` })
  const newest = (await box.post('/v1/tags')).json as { tag: string; updated: string }[]
  expect(newest.map((tag) => tag.tag)).toEqual(Array.from({ length: 30 }, (_, n) => `T${29 - n}`))
  const older = (await box.post('/v1/tags', { date: newest.at(-1)?.updated })).json as { tag: string }[]
  expect(older.map((tag) => tag.tag)).toEqual(['Late', 'Newsletter', 'New patient', 'VIP'])

  const contact = await box.create({ phone: PHONE, tags: [{ tag_id: id }] })
  expect((await box.call('DELETE', `/v1/tag/${id}`)).text).toBe('"ok"')
  expect((await box.read(contact)).tags).toEqual([])
  expect(await box.call('GET', `/v1/tag/${id}`)).toMatchObject({ status: 404 })
})

test('team, inboxes and users are the start data', async () => {
  const box = await start()
  const ana = { id: 501, name: 'Ana Duarte', role: 'admin', email: 'ana@example.com' }
  const team = (await box.call('GET', '/v1/team')).json as { members: unknown[] }
  expect(team).toMatchObject({ name: 'Sandbox Team', list_size: 10_000 })
  expect(team.members).toHaveLength(3)
  expect(team.members[0]).toEqual(ana)
  const inboxes = (await box.call('GET', '/v1/inboxes')).json as { name: string }[]
  expect(inboxes.map((inbox) => inbox.name)).toEqual(['Front desk', 'Billing'])
})

test('GET /v1/users/get reads its JSON body', async () => {
  const box = await start()
  // fetch refuses a body on GET, as many HTTP libraries do.
  const { request } = await import('node:http')
  const body = JSON.stringify({ email: ['ben@example.com'] })
  const text = await new Promise<string>((resolve, reject) => {
    const headers = {
      authorization: 'Bearer sandbox-key',
      'content-type': 'application/json',
      'content-length': body.length,
    }
    const sent = request(`${box.url}/v1/users/get`, { method: 'GET', headers }, (answer) => {
      let got = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        got += chunk
      })
      answer.on('end', () => resolve(got))
    })
    sent.on('error', reject).end(body)
  })
  expect(JSON.parse(text)).toMatchObject({
    memberships: [{ id: 502, email: 'ben@example.com', role_id: 4, team_id: 41 }],
  })
})
