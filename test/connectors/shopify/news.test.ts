// Incremental pulls: what is asked of the search index, and what the index gets wrong.
import { expect, test } from 'vitest'
import { bench, HOUR, idsOf, news, START } from './harness.ts'

const MINUTE = 60_000

test('asks for whole seconds, inclusive, and pages by id inside of that', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3]) shop.add(id, { updatedAt: START - MINUTE })
  shop.add(9, { updatedAt: START - 2 * HOUR })
  const pages = await shop.read({ pageSize: 2 }, news(START - MINUTE + 999, START))
  expect(idsOf(pages)).toEqual(['1', '2', '3'])
  expect(shop.asked.flatMap(({ variables }) => variables.query ?? [])).toEqual([
    "updated_at:>='2030-01-15T11:59:00Z'",
    "updated_at:>='2030-01-15T11:59:00Z' AND id:>2",
  ])
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'changes', count: null })
})

test('misses nobody where Shopify takes a time for its whole day', async () => {
  const shop = await bench()
  shop.shop.wholeDays = true
  shop.add(1, { updatedAt: START - MINUTE })
  shop.add(2, { updatedAt: START - 48 * HOUR })
  expect(idsOf(await shop.read({}, news(START - HOUR, START)))).toEqual(['1'])
})

test('everybody is read past the index, so that whoever it does not know yet is not taken for gone', async () => {
  const shop = await bench()
  shop.add(1)
  shop.add(2, { indexedAt: START + HOUR })
  expect(idsOf(await shop.read())).toEqual(['1', '2'])
})

test('goes on behind the last id that was saved', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3, 4]) shop.add(id)
  const [first] = await shop.read({ pageSize: 2 }, news(START - 2 * HOUR, START))
  const rest = await shop.read(
    { pageSize: 2 },
    { ...news(START - 2 * HOUR, START), resumeAfter: first?.position ?? null },
  )
  expect(idsOf(rest)).toEqual(['3', '4'])
})

test('a full pull in two parts is held against the count of the shop; one without a break needs none', async () => {
  const shop = await bench()
  for (const id of [1, 2, 3]) shop.add(id)
  const pages = await shop.read({ pageSize: 2 })
  expect(pages.at(-1)?.end).toMatchObject({ covers: 'everything', count: null })
  const rest = await shop.read({ pageSize: 2 }, { resumeAfter: pages[0]?.position ?? null })
  expect(idsOf(rest)).toEqual(['3'])
  expect(rest.at(-1)?.end).toMatchObject({ covers: 'everything', count: 3 })
})

test('a cursor that Shopify no longer takes leads back to the start', async () => {
  const shop = await bench()
  shop.add(1)
  const resumeAfter = JSON.stringify({ at: 'customers', id: '1', cursor: 'of another time' })
  await expect(shop.read({}, { resumeAfter })).rejects.toMatchObject({ kind: 'cursor-expired' })
})
