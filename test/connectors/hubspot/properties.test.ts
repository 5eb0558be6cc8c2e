// Which properties are read, and what discover() tells about them.
import { expect, test } from 'vitest'
import { contact, HOUR, openBench } from './bench.ts'

test('reads properties of the account beside the usual ones; one without a value is null', async () => {
  const { fake, newcomer } = await openBench()
  fake.properties.set('plan_name', 'Plan')
  fake.portal.create(contact(1, { plan_name: 'Gold' }))
  fake.portal.create(contact(2))
  const reader = newcomer({ properties: ['plan_name'] })
  await reader.pull('full')
  const fields = reader.pages.flatMap(({ records }) => records).map((record) => record.fields)
  expect(fields.map(({ plan_name }) => plan_name)).toEqual(['Gold', null])
  // What is asked for to know about merges is nobody's field.
  expect(Object.keys(fields[0] ?? {})).not.toContain('hs_merged_object_ids')
})

test('a property that HubSpot leaves out is null', async () => {
  const { fake, reader } = await openBench()
  fake.onRequest = ({ url }) =>
    url.pathname === '/crm/v3/objects/contacts' && url.searchParams.get('archived') === 'false'
      ? { body: { results: [{ id: 512345678901, properties: { phone: '+15102000001' }, archived: null }] } }
      : undefined
  await reader.pull('full')
  expect(reader.known()).toEqual([{ phone: '15102000001', first: '', last: '', email: '' }])
})

test('a property that the account has not is an error, with the one that was meant', async () => {
  const { fake, newcomer } = await openBench()
  fake.properties.set('plan_name', 'Customer plan')
  const reader = newcomer({ properties: ['Customer plan'] })
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_FIELD',
    hint: expect.stringContaining('Did you mean "plan_name" (Customer plan)?'),
  })
})

test('a mapping of a property that is not read is an error, and not a blank for everybody', async () => {
  const { fake, world, newcomer } = await openBench()
  fake.properties.set('work_phone', 'Work phone')
  fake.portal.create(contact(1, { work_phone: '+15102000009' }))
  Object.assign(world.map, { phone: 'work_phone' })
  await expect(newcomer({}).pull('full')).rejects.toMatchObject({ code: 'ERR_SOURCE_FIELD' })
  const reader = newcomer({ properties: ['work_phone'] })
  await reader.pull('full')
  expect(reader.known().map(({ phone }) => phone)).toEqual(['15102000009'])
})

test('so many properties that an address could not hold them are read all the same', async () => {
  const { clock, fake, newcomer } = await openBench()
  const names = Array.from({ length: 300 }, (_, n) => `a_property_with_a_rather_long_name_${n}`)
  for (const name of names) fake.properties.set(name, name)
  const last = names.at(-1) ?? ''
  const [a = 0] = [1, 2].map((n) => fake.portal.create(contact(n, { [last]: `value ${n}` })))
  const reader = newcomer({ properties: names, pageSize: 1 })
  await reader.pull('full')
  fake.portal.archive(a)
  clock.advance(HOUR)
  await reader.pull('full')
  const archived = reader.pages.flatMap(({ records }) => records).find((record) => record.archived)
  expect(archived?.fields[last]).toBe('value 1')
  expect(reader.known().map(({ first }) => first)).toEqual(['Ana 2'])
})

test('one that HubSpot lists and does not read by id is not gone, whatever it says of it', async () => {
  const { clock, fake, newcomer } = await openBench()
  const names = Array.from({ length: 120 }, (_, n) => `a_property_with_a_rather_long_name_${n}`)
  for (const name of names) fake.properties.set(name, name)
  for (let n = 0; n < 9; n += 1) fake.portal.create(contact(n))
  const reader = newcomer({ properties: names, pageSize: 4 })
  await reader.pull('full')
  const answer = (category: string, times: number) => {
    let left = times
    fake.onRequest = ({ url }) => {
      if (left === 0 || !url.pathname.endsWith('/batch/read') || url.searchParams.has('archived'))
        return undefined
      left -= 1
      return { status: 207, body: { status: 'COMPLETE', results: [], numErrors: 4, errors: [{ category }] } }
    }
  }
  // What is refused in one moment is asked for again.
  clock.advance(HOUR)
  answer('INTERNAL_ERROR', 1)
  expect(await reader.pull('full')).toMatchObject({ gone: 0, rejected: 0 })
  for (const [category, times] of [
    ['INTERNAL_ERROR', 2],
    ['OBJECT_NOT_FOUND', 1],
  ] as const) {
    clock.advance(HOUR)
    answer(category, times)
    expect(await reader.pull('full')).toMatchObject({ gone: 0, rejected: 4 })
    expect(reader.known()).toHaveLength(9)
  }
  clock.advance(HOUR)
  expect(await reader.pull('full')).toMatchObject({ gone: 0, rejected: 0 })
})

test('shows properties with labels, types, roles and samples, and the names of lists', async () => {
  const { fake, reader } = await openBench()
  fake.properties.set('plan_name', 'Plan')
  fake.portal.create(contact(1, { plan_name: 'Gold' }))
  const list = { listId: '7', processingType: 'MANUAL', processingStatus: 'COMPLETE' } as const
  fake.segments.push({ ...list, name: 'Newsletter', members: new Set(), addedAt: null, removedAt: null })
  const { fields, lists } = await reader.discover()
  const byName = new Map(fields.map((field) => [field.name, field]))
  expect(byName.get('plan_name')).toEqual({
    name: 'plan_name',
    label: 'Plan',
    type: 'text',
    samples: ['Gold'],
  })
  expect(byName.get('phone')).toMatchObject({ role: 'phone', samples: ['+15102000001'] })
  expect(byName.get('firstname')).toMatchObject({ role: 'first' })
  expect(byName.get('createdate')).toMatchObject({ type: 'date' })
  expect(lists).toEqual(['Newsletter'])
  fake.scopes.delete('crm.lists.read')
  expect((await reader.discover()).lists).toBeUndefined()
})

test('needs either a token or an app', async () => {
  const { newcomer } = await openBench()
  expect(() => newcomer({ token: undefined })).toThrow('either `token` or `oauth`')
})
