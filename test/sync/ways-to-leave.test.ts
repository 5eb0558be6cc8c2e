// The ways in which a record leaves, over whole cycles: each has the rung that the config gives it, and `why` names it.
import type { SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import type { SourceConfig } from '../../src/config/schema.ts'
import { readStatus } from '../../src/sync/status.ts'
import { why } from '../../src/sync/why.ts'
import { people, person, record, shown } from '../invariants/situations.ts'
import { config } from '../support/config.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'

const STAY = {
  deleted: 'keep',
  archived: 'keep',
  merged: 'keep',
  outOfScope: 'keep',
  absent: 'keep',
  numberChanged: 'keep',
} as const

type ByWay = Exclude<SourceConfig['onRemoved'], string>

/** Two people in Heymarket, made by heysync: r1, who is about to leave, and r2. */
async function two(onRemoved: Partial<ByWay>, more: Partial<SourceConfig> = {}): Promise<TestEngine> {
  const given = { filter: 'record.status != "off"', onRemoved: { ...STAY, ...onRemoved } }
  const world = await anEngine({ source: aSource({ ...given, ...more }) })
  world.rows = { r1: person(1), r2: person(2) }
  await world.cycle()
  return world
}

async function tell(world: TestEngine, records: readonly SourceRecord[], covers: 'everything' | 'changes') {
  world.source.pages = () => [{ records, position: 'end', end: { covers, count: null } }]
  return (await world.cycle(covers === 'changes' ? 'incremental' : 'full')).report
}

const r1 = record('r1', person(1))
const r2 = record('r2', person(2))

const WAYS: readonly [keyof ByWay, string, readonly SourceRecord[], 'everything' | 'changes'][] = [
  ['deleted', 'deleted in source clinic', [{ ...r1, deleted: true }], 'changes'],
  ['archived', 'archived in source clinic', [{ ...r1, archived: true }], 'changes'],
  ['merged', 'was merged into record r2', [{ ...r1, mergedInto: 'r2' }, r2], 'everything'],
  ['outOfScope', 'left out by the filter or the options', [{ ...r1, outOfScope: true }], 'changes'],
  [
    'outOfScope',
    'left out by the filter or the options',
    [record('r1', person(1, { status: 'off' }))],
    'changes',
  ],
  ['absent', 'not in source clinic any more', [r2], 'everything'],
  ['numberChanged', '', [record('r1', person(3))], 'changes'],
]

describe.each(WAYS)('a record that is %s', (way, words, records, covers) => {
  test(`has the rung of its way: ${words}`, async () => {
    const world = await two({ [way]: 'delete' })
    expect(await tell(world, records, covers)).toMatchObject({ status: 'ok', plan: { remove: 1 } })
    expect(shown(world, 1)).toBeNull()
  })

  test(`has no rung of the other ways: ${words}`, async () => {
    const others = Object.keys(STAY).filter((other) => other !== way)
    const world = await two(Object.fromEntries(others.map((other) => [other, 'delete'])))
    expect(await tell(world, records, covers)).toMatchObject({ status: 'ok', plan: { remove: 0 } })
    expect(shown(world, 1)).not.toBeNull()
    const answer = why(world.db, config(world), nthPhone(1), () => [])
    expect(answer.verdict).toContain(words)
    expect(answer.records[0]?.way ?? 'numberChanged').toBe(way)
  })

  test(`is back as soon as its source has it back: ${words}`, async () => {
    const world = await two({ [way]: 'clear' }, { map: { phone: 'phone', first: 'first' } })
    await tell(world, records, covers)
    expect(shown(world, 1)?.first).toBe('')
    await tell(world, [r1, r2], 'everything')
    expect(shown(world, 1)?.first).toBe('P1')
    expect(why(world.db, config(world), nthPhone(1), () => []).records[0]?.way).toBeNull()
  })
})

test('ways that the config does not name take off the lists', () => {
  expect(aSource({ onRemoved: { deleted: 'delete' } as ByWay }).onRemoved).toMatchObject({
    deleted: 'delete',
    archived: 'removeFromLists',
    absent: 'removeFromLists',
  })
})

test('who was archived and is deleted later goes further down, and nobody climbs', async () => {
  const world = await two({ archived: 'clear', deleted: 'delete' })
  await tell(world, [{ ...r1, archived: true }], 'changes')
  expect(shown(world, 1)?.first).toBe('')
  await tell(world, [{ ...r1, deleted: true }], 'changes')
  expect(shown(world, 1)).toBeNull()
  const other = await two({ archived: 'keep', deleted: 'clear' })
  await tell(other, [{ ...r1, deleted: true }], 'changes')
  const writes = other.writes().length
  await tell(other, [{ ...r1, archived: true }], 'changes')
  await tell(other, [r2], 'everything')
  expect(other.writes()).toHaveLength(writes)
})

test('of records that left at once in several ways the most harmless rung counts', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: { ...STAY, deleted: 'delete' } }) })
  world.rows = { r1: person(1), r2: person(1) }
  await world.cycle()
  const gone = [
    { ...record('r1', person(1)), deleted: true },
    { ...record('r2', person(1)), archived: true },
  ]
  expect((await tell(world, gone, 'changes')).plan.remove).toBe(0)
  expect(shown(world, 1)).not.toBeNull()
})

test('a contact that was found is deleted only in ways that said so when it was found (I4)', async () => {
  const before = await two({ absent: 'delete' })
  // The database is lost: both are met anew, under another config.
  const rungs = { ...STAY, archived: 'delete', absent: 'delete' } as const
  const source = aSource({ onRemoved: { ...STAY, archived: 'delete' } })
  const found = await anEngine({ box: before, source })
  found.rows = { r1: person(1), r2: person(2) }
  await found.cycle()
  const world = await anEngine({ box: before, db: found.db, source: aSource({ onRemoved: rungs }) })
  await tell(world, [r2], 'everything')
  expect(shown(world, 1)).not.toBeNull()
  await tell(world, [{ ...r2, archived: true }], 'changes')
  expect(shown(world, 2)).toBeNull()
})

test('what is held says how they left', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  world.rows = people(30)
  await world.cycle()
  const archived = Array.from({ length: 25 }, (_, n) => ({
    ...record(`r${n + 1}`, person(n + 1)),
    archived: true,
  }))
  expect((await tell(world, archived, 'changes')).status).toBe('held')
  const { held } = readStatus(world.db, config(world), false, world.clock.now())
  expect(held[0]?.examples[0]).toContain('(archived in the source)')
})
