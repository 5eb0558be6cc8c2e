// Lists of the sources that are not believed: one that had people and shows nobody, and one that is not shown any more.
import type { ListMembers, Page, SourceRecord } from 'heysync/connector'
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, type TestEngine } from '../../support/engine.ts'
import { onList, upTo } from './support.ts'

const AWAY = { title: 'May text', where: '!source.lists.contains("Unsubscribed")' }
const NEWS = { title: 'News', where: 'source.lists.contains("Newsletter")' }

const record = (n: number, phone = nthPhone(n)): SourceRecord => ({
  id: `r${n}`,
  fields: { phone, first: `P${n}`, last: '' },
  updatedAt: null,
})
const records = (count: number) => Array.from({ length: count }, (_, at) => record(at + 1))
const list = (title: string, count: number): ListMembers => ({
  title,
  members: records(count).map(({ id }) => id),
  whole: true,
})

async function start(rule: typeof AWAY, people: number, ...lists: readonly ListMembers[]) {
  const world = await anEngine({ lists: [rule], can: { resumable: true, lists: true, merges: true } })
  shows(world, 'everything', records(people), ...lists)
  await world.cycle()
  return world
}

function shows(
  world: TestEngine,
  covers: 'everything' | 'changes',
  people: readonly SourceRecord[],
  ...lists: readonly ListMembers[]
): void {
  const page: Page = { records: people, lists, position: 'end', end: { covers, count: null } }
  world.source.pages = () => [page]
}

test('one that shows nobody any more puts nobody on, is named, and is taken when a person says so', async () => {
  const world = await start(AWAY, 20, list('Unsubscribed', 15))
  shows(world, 'changes', [], list('Unsubscribed', 0))
  const { report } = await world.cycle('incremental')
  expect(onList(world, 'May text')).toHaveLength(5)
  expect(report.plan).toMatchObject({ listAdd: 0 })
  expect(report.warnings.join()).toContain('clinic: the list "Unsubscribed" showed nobody, and 15 before')

  // Also where this pull does not read it again.
  shows(world, 'changes', [])
  expect((await world.cycle('incremental')).report.warnings.join()).toContain('--allow-empty clinic')
  const { report: taken } = await world.cycle('incremental', { allowEmpty: ['clinic'] })
  expect(taken.warnings).toEqual([])
  expect(onList(world, 'May text')).toEqual(upTo(20))
})

test('one that shows nobody any more takes nobody off, and counts again with its first member', async () => {
  const world = await start(NEWS, 15, list('Newsletter', 15))
  shows(world, 'everything', records(15), list('Newsletter', 0))
  expect((await world.cycle()).report.plan).toMatchObject({ listRemove: 0 })
  expect(world.engine.mirror.sourceLists.doubted()).toEqual([
    { source: 'clinic', title: 'Newsletter', members: 15, shown: 0, said: 0 },
  ])
  shows(world, 'changes', [], list('Newsletter', 13))
  expect((await world.cycle('incremental')).report.warnings).toEqual([])
  expect(onList(world, 'News')).toEqual(upTo(13))
})

test.each([
  ['one of fifty', 50, 1],
  ['fifty of a hundred', 100, 50],
])('one that shows %s puts nobody on, until a person says so', async (_how, before, after) => {
  const world = await start(AWAY, before + 10, list('Unsubscribed', before))
  shows(world, 'changes', [], list('Unsubscribed', after))
  const { report } = await world.cycle('incremental')
  expect(report.plan).toMatchObject({ listAdd: 0, listRemove: 0 })
  expect(report.warnings.join()).toContain(`the list "Unsubscribed" showed ${after}, and ${before} before`)
  // It is read again, and a person has looked at it.
  const { report: taken } = await world.cycle('incremental', { allowEmpty: ['clinic'] })
  expect(taken).toMatchObject({ warnings: [], plan: { listAdd: before - after } })
  expect(world.engine.mirror.sourceLists.doubted()).toEqual([])
})

test('one that nobody was told of is not taken with one that a person looked at', async () => {
  const world = await start(AWAY, 20, list('Unsubscribed', 15), list('Today', 5))
  shows(world, 'changes', [], list('Today', 0))
  await world.cycle('incremental')
  shows(world, 'changes', [], list('Unsubscribed', 0))
  const { report } = await world.cycle('incremental', { allowEmpty: ['clinic'] })
  expect(report.plan).toMatchObject({ listAdd: 0 })
  expect(world.engine.mirror.sourceLists.doubted().map(({ title }) => title)).toEqual(['Unsubscribed'])
})

