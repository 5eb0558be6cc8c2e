// Lists of the sources, over whole cycles: who is on one in the source is on the list of the rule, and nobody leaves because a
// list was read by half, is not known, or has another name.
import type { ListMembers, Page, SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { peopleWhere } from '../../../src/messaging/audience.ts'
import { why } from '../../../src/sync/why.ts'
import { config } from '../../support/config.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { FREE, onList, upTo } from './support.ts'

const NEWS = { title: 'News', where: 'source.lists.contains("Newsletter")' }

type Rule = NonNullable<NonNullable<Parameters<typeof anEngine>[0]>['lists']>[number]

async function start(rules: readonly Rule[] = [NEWS], guard: Parameters<typeof dials>[0] = FREE) {
  return anEngine({ lists: rules, guard: dials(guard), can: { resumable: true, lists: true } })
}

const record = (n: number): SourceRecord => ({
  id: `r${n}`,
  fields: { phone: nthPhone(n), first: `P${n}`, last: '' },
  updatedAt: null,
})
const records = (count: number) => Array.from({ length: count }, (_, at) => record(at + 1))
const ids = (count: number) => records(count).map(({ id }) => id)
const newsletter = (...members: string[]): ListMembers => ({ title: 'Newsletter', members, whole: true })
const half = (...members: string[]): ListMembers => ({ title: 'Newsletter', members })

/** A full pull of these records that ends, with these lists on its last page. */
async function full(world: TestEngine, people: readonly SourceRecord[], ...lists: ListMembers[]) {
  world.source.pages = () => [
    { records: people, lists, position: 'end', end: { covers: 'everything', count: null } },
  ]
  return (await world.cycle()).report
}

/** A pull of changes in which only lists changed. */
async function onlyLists(world: TestEngine, ...lists: ListMembers[]) {
  world.source.pages = () => [
    { records: [], lists, position: 'end', end: { covers: 'changes', count: null } },
  ]
  return (await world.cycle('incremental')).report
}

describe('a rule over source.lists', () => {
  test.each([
    ['a condition', NEWS],
    ['"x" in source.lists', { title: 'News', where: '"Newsletter" in source.lists' }],
    ['its short form', { title: 'News', fromSourceList: 'Newsletter' }],
    ['its short form of one source', { title: 'News', fromSourceList: 'Newsletter', source: 'clinic' }],
  ])('puts on whoever is on the list of the source: %s', async (_what, rule) => {
    const world = await start([rule])
    await full(world, records(3), newsletter('r1', 'r2', 'r77'))
    expect(onList(world, 'News')).toEqual(upTo(2))
  })

  test('has the title of the list of the source where it has none of its own', async () => {
    const world = await start([{ fromSourceList: 'Newsletter' }])
    await full(world, records(2), newsletter('r2'))
    expect(onList(world, 'Newsletter')).toEqual([nthPhone(2)])
  })

  test('knows the source that a person comes from', async () => {
    const world = await start([
      { title: 'Here', where: 'source.id == "clinic"' },
      { title: 'There', where: 'source.id != "clinic"' },
    ])
    await full(world, records(2))
    expect([onList(world, 'Here'), onList(world, 'There')]).toEqual([upTo(2), undefined])
  })

  test('follows a change of the list alone', async () => {
    const world = await start()
    await full(world, records(4), newsletter('r1', 'r2'))
    const report = await onlyLists(world, newsletter('r2', 'r3'))
    expect(report).toMatchObject({ status: 'ok', plan: { update: 0, listAdd: 1, listRemove: 1 } })
    expect(onList(world, 'News')).toEqual([nthPhone(2), nthPhone(3)])
  })

  test('counts the lists of every record that claims the number', async () => {
    const world = await start()
    const twin = { ...record(1), id: 'twin' }
    await full(world, [record(1), twin], newsletter('twin'))
    expect(onList(world, 'News')).toEqual([nthPhone(1)])
    await full(world, [record(1)], newsletter('twin'))
    expect(onList(world, 'News')).toEqual([])
  })

  test('counts a member whose record comes later', async () => {
    const world = await start()
    await full(world, records(1), newsletter('r1', 'r2'))
    const page: Page = { records: [record(2)], position: 'end', end: { covers: 'changes', count: null } }
    world.source.pages = () => [page]
    await world.cycle('incremental')
    expect(onList(world, 'News')).toEqual(upTo(2))
  })

  test('is under the dial of list removals', async () => {
    const world = await start([NEWS], {})
    await full(world, records(60), newsletter(...ids(60)))
    const report = await onlyLists(world, newsletter(...ids(35)))
    expect(report).toMatchObject({ status: 'held', plan: { held: 25 } })
    expect(onList(world, 'News')).toEqual(upTo(60))
  })
})

describe('a list that is not read whole', () => {
  test('stays as the last whole reading showed it', async () => {
    const world = await start()
    await full(world, records(4), newsletter('r1', 'r2'))
    await onlyLists(world, half('r3'))
    await full(world, records(4))
    expect(onList(world, 'News')).toEqual(upTo(2))
    await onlyLists(world, newsletter('r4'))
    expect(onList(world, 'News')).toEqual([nthPhone(4)])
  })

  test('is one list with what the second part of the same pull shows', async () => {
    const world = await start()
    await full(world, records(4), newsletter('r4'))
    world.source.pages = function* (): Iterable<Page> {
      yield { records: records(2), lists: [half('r1', 'r2')], position: 'two' }
      throw new Error('dead')
    }
    await expect(world.cycle()).rejects.toThrow('dead')
    expect(onList(world, 'News')).toEqual([nthPhone(4)])
    await full(world, records(4).slice(2), newsletter('r3'))
    expect(world.source.requests.at(-1)?.resumeAfter).toBe('two')
    expect(onList(world, 'News')).toEqual(upTo(3))
  })

  test('is begun anew by a pull that begins anew', async () => {
    const world = await start()
    await full(world, records(4), newsletter('r1'))
    world.source.pages = () => [{ records: [], lists: [half('r2', 'r3')], position: 'x' }]
    await expect(world.cycle()).rejects.toMatchObject({ code: 'ERR_SOURCE_INCOMPLETE' })
    await full(world, records(4), newsletter('r3'))
    expect(onList(world, 'News')).toEqual([nthPhone(3)])
  })
})

describe('a list that no source has shown', () => {
  const said = (warnings: readonly string[]) => warnings.filter((one) => one.includes('stays as it is'))

  test('adds nobody and takes nobody off, and the sync names the nearest', async () => {
    const before = await start()
    await full(before, records(3), newsletter(...ids(3)))
    const world = await anEngine({
      box: before,
      db: before.db,
      guard: dials(FREE),
      lists: [
        { ...NEWS, where: 'source.lists.contains("Newsleter")' },
        { title: 'Others', where: '!source.lists.contains("Newsleter")' },
      ],
    })
    const report = await full(world, records(3), newsletter(...ids(3)))
    expect(report.plan).toMatchObject({ listAdd: 0, listRemove: 0 })
    expect(said(report.warnings)).toEqual([
      'List "News" stays as it is: no source shows a list "Newsleter"; did you mean "Newsletter"?',
      'List "Others" stays as it is: no source shows a list "Newsleter"; did you mean "Newsletter"?',
    ])
    expect([onList(world, 'News'), onList(world, 'Others')]).toEqual([upTo(3), undefined])
  })

  test('is not known before it was read whole, nor any list to a rule that names none', async () => {
    const world = await start([
      { title: 'Not', where: '!source.lists.contains("Newsletter")' },
      { title: 'Any', where: 'source.lists.exists(one, one.startsWith("News"))' },
    ])
    const report = await full(world, records(2), half('r1'))
    expect(said(report.warnings)).toHaveLength(2)
    expect([onList(world, 'Not'), onList(world, 'Any')]).toEqual([undefined, undefined])
    await full(world, records(2), newsletter('r1'))
    expect([onList(world, 'Not'), onList(world, 'Any')]).toEqual([[nthPhone(2)], [nthPhone(1)]])
  })

  test('leaves what is held held', async () => {
    const world = await start([NEWS], {})
    await full(world, records(60), newsletter(...ids(60)))
    await onlyLists(world, newsletter(...ids(35)))
    const other = await anEngine({
      box: world,
      db: world.db,
      guard: dials({}),
      lists: [{ ...NEWS, where: 'source.lists.contains("Gone")' }],
    })
    const report = await onlyLists(other)
    expect(report).toMatchObject({ status: 'held', plan: { held: 25 } })
  })

  test('stops a broadcast by rule, which could not say whom it leaves out', async () => {
    const world = await start()
    await full(world, records(3), newsletter('r1'))
    const { mirror } = world.engine
    const phones = (rule: string) => peopleWhere(mirror, ['clinic'], rule).map(({ phone }) => phone)
    expect(phones('!source.lists.contains("Newsletter")')).toEqual([nthPhone(2), nthPhone(3)])
    expect(() => phones('!source.lists.contains("Do not text")')).toThrow(
      'no source shows a list "Do not text"',
    )
  })
})

test('why shows the lists of each record', async () => {
  const world = await start()
  await full(world, records(1), newsletter('r1'), { title: 'VIP', members: ['r1'], whole: true })
  const answer = why(world.db, config(world), nthPhone(1), () => [])
  expect(answer.records[0]?.lists).toEqual(['Newsletter', 'VIP'])
})

test('a source that is not configured any more has no lists', async () => {
  const before = await start()
  await full(before, records(2), newsletter('r1'))
  const source = aSource({ id: 'practice' })
  const world = await anEngine({ box: before, db: before.db, source, lists: [NEWS], guard: dials(FREE) })
  const report = await full(world, records(2))
  expect(report.warnings.join()).toContain('no source shows a list "Newsletter"')
  expect(onList(world, 'News')).toEqual([nthPhone(1)])
})
