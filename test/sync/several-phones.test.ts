// `phones: all`, over whole cycles: each valid number of a record is a contact of its own.
import { describe, expect, test } from 'vitest'
import { collisions } from '../../src/sync/resolve/collisions.ts'
import { why } from '../../src/sync/why.ts'
import { idOf, optsOut, shown } from '../invariants/situations.ts'
import { config } from '../support/config.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'

const ALL = aSource({
  phones: 'all',
  onRemoved: 'clear',
  map: { phone: ['mobile', 'home'], optedOut: 'out' },
})

function ann(mobile: string, home: string, more: Record<string, string> = {}) {
  return { mobile, home, first: 'Ann', last: 'Lee', out: '', ...more }
}

/** One record with the numbers 1 and 2, synced. */
async function two(given: Parameters<typeof anEngine>[0] = {}): Promise<TestEngine> {
  const world = await anEngine({ source: ALL, ...given })
  world.rows = { r1: ann(nthPhone(1), nthPhone(2)) }
  await world.cycle()
  return world
}

const names = (world: TestEngine, ...numbers: number[]) =>
  numbers.map((n) => world.sandbox.store.contact(nthPhone(n))?.first ?? null)

const refused = (world: TestEngine) =>
  world.engine.mirror.records.rejections().map(({ code, field, value }) => [code, field, value])

describe('a record with several numbers', () => {
  test('is one contact by default, and one for each number where that is asked for', async () => {
    const first = await anEngine({ source: aSource({ map: { phone: ['mobile', 'home'] } }) })
    first.rows = { r1: ann(nthPhone(1), nthPhone(2)) }
    await first.cycle()
    expect(names(first, 1, 2)).toEqual(['Ann', null])
    const all = await anEngine({ source: ALL })
    all.rows = { r1: ann(nthPhone(1), `${nthPhone(2)}; ${nthPhone(1)}, ${nthPhone(3)}`) }
    const { report } = await all.cycle()
    expect(report).toMatchObject({ status: 'ok', sources: [{ read: 1, accepted: 1 }], plan: { create: 3 } })
    expect(names(all, 1, 2, 3)).toEqual(['Ann', 'Ann', 'Ann'])
    const writes = all.writes().length
    expect((await all.cycle()).report.sources).toMatchObject([{ read: 1, unchanged: 1 }])
    expect(all.writes()).toHaveLength(writes)
  })

  test('changes them all', async () => {
    const world = await two()
    world.rows = { r1: ann(nthPhone(1), nthPhone(2), { first: 'Anna' }) }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 2, remove: 0 })
    expect(names(world, 1, 2)).toEqual(['Anna', 'Anna'])
  })

  test.each([
    ['the first', ann('', nthPhone(2)), [1, 2]],
    ['a further one', ann(nthPhone(1), ''), [2, 1]],
  ])('loses %s: that one goes down the ladder, and the other stays', async (_what, row, [gone, stays]) => {
    const world = await two()
    world.rows = { r1: row }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 0, remove: 1 })
    expect(names(world, gone ?? 0, stays ?? 0)).toEqual(['', 'Ann'])
  })

  test('loses none when their order changes', async () => {
    const world = await two()
    world.rows = { r1: ann(nthPhone(2), nthPhone(1)) }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 0, remove: 0 })
  })

  test.each([
    ['is gone', {}],
    ['comes back as filtered', { r1: ann(nthPhone(1), nthPhone(2), { status: 'archived' }) }],
  ])('takes all of them along when it %s', async (_what, rows) => {
    const source = { ...ALL, filter: 'record.status != "archived"' }
    const world = await two({ source })
    world.rows = { ...rows, r9: ann(nthPhone(9), '') }
    expect((await world.cycle()).report.plan).toMatchObject({ remove: 2 })
    expect(names(world, 1, 2, 9)).toEqual(['', '', 'Ann'])
  })

  test('counts by contacts in the guard', async () => {
    const world = await two({ guard: dials({ removals: { ratio: 0, min: 2 } }) })
    world.rows = { r1: ann(nthPhone(9), '') }
    expect((await world.cycle()).report).toMatchObject({ status: 'held', plan: { remove: 2, held: 2 } })
    expect(names(world, 1, 2)).toEqual(['Ann', 'Ann'])
  })
})

