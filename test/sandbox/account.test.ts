// The people of the account, and readings that every way to write a contact shares.
import { expect, test } from 'vitest'
import { OTHER, PHONE } from './observe.ts'
import { type Box, handClock, people, start } from './support.ts'

function update(box: Box, users: readonly object[]) {
  return box.post('/v1/users/update', { users })
}

test('users/update changes names and roles, and answers the memberships that it changed', async () => {
  const box = await start()
  const answer = await update(box, [{ id: 502, last_name: 'Obi', role_id: 1 }])
  expect(answer.json).toMatchObject({
    memberships: [{ id: 502, name: 'Ben Obi', email: 'ben@example.com', role_id: 1, team_id: 41 }],
  })
  await update(box, [{ id: 502, first_name: 'Benjamin' }])
  const users = (await box.call('GET', '/v1/users/get')).json as { memberships: object[] }
  expect(users.memberships[1]).toMatchObject({ id: 502, name: 'Benjamin Obi', role_id: 1 })
  const team = (await box.call('GET', '/v1/team')).json as { members: object[] }
  expect(team.members[1]).toMatchObject({ id: 502, name: 'Benjamin Obi', role: 'admin' })
  box.reset()
  expect((await box.call('GET', '/v1/team')).text).toContain('Ben Okafor')
})

test.each([
  ['an id that nobody has', [{ id: 501, first_name: 'Zoe' }, { id: 999 }], 'users: no member has the id 999'],
  ['no id', [{ first_name: 'Zoe' }], 'users.0.id: is required'],
  ['another role', [{ id: 501, role_id: 2 }], 'users.0.role_id: must be 1 (admin) or 4 (member)'],
  ['nobody', [], 'users: must name one user or more'],
])('users/update with %s is a 400 that changes nobody', async (_, users, text) => {
  const box = await start()
  const before = (await box.call('GET', '/v1/team')).text
  expect(await update(box, users)).toMatchObject({ status: 400, text })
  expect((await box.call('GET', '/v1/team')).text).toBe(before)
})

const WAYS = {
  'PUT /v2/contact/{uuid}': (box: Box, uuid: string, phone: string) =>
    box.call('PUT', `/v2/contact/${uuid}`, { phone }),
  'PUT /v2/contact/{uuid}/channel': (box: Box, uuid: string, phone: string) =>
    box.call('PUT', `/v2/contact/${uuid}/channel`, { channel_type: 'phone', channel_id: phone }),
  'POST /v2/contacts': async (box: Box, uuid: string, phone: string) => {
    const answer = await box.post('/v2/contacts', { contacts: [{ contact_id: uuid, phone }] })
    const { failed_contacts } = answer.json as { failed_contacts: unknown[] }
    return { status: failed_contacts.length > 0 ? 400 : answer.status }
  },
}

test.each(Object.keys(WAYS) as (keyof typeof WAYS)[])('%s changes a phone as v1 does', async (way) => {
  const seen: Record<string, unknown> = {}
  for (const phoneChange of ['allow', 'reject', 'merge'] as const) {
    const box = await start({ dialects: { phoneChange } })
    await box.create({ phone: OTHER })
    await box.create({ phone: PHONE })
    const uuid = box.store.contact(PHONE)?.uuid ?? ''
    const statuses = []
    for (const phone of ['15105553366', OTHER]) statuses.push((await WAYS[way](box, uuid, phone)).status)
    seen[phoneChange] = [...statuses, box.store.contacts().map((one) => one.phone)]
  }
  expect(seen).toEqual({
    allow: [200, 400, [OTHER, '15105553366']],
    reject: [400, 400, [OTHER, PHONE]],
    merge: [200, 200, [OTHER]],
  })
})

test('other people are at work while the v2 list is read, too', async () => {
  const box = await start({ clock: handClock(), faults: { editedMeanwhile: 1 } })
  box.store.fill(people(3))
  await box.post('/v2/contacts/list', { limit: 1 })
  expect(box.store.contacts().map((one) => one.rev)).toEqual([2, 1, 1])
})
