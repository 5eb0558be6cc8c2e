// 25,000 contacts that changed at one instant, read while the search is a minute behind, while contacts are merged and
// archived, and while HubSpot says that it is too much: nobody is missing, nobody is there twice, nobody merged is removed.
import { expect, test } from 'vitest'
import { contact, HOUR, MINUTE, openBench } from './bench.ts'

const MANY = 25_000

test('reads 25,000 contacts of one lastmodifieddate, merged and archived meanwhile', {
  timeout: 600_000,
}, async () => {
  const { clock, fake, reader } = await openBench({}, { lagMs: MINUTE })
  const { portal } = fake
  const ids = Array.from({ length: MANY }, (_, n) => portal.create(contact(n)))
  const at = (n: number) => ids[n] ?? 0
  clock.advance(HOUR)
  // The newest of all, an hour later: what comes before is no news any more.
  ids.push(portal.create(contact(MANY)))
  clock.advance(HOUR)
  expect(await reader.pull('full')).toMatchObject({ read: MANY + 1, accepted: MANY + 1, gone: 0 })

  clock.advance(HOUR)
  for (const [n, id] of ids.entries()) if (n < MANY) portal.update(id, { firstname: `New ${n}` })
  const imported = clock.now()
  expect((await reader.pull('incremental')).accepted).toBe(0)

  clock.advance(2 * MINUTE)
  const gone = new Set<number>()
  let pages = 0
  const onPage = () => {
    pages += 1
    if (pages === 5) {
      // Into one that was read already, into one that was not, and both into a third that has a new id.
      portal.merge(at(20_000), at(3))
      portal.merge(at(4), at(20_001))
      portal.merge(at(20_002), at(20_003), true)
      portal.merge(at(5), at(6), true)
      for (const n of [20_000, 4, 20_002, 5]) gone.add(n)
      for (const n of [7, 21_000, 21_001]) {
        portal.archive(at(n))
        gone.add(n)
      }
    }
    if (pages % 40 === 0) fake.trouble('busy: without a word', 2, 1)
  }
  const window = await reader.pull('incremental', { onPage })
  expect(window.accepted).toBeGreaterThan(MANY - 10)
  expect(new Set(portal.live().map(({ modifiedAt }) => modifiedAt)).has(imported)).toBe(true)

  clock.advance(HOUR)
  const everything = await reader.pull('full')
  expect(everything.gone).toBe(0)
  const names = reader.known().map(({ first }) => first)
  const wanted = ids.map((_, n) => (n < MANY ? `New ${n}` : `Ana ${n}`)).filter((_, n) => !gone.has(n))
  expect(new Set(names).size).toBe(names.length)
  expect(names.sort()).toEqual(wanted.sort())
  // Without a budget of its own the search alone would have been refused many times.
  expect(fake.limits.refused()).toBe(0)
})

test('whoever is merged while everything is read is not gone', async () => {
  const { clock, fake, reader, names } = await openBench({ pageSize: 2 }, { lagMs: MINUTE })
  const ids = Array.from({ length: 12 }, (_, n) => fake.portal.create(contact(n)))
  const at = (n: number) => ids[n] ?? 0
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  let pages = 0
  const result = await reader.pull('full', {
    onPage: () => {
      pages += 1
      if (pages === 2) fake.portal.merge(at(10), at(0))
      if (pages === 3) fake.portal.merge(at(11), at(1), true)
    },
  })
  expect(result.gone).toBe(0)
  const told = reader.pages.flatMap(({ records }) => records).filter(({ mergedInto }) => mergedInto)
  expect(told.map(({ id }) => Number(id)).sort()).toEqual([at(1), at(10), at(11)].sort())
  expect(names()).toEqual(Array.from({ length: 10 }, (_, n) => `Ana ${n}`).sort())
})

test('a full pull that goes on after a crash still sees the merges from before it', async () => {
  const { clock, fake, reader, names } = await openBench({ pageSize: 2 }, { lagMs: MINUTE })
  const ids = Array.from({ length: 8 }, (_, n) => fake.portal.create(contact(n)))
  clock.advance(HOUR)
  await reader.pull('full')
  clock.advance(HOUR)
  let pages = 0
  const crash = () => {
    pages += 1
    if (pages === 2) fake.portal.merge(ids[7] ?? 0, ids[0] ?? 0)
    if (pages === 3) throw new Error('crash')
  }
  await expect(reader.pull('full', { onPage: crash })).rejects.toThrow('crash')
  clock.advance(10 * MINUTE)
  expect((await reader.pull('full')).gone).toBe(0)
  expect(names()).toEqual(Array.from({ length: 7 }, (_, n) => `Ana ${n}`))
})

test('a merge in several steps leads to the one that is left', async () => {
  const { clock, fake, reader, names } = await openBench()
  const [a = 0, b = 0, c = 0] = [1, 2, 3].map((n) => fake.portal.create(contact(n)))
  await reader.pull('full')
  clock.advance(HOUR)
  const ab = fake.portal.merge(a, b, true)
  const abc = fake.portal.merge(ab, c)
  clock.advance(MINUTE)
  await reader.pull('incremental')
  const told = reader.pages.flatMap(({ records }) => records).filter(({ mergedInto }) => mergedInto)
  expect(new Map(told.map(({ id, mergedInto }) => [Number(id), Number(mergedInto)]))).toEqual(
    new Map([a, b, ab].map((id) => [id, abc])),
  )
  expect(names()).toEqual(['Ana 3'])
})

test('what the search shows may be old: contacts are read as they are', async () => {
  const { clock, fake, reader, names } = await openBench({}, { lagMs: 0 })
  const id = fake.portal.create(contact(1))
  await reader.pull('full')
  clock.advance(HOUR)
  fake.portal.update(id, { firstname: 'First edit' })
  fake.portal.update(id, { firstname: 'Second edit' }, { shownAt: clock.now() + MINUTE })
  await reader.pull('incremental')
  expect(names()).toEqual(['Second edit'])
})

test('whoever was merged away is no news when the one that is left is edited, and never the one that is left', async () => {
  const { clock, fake, reader, names } = await openBench()
  const id = fake.portal.create(contact(1))
  // As some accounts have it: its own id among them.
  fake.portal.update(id, { hs_merged_object_ids: `${id};77` })
  await reader.pull('full')
  clock.advance(HOUR)
  fake.portal.update(id, { firstname: 'Edited' })
  expect(await reader.pull('incremental')).toMatchObject({ accepted: 1, unchanged: 1, deleted: 0 })
  expect(names()).toEqual(['Edited'])
})