describe('a number that nobody can read', () => {
  test('is listed, and the record counts as accepted, for as long as it says so', async () => {
    const world = await anEngine({ source: ALL })
    world.rows = { r1: ann(nthPhone(1), 'call me'), r2: ann(nthPhone(5), '') }
    const { report } = await world.cycle()
    expect(report.sources).toMatchObject([{ read: 2, accepted: 2, rejected: 0 }])
    expect([names(world, 1), refused(world)]).toEqual([['Ann'], [['PHONE_NOT_A_NUMBER', 'phone', 'call me']]])
    await world.cycle()
    expect(refused(world)).toHaveLength(1)
    world.rows = { r1: ann(nthPhone(1), nthPhone(2)), r2: ann(nthPhone(5), '') }
    await world.cycle()
    expect([names(world, 1, 2), refused(world)]).toEqual([['Ann', 'Ann'], []])
    world.rows = { r1: ann(nthPhone(1), 'call me'), r2: ann(nthPhone(5), '') }
    await world.cycle()
    world.rows = { r2: ann(nthPhone(5), '') }
    await world.cycle()
    expect(refused(world)).toEqual([])
  })

  test('is left out where it shares a cell', async () => {
    const world = await anEngine({ source: ALL })
    world.rows = { r1: ann(`${nthPhone(1)} or 12`, '') }
    await world.cycle()
    expect(names(world, 1)).toEqual(['Ann'])
    expect(refused(world)).toMatchObject([['PHONE_TOO_SHORT', 'phone', `${nthPhone(1)} or 12`]])
  })

  test('rejects the record when it is the last, and the contacts stay as they are', async () => {
    const world = await two()
    world.rows = { r1: ann('call me', 'or me') }
    const { report } = await world.cycle()
    expect(report).toMatchObject({ sources: [{ rejected: 1 }], plan: { update: 0, remove: 0 } })
    expect(names(world, 1, 2)).toEqual(['Ann', 'Ann'])
  })
})

describe('an opt-out', () => {
  test.each([
    ['stands in the record', ann(nthPhone(1), nthPhone(2), { out: 'yes' })],
    ['stands in a record without a readable number', ann('call me', '', { out: 'yes' })],
    [
      'stands in a record that is filtered',
      ann(nthPhone(1), nthPhone(2), { out: 'yes', status: 'archived' }),
    ],
  ])('counts for every number when it %s', async (_what, row) => {
    const world = await two({ source: { ...ALL, filter: 'record.status != "archived"' } })
    world.rows = { r1: row, r9: ann(nthPhone(9), '') }
    await world.cycle()
    expect([shown(world, 1), shown(world, 2)]).toMatchObject([{ is_opted_out: true }, { is_opted_out: true }])
  })

  test('counts for every number of a record that is not known yet', async () => {
    const world = await anEngine({ source: ALL })
    world.rows = { r1: ann(nthPhone(1), nthPhone(2), { out: 'yes' }) }
    await world.cycle()
    expect([1, 2].map((n) => world.engine.mirror.consent.isOptedOut(nthPhone(n)))).toEqual([true, true])
  })

  test('of one number made in Heymarket says nothing of the other', async () => {
    const world = await two()
    await optsOut(world, idOf(world, 2))
    await world.cycle()
    expect([1, 2].map((n) => world.engine.mirror.consent.isOptedOut(nthPhone(n)))).toEqual([false, true])
  })
})

describe('numbers that are shared', () => {
  test('are collisions, first or further', async () => {
    const world = await two()
    world.rows.r2 = ann(nthPhone(3), nthPhone(2), { first: 'Ben' })
    await world.cycle()
    const found = [...collisions(world.engine.mirror, ['clinic'])]
    expect(found).toMatchObject([
      { phone: nthPhone(2), winner: { record: 'r1' }, losers: [{ record: 'r2' }] },
    ])
    delete world.rows.r1
    expect((await world.cycle()).report.plan).toMatchObject({ update: 1, remove: 1 })
    expect(names(world, 1, 2, 3)).toEqual(['', 'Ben', 'Ben'])
  })

  test('are all shown by why, asked for any of them', async () => {
    const world = await two()
    const answer = why(world.db, config(world), nthPhone(2), () => [])
    expect(answer).toMatchObject({
      verdict: 'In Heymarket, as the sources say.',
      records: [{ record: 'r1', wins: true, phones: [nthPhone(1), nthPhone(2)] }],
    })
  })

  test('go over to the record that theirs was merged into', async () => {
    const world = await two()
    const page = (records: readonly object[]) => [
      { records: records as never, position: 'end', end: { covers: 'changes' as const, count: null } },
    ]
    world.source.pages = () =>
      page([{ id: 'r1', fields: {}, updatedAt: null, deleted: true, mergedInto: 'r2' }])
    expect((await world.cycle('incremental')).report.plan).toMatchObject({ remove: 0 })
    world.source.pages = () =>
      page([{ id: 'r2', fields: ann(nthPhone(2), nthPhone(3), { first: 'Ben' }), updatedAt: null }])
    expect((await world.cycle('incremental')).report.plan).toMatchObject({ create: 1, update: 1, remove: 1 })
    expect(names(world, 1, 2, 3)).toEqual(['', 'Ben', 'Ben'])
  })
})

describe('onPhoneChange: update', () => {
  const source = { ...ALL, onPhoneChange: 'update' as const }

  test('moves the contact of a record that has one number', async () => {
    const world = await anEngine({ source })
    world.rows = { r1: ann(nthPhone(1), '') }
    await world.cycle()
    world.rows = { r1: ann(nthPhone(2), '') }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 1, remove: 0 })
  })

  test('moves nothing where it is not certain which number took the place of which', async () => {
    const world = await two({ source })
    world.rows = { r1: ann(nthPhone(1), nthPhone(3)) }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 1, update: 0, remove: 1 })
    expect(names(world, 1, 2, 3)).toEqual(['Ann', '', 'Ann'])
  })
})