test('one that lost more people since a person looked at it is not taken', async () => {
  const world = await start(AWAY, 60, list('Unsubscribed', 50))
  shows(world, 'changes', [], list('Unsubscribed', 2))
  await world.cycle('incremental')
  shows(world, 'changes', [], list('Unsubscribed', 0))
  const { report } = await world.cycle('incremental', { allowEmpty: ['clinic'] })
  expect(report.plan).toMatchObject({ listAdd: 0 })
  expect(report.warnings.join()).toContain('the list "Unsubscribed" showed nobody, and 50 before')
})

test('one that had two people may be empty', async () => {
  const world = await start(NEWS, 3, list('Newsletter', 2))
  shows(world, 'changes', [], list('Newsletter', 0))
  expect((await world.cycle('incremental')).report.warnings).toEqual([])
  expect(onList(world, 'News')).toEqual([])
})

test('one that a complete pull does not show is not known any more, and its rules stand still', async () => {
  const world = await start(AWAY, 2, list('Unsubscribed', 1))
  shows(world, 'everything', records(3))
  const { report } = await world.cycle()
  expect(report.warnings).toEqual([
    'clinic: a complete pull did not show the list "Unsubscribed" any more: rules that may ask for it stand still.',
    'List "May text" stays as it is: no source shows a list "Unsubscribed".',
  ])
  expect(onList(world, 'May text')).toEqual([nthPhone(2)])
  shows(world, 'changes', [], list('Unsubscribed', 1))
  expect((await world.cycle('incremental')).report.warnings).toEqual([])
  expect(onList(world, 'May text')).toEqual([nthPhone(2), nthPhone(3)])
})

test('one of which a complete pull shows only a part stays as it was', async () => {
  const world = await start(AWAY, 2, list('Unsubscribed', 1))
  shows(world, 'everything', records(2), { title: 'Unsubscribed', members: [] })
  expect((await world.cycle()).report.warnings).toEqual([])
  expect(onList(world, 'May text')).toEqual([nthPhone(2)])
})

test('whoever took in a record that was merged is on its lists until they are read again', async () => {
  const world = await start(AWAY, 3, list('Unsubscribed', 1))
  shows(world, 'changes', [{ ...record(1), mergedInto: 'r2' }, record(2, nthPhone(1))])
  await world.cycle('incremental')
  expect(onList(world, 'May text')).toEqual([nthPhone(3)])
  shows(world, 'changes', [], { title: 'Unsubscribed', members: ['r3'], whole: true })
  await world.cycle('incremental')
  expect(onList(world, 'May text')).toEqual([nthPhone(1)])
})

/** Which lists it may mean, only their sources know. */
const ANY_AWAY = { title: 'May text', where: '!source.lists.exists(one, one.startsWith("Unsub"))' }

test('one that is not known any more makes also rules stand still that name none, until a person says so', async () => {
  const other = list('Other', 20)
  const world = await start(ANY_AWAY, 20, list('Unsubscribed', 15), other)
  shows(world, 'everything', records(20), other)
  const { report } = await world.cycle()
  expect(report.plan).toMatchObject({ listAdd: 0, listRemove: 0 })
  expect(report.warnings.join()).toContain(
    'List "May text" stays as it is: source clinic does not show the list "Unsubscribed" any more. If it is gone for good: heysync sync --allow-empty clinic',
  )
  const { report: taken } = await world.cycle('full', { allowEmpty: ['clinic'] })
  expect(taken.warnings).toEqual([])
  expect(onList(world, 'May text')).toEqual(upTo(20))
})

test('one that is not known any more has no members', async () => {
  const world = await start(AWAY, 2, list('Unsubscribed', 1), list('Old', 1))
  shows(world, 'everything', records(2), list('Unsubscribed', 1))
  await world.cycle()
  const { sourceLists } = world.engine.mirror
  expect(sourceLists.ofPhone(nthPhone(1)).map(({ title }) => title)).toEqual(['Unsubscribed'])
  expect(sourceLists.ofRecord('clinic', 'r1')).toEqual(['Unsubscribed'])
})
