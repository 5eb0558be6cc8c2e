// Who is on a list: read in parts, only when it changed, and never while HubSpot is still working it out.
import { expect, test } from 'vitest'
import type { Reader } from '../../../src/connector/testing/reader.ts'
import { contact, HOUR, openBench } from './bench.ts'
import type { Segment } from './segments.ts'

function segment(name: string, members: readonly number[], more: Partial<Segment> = {}): Segment {
  return {
    listId: String(100 + name.length),
    name,
    processingType: 'MANUAL',
    processingStatus: 'COMPLETE',
    members: new Set(members),
    addedAt: 1,
    removedAt: null,
    ...more,
  }
}

/** Parts of lists that came since the last call. */
function watch(reader: Reader) {
  let from = 0
  return () => {
    const parts = reader.pages.slice(from).flatMap(({ lists = [] }) => lists)
    from = reader.pages.length
    return parts
  }
}

async function withList(members: number, more: Partial<Segment> = {}) {
  const bench = await openBench({ lists: ['newsletter'] })
  const ids = Array.from({ length: members }, (_, n) => bench.fake.portal.create(contact(n)))
  const list = segment('Newsletter', ids, more)
  bench.fake.segments.push(segment('Newsletter, old', [1]), list)
  return { ...bench, ids, list, parts: watch(bench.reader) }
}

test('reads a list in parts, of which the last is marked', async () => {
  const { reader, ids, parts } = await withList(501)
  await reader.pull('full')
  const seen = parts()
  expect(seen.map(({ title, members, whole }) => [title, members.length, whole])).toEqual([
    ['newsletter', 250, undefined],
    ['newsletter', 250, undefined],
    ['newsletter', 1, true],
  ])
  expect(seen.flatMap(({ members }) => members)).toEqual(ids.map(String))
})

test('reads it again when somebody joined or left, and in each full pull', async () => {
  const { clock, reader, ids, list, parts } = await withList(3)
  await reader.pull('full')
  parts()
  clock.advance(HOUR)
  await reader.pull('incremental')
  expect(parts()).toEqual([])
  // One leaves and another joins: as many as before.
  list.members.delete(ids[0] ?? 0)
  list.members.add(999)
  list.removedAt = clock.now()
  await reader.pull('incremental')
  expect(parts()).toEqual([
    { title: 'newsletter', members: [...ids.slice(1).map(String), '999'].sort(byNumber), whole: true },
  ])
  await reader.pull('incremental')
  expect(parts()).toEqual([])
  await reader.pull('full')
  expect(parts()).toHaveLength(1)
})

const byNumber = (a: string, b: string) => Number(a) - Number(b)

test('an empty list is read whole: whoever was on it is off it', async () => {
  const { reader, parts } = await withList(0)
  await reader.pull('full')
  expect(parts()).toEqual([{ title: 'newsletter', members: [], whole: true }])
})

test('leaves a list as it was while HubSpot works it out', async () => {
  const { reader, list, parts } = await withList(3, {
    processingType: 'DYNAMIC',
    processingStatus: 'PROCESSING',
  })
  await reader.pull('full')
  expect(parts()).toEqual([{ title: 'newsletter', members: [] }])
  expect(reader.said.join()).toContain('still working out the list "newsletter"')
  list.processingStatus = 'COMPLETE'
  await reader.pull('incremental')
  expect(parts()).toHaveLength(1)
})

test('reads a list again when the part that ended it was not saved', async () => {
  const { clock, reader, list, parts } = await withList(3)
  await reader.pull('full')
  list.addedAt = clock.now()
  const crash = ({ lists }: { lists?: unknown }) => {
    if (lists !== undefined) throw new Error('crash')
  }
  await expect(reader.pull('incremental', { onPage: crash })).rejects.toThrow('crash')
  parts()
  await reader.pull('incremental')
  expect(parts()).toHaveLength(1)
})

test('a list that is not there is an error before anybody is read', async () => {
  const { fake, newcomer } = await openBench()
  fake.portal.create(contact(1))
  fake.segments.push(segment('Newsletter', []))
  const reader = newcomer({ lists: ['Promotions'] })
  await expect(reader.pull('full')).rejects.toMatchObject({
    code: 'ERR_SOURCE_NOT_FOUND',
    hint: expect.stringContaining('There are: Newsletter.'),
  })
  expect(reader.pages).toEqual([])
})

test('finds a list among more than a page of them', async () => {
  const { fake, newcomer } = await openBench()
  for (let n = 0; n < 700; n += 1) fake.segments.push(segment(`List ${n}`, [], { listId: `x${n}` }))
  fake.segments.push(segment('List', [5]))
  const reader = newcomer({ lists: ['List'] })
  await reader.pull('full')
  expect(reader.pages.flatMap(({ lists = [] }) => lists)).toEqual([
    { title: 'List', members: ['5'], whole: true },
  ])
})
