// Contacts that are archived, restored, or deleted without a trace, and what the credential may see.
import { expect, test } from 'vitest'
import { contact, HOUR, openBench } from './bench.ts'

test('an archived contact is shown as such by a full pull, and comes back when it is restored', async () => {
  const { clock, fake, reader, names } = await openBench()
  const [, b = 0] = [1, 2, 3].map((n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  clock.advance(HOUR)
  fake.portal.archive(b)
  expect(await reader.pull('full')).toMatchObject({ deleted: 1, gone: 0 })
  expect(names()).toEqual(['Ana 1', 'Ana 3'])
  clock.advance(HOUR)
  fake.portal.restore(b)
  await reader.pull('full')
  expect(names()).toEqual(['Ana 1', 'Ana 2', 'Ana 3'])
})

test('a contact that is taken out of the recycle bin while everything is read is there', async () => {
  const { clock, fake, reader, names } = await openBench({ pageSize: 2 })
  const ids = Array.from({ length: 6 }, (_, n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  for (const id of ids.slice(0, 3)) fake.portal.archive(id)
  clock.advance(HOUR)
  let pages = 0
  const result = await reader.pull('full', {
    onPage: () => {
      pages += 1
      if (pages === 1) fake.portal.restore(ids[0] ?? 0)
    },
  })
  expect(result).toMatchObject({ gone: 0, rejected: 0 })
  expect(names()).toEqual(['Ana 0', 'Ana 3', 'Ana 4', 'Ana 5'])
})

test('an incremental pull looks into the recycle bin only when it is told to', async () => {
  const { clock, fake, reader, newcomer } = await openBench()
  const eager = newcomer({ recycleBin: 'always' })
  const [a = 0] = [1, 2].map((n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  await eager.pull('full')
  clock.advance(HOUR)
  fake.portal.archive(a)
  await reader.pull('incremental')
  expect(reader.known()).toHaveLength(2)
  await eager.pull('incremental')
  expect(eager.known()).toHaveLength(1)
})

test('a contact deleted for privacy leaves no trace: only a full pull finds out', async () => {
  const { clock, fake, reader, names } = await openBench({ recycleBin: 'always' })
  const [a = 0] = [1, 2].map((n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  clock.advance(HOUR)
  fake.portal.gdprDelete(a)
  await reader.pull('incremental')
  expect(names()).toEqual(['Ana 1', 'Ana 2'])
  expect((await reader.pull('full')).gone).toBe(1)
  expect(names()).toEqual(['Ana 2'])
})

test('one that vanishes between the search and the reading is left out, and the others are read', async () => {
  const { clock, fake, reader, names } = await openBench()
  const ids = [1, 2, 3].map((n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  clock.advance(HOUR)
  for (const id of ids) fake.portal.update(id, { lastname: 'Edited' })
  fake.onRequest = ({ url }) => {
    if (url.pathname.endsWith('/batch/read') && fake.portal.find(ids[1] ?? 0))
      fake.portal.gdprDelete(ids[1] ?? 0)
    return undefined
  }
  await reader.pull('incremental')
  expect(reader.known().filter(({ last }) => last === 'Edited')).toHaveLength(2)
  await reader.pull('full')
  expect(names()).toEqual(['Ana 1', 'Ana 3'])
})

test.each([true, false])(
  'one that can never be read keeps nobody back; HubSpot names it: %s',
  async (isNamed) => {
    const { clock, fake, reader } = await openBench()
    const ids = [1, 2, 3].map((n) => fake.portal.create(contact(n)))
    await reader.pull('full')
    const broken = ids[1] ?? 0
    fake.portal.refused.ids.add(broken)
    fake.portal.refused.named = isNamed
    clock.advance(HOUR)
    for (const id of ids) fake.portal.update(id, { lastname: 'Edited' })
    expect(await reader.pull('incremental')).toMatchObject({ gone: 0, rejected: 1 })
    expect(reader.known().filter(({ last }) => last === 'Edited')).toHaveLength(2)
    const bad = reader.pages.flatMap((page) => page.bad ?? [])
    expect(bad.at(-1)).toMatchObject({
      id: String(broken),
      message: expect.stringContaining('VALIDATION_ERROR'),
    })
  },
)

test('says whose account it reads, with which scopes, and where a person finds each contact', async () => {
  const { fake, reader } = await openBench()
  const id = fake.portal.create(contact(1))
  await reader.pull('full')
  expect(reader.pages[0]?.records[0]?.place).toBe(
    `https://app-eu1.hubspot.com/contacts/12345/record/0-1/${id}`,
  )
  const scope = reader.pages.at(-1)?.end?.scope
  expect(scope).toMatch(
    /^account 12345, app 89, user 67, scopes crm\.lists\.read crm\.objects\.contacts\.read/,
  )
  fake.scopes.delete('crm.lists.read')
  await reader.pull('full')
  expect(reader.pages.at(-1)?.end?.scope).not.toBe(scope)
})

test('a key that may not ask about itself still reads', async () => {
  const { fake, reader, names } = await openBench()
  fake.portal.create(contact(1))
  fake.onRequest = ({ url }) =>
    /account-info|access-token-info/.test(url.pathname) ? { status: 403, body: '{}' } : undefined
  await reader.pull('full')
  expect(names()).toEqual(['Ana 1'])
  expect(reader.pages.at(-1)?.end).toEqual({ covers: 'everything', count: null })
})
