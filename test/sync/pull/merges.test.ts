// Merges, over whole cycles: of two records that became one, nobody is lost, in whatever order the source tells it.
import type { SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { why } from '../../../src/sync/why.ts'
import { lastPage, person, record, shown } from '../../invariants/situations.ts'
import { config } from '../../support/config.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'

const LOSER: SourceRecord = { ...record('r1', person(1)), mergedInto: 'r2' }
const CLEARS = aSource({ onRemoved: 'clear' })

/** Two people in Heymarket, r1 and r2; their source says what becomes of them in pulls of changes. */
async function two(source = CLEARS): Promise<TestEngine> {
  const world = await anEngine({ source })
  world.rows = { r1: person(1), r2: person(2) }
  await world.cycle()
  return world
}

async function changes(world: TestEngine, ...records: SourceRecord[]) {
  world.source.pages = () => [lastPage(records, 'changes')]
  return (await world.cycle('incremental')).report
}

const tell = (world: TestEngine, asked: string) => why(world.db, config(world), asked, () => [])

describe('a record that was merged into one with another number', () => {
  test('takes its number down the ladder once the other was shown', async () => {
    const world = await two()
    const report = await changes(world, LOSER, record('r2', person(2, { first: 'Both' })))
    expect(report).toMatchObject({
      status: 'ok',
      sources: [{ read: 2, deleted: 1, accepted: 1 }],
      plan: { remove: 1 },
    })
    expect([shown(world, 1)?.first, shown(world, 2)?.first]).toEqual(['', 'Both'])
    expect(tell(world, nthPhone(1)).verdict).toContain('Record r1 of clinic was merged into record r2')
  })

  test('keeps its number until then, across pulls, and also where it comes again', async () => {
    const world = await two()
    expect((await changes(world, LOSER)).plan).toMatchObject({ remove: 0, update: 0 })
    expect((await changes(world, LOSER)).plan).toMatchObject({ remove: 0, update: 0 })
    expect(shown(world, 1)?.first).toBe('P1')
    expect((await changes(world, record('r2', person(2, { first: 'Both' })))).plan.remove).toBe(1)
  })

  test('does not wait any longer after a full pull', async () => {
    const world = await two()
    world.source.pages = () => [lastPage([LOSER, record('r4', person(4))])]
    await world.cycle()
    expect(tell(world, nthPhone(1)).contact?.state).not.toBe('wanted')
    expect(tell(world, nthPhone(2)).contact?.state).not.toBe('wanted')
  })

  test('waits for the last of a chain', async () => {
    const world = await two()
    const middle = { ...record('r2', person(2)), mergedInto: 'r3' }
    expect((await changes(world, LOSER, middle)).plan.remove).toBe(0)
    expect((await changes(world, record('r3', person(1)))).plan).toMatchObject({ create: 0, remove: 1 })
    expect([shown(world, 1)?.first, shown(world, 2)?.first]).toEqual(['P1', ''])
  })
})

describe('a record that was merged into one that takes its number over', () => {
  test.each([
    ['before it', (survivor: SourceRecord) => [survivor, LOSER]],
    ['after it', (survivor: SourceRecord) => [LOSER, survivor]],
  ])('leaves Heymarket as it is when the other comes %s', async (_when, order) => {
    const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
    world.rows = { r1: person(1) }
    await world.cycle()
    const writes = world.writes().length
    const report = await changes(world, ...order(record('r2', person(1))))
    expect([report.status, world.writes().length]).toEqual(['ok', writes])
    expect(tell(world, nthPhone(1))).toMatchObject({
      verdict: 'In Heymarket, as the sources say.',
      records: [
        { record: 'r1', mergedInto: 'r2', wins: false },
        { record: 'r2', wins: true },
      ],
    })
  })

  test('leaves Heymarket as it is when the other comes in a later pull', async () => {
    const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
    world.rows = { r1: person(1) }
    await world.cycle()
    const writes = world.writes().length
    await changes(world, LOSER)
    await changes(world, record('r2', person(1)))
    expect(world.writes()).toHaveLength(writes)
    expect(tell(world, nthPhone(1)).contact?.state).toBe('wanted')
  })
})

test('a merge that was taken back is a record as before', async () => {
  const world = await two()
  await changes(world, LOSER, record('r2', person(2, { first: 'Both' })))
  await changes(world, record('r1', person(1)), record('r2', person(2)))
  expect([shown(world, 1)?.first, shown(world, 2)?.first]).toEqual(['P1', 'P2'])
})

test('a record that names itself is not merged', async () => {
  const world = await two()
  const report = await changes(world, { ...record('r1', person(1, { first: 'Same' })), mergedInto: 'r1' })
  expect(report).toMatchObject({ sources: [{ accepted: 1, deleted: 0 }] })
  expect(shown(world, 1)?.first).toBe('Same')
})

test('an opt-out on a merged record counts for its number', async () => {
  const world = await two(aSource({ map: { optedOut: 'stop' } }))
  await changes(world, { ...record('r1', person(1, { stop: 'yes' })), mergedInto: 'r2' })
  expect(shown(world, 1)?.is_opted_out).toBe(true)
})

test('records that were merged into each other, and a chain, end with the contact of the last of the chain', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  for (let n = 1; n <= 5; n += 1) world.rows[`r${n}`] = person(n)
  await world.cycle()
  const into = (n: number, other: number) => ({ ...record(`r${n}`, person(n)), mergedInto: `r${other}` })
  await changes(world, into(1, 2), into(2, 1), into(3, 4), into(4, 5), record('r5', person(5)))
  world.source.pages = () => [lastPage([record('r5', person(5))])]
  await world.cycle()
  expect(world.sandbox.store.contacts().map(({ first }) => first)).toEqual(['P5'])
})
