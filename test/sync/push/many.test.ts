// Many contacts in one request: what reaches Heymarket is the same in every reading of the documentation, and each contact
// is made once. How few requests it takes depends on the account, and is learnt.
import { describe, expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import type { Faults } from '../../../src/sandbox/faults.ts'
import type { RequestEntry } from '../../../src/sandbox/server.ts'
import { runCycle } from '../../../src/sync/cycle.ts'
import { madeTwice } from '../../invariants/situations.ts'
import { nthPhone } from '../../support/contact.ts'
import { dice } from '../../support/dice.ts'
import { anEngine, dials, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'
import { people, person, RICH } from './support.ts'

const FREE = dials({ updates: { ratio: 1 }, blanks: { ratio: 1 }, removals: { ratio: 1 } })

async function start(
  dialects: Partial<Dialects> = {},
  more: {
    faults?: Partial<Faults>
    seed?: number
    writes?: 'auto' | 'bulk'
    onRequest?: (entry: RequestEntry) => unknown
  } = {},
): Promise<TestEngine> {
  const { writes = 'auto', faults = {}, seed = 1, onRequest } = more
  const box = await withSandbox({ dialects, seed, faults, onRequest: (entry) => void onRequest?.(entry) })
  return anEngine({ box, source: RICH, writes, guard: FREE })
}

/** What Heymarket holds, in the order of the phones, against what the rows say. */
function expectEqual(world: TestEngine): void {
  const shown = world.sandbox.store
    .contacts()
    .filter(({ phone }) => phone !== null)
    .map((one) => [
      one.phone,
      one.first,
      one.email,
      one.custom['901'] ?? '',
      one.tags.map(({ tag }) => tag).join(),
      one.is_opted_out,
    ])
  const wanted = Object.values(world.rows).map((row) => [
    row.phone,
    row.first,
    row.email,
    row.plan,
    row.tags,
    row.stop === 'yes',
  ])
  expect(shown.sort()).toEqual(wanted.sort())
}

/** How often a path was asked for. */
function asked(world: TestEngine, path: string, method = 'POST'): number {
  return world.exchanges.filter((one) => one.path.startsWith(path) && one.method === method).length
}

const REQUEST = {
  id: 'by hand',
  mode: 'full',
  trigger: 'test',
  sources: ['clinic'],
  allowEmpty: [],
  planOnly: false,
} as const

const way = (world: TestEngine, name: 'create.batch' | 'create.bulk' | 'update.batch' | 'search') =>
  world.engine.mirror.ways.get(name)

describe('an account that takes batches', () => {
  test('gets 600 contacts in a handful of requests, a few at first', async () => {
    const world = await start()
    people(world, 600)
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', push: { acked: 600 } })
    expectEqual(world)
    expect(asked(world, '/v1/batch/contacts')).toBe(3)
    expect(asked(world, '/v2/contacts/search')).toBeLessThanOrEqual(2)
    expect(world.writes()).toEqual([])
    expect(way(world, 'create.batch')).toMatchObject({ state: 'works', ceiling: null, notStored: [] })
    expect((await world.cycle('incremental')).report).toMatchObject({ plan: { create: 0, update: 0 } })
  })

  test('gets edits in batches as well, each with the whole contact', async () => {
    const world = await start()
    people(world, 100)
    await world.cycle()
    world.sandbox.store.fill([{ phone: '15105559999', first: 'Foreign' }])
    for (let n = 1; n <= 100; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
    const batches = asked(world, '/v1/batch/contacts')
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', plan: { update: 100 }, push: { acked: 100 } })
    world.rows.foreign = { phone: '15105559999', first: 'Foreign', email: '', plan: '', tags: '', stop: 'no' }
    expectEqual(world)
    expect(asked(world, '/v1/batch/contacts') - batches).toBeLessThanOrEqual(3)
    expect(world.writes()).toEqual([])
  })

  test('writes a few by themselves, because a batch and its reading back cost two requests', async () => {
    const world = await start()
    people(world, 4)
    await world.cycle()
    expectEqual(world)
    expect(asked(world, '/v1/batch/contacts')).toBe(0)
    const bulk = await start({}, { writes: 'bulk' })
    people(bulk, 4)
    await bulk.cycle()
    expect(asked(bulk, '/v1/batch/contacts')).toBe(1)
  })

  test('never opts anybody in: where opt-outs are not shown, edits go one by one and ask first', async () => {
    const world = await start({ optedOutRead: 'absent', omittedOptOut: 'clear' })
    people(world, 20)
    await world.cycle()
    for (const n of [1, 2, 3]) await world.client.status.set({ phone: nthPhone(n) as never }, 'unsubscribed')
    for (let n = 1; n <= 20; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
    await world.cycle()
    expect(world.sandbox.store.contact(nthPhone(1))).toMatchObject({ first: 'New1', is_opted_out: true })
    expect(asked(world, '/v1/batch/contacts?overwrite=true')).toBe(0)
  })
})

test('a batch never lies over what only people in Heymarket know, whatever it may do to it', async () => {
  const world = await start({ batchFields: 'basic', batchCustom: 'replace', overwriteOmitted: 'wipes' })
  people(world, 20)
  await world.cycle()
  for (const n of [2, 4]) {
    const { custom = {} } = world.sandbox.store.contact(nthPhone(n)) ?? {}
    world.sandbox.store.edit(nthPhone(n), { custom: { ...custom, 902: `typed ${n}` } })
  }
  for (let n = 1; n <= 20; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  await world.cycle()
  expect(world.sandbox.store.contact(nthPhone(2))).toMatchObject({
    first: 'New2',
    custom: { 902: 'typed 2' },
  })
  expect(world.sandbox.store.contact(nthPhone(4))).toMatchObject({
    first: 'New4',
    custom: { 902: 'typed 4' },
  })
  expectEqual(world)
})

describe.each<[string, Partial<Dialects>]>([
  ['a batch of at most 7', { batchSize: 7, searchSize: 3 }],
  ['batches that keep the basic fields only', { batchFields: 'basic' }],
  ['no bulk write that keeps everything', { batchFields: 'basic', bulkFields: 'basic' }],
  ['no batches', { batchCalls: 'gone' }],
  ['no bulk writes at all', { batchCalls: 'gone', bulkCalls: 'gone' }],
  ['no search', { searchCalls: 'gone' }],
  ['an answer that holds the contacts', { batchAnswer: 'contacts', batchSkipped: 'failed' }],
  ['a batch that replaces custom values', { batchCustom: 'replace' }],
  ['writes that show after 10 seconds', { visibilityDelayMs: 10_000 }],
  [
    'writes that show after 10 seconds, and duplicates',
    { visibilityDelayMs: 10_000, duplicatePhone: 'duplicate' },
  ],
  ['no revision-safe tags', { tagsWrite: 'merge' }],
  ['times of a second', { resolution: 'second' }],
])('%s', (_, dialects) => {
  test('ends with the same contacts, each made once, and edits arrive', async () => {
    const world = await start(dialects)
    people(world, 60)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 60 } })
    expectEqual(world)
    for (let n = 1; n <= 60; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 60 } })
    expectEqual(world)
    expect(madeTwice(world)).toEqual([])
    const writes = world.exchanges.length
    await world.cycle('incremental')
    expect(world.exchanges.length - writes).toBeLessThanOrEqual(2)
  })
})

describe('one contact that is refused', () => {
  test.each<Partial<Dialects>>([
    { batchRefusal: 'whole', tooManyTags: 'reject' },
    { batchRefusal: 'alone', tooManyTags: 'reject' },
    { batchCalls: 'gone', bulkRefusal: 'whole' },
  ])('is found, and is the only dead letter (%j)', async (dialects) => {
    const world = await start({ ...dialects, unknownCustom: 'reject' })
    people(world, 40)
    // Heymarket forgets the field behind our back, and only one contact has a value for it.
    for (let n = 1; n <= 40; n += 1) world.rows[`r${n}`] = person(n, { plan: n === 17 ? 'Gold' : '' })
    const names = world.engine.lookups
    const real = await names.get()
    Object.assign(names, {
      get: async () => ({ ...real, fieldId: (name: string) => (name === 'Plan' ? 999 : undefined) }),
    })
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'failed', push: { acked: 39, deadLettered: 1 } })
    expect(world.engine.outbox.inState('dead').map(({ phone }) => phone)).toEqual([nthPhone(17)])
    expect(world.sandbox.store.contacts()).toHaveLength(39)
    expect(way(world, dialects.batchCalls === 'gone' ? 'create.bulk' : 'create.batch').ceiling).toBeNull()
  })
})

test.each<Partial<Dialects>>([{}, { batchCalls: 'gone' }])(
  'contacts that an account refuses one and all are known at once, without waiting for them to show (%j)',
  async (dialects) => {
    const world = await start({ ...dialects, unknownCustom: 'reject' })
    people(world, 5, { plan: 'Gold' })
    const names = world.engine.lookups
    const real = await names.get()
    Object.assign(names, { get: async () => ({ ...real, fieldId: () => 999 }) })
    const { report } = await world.cycle()
    expect(report.push).toMatchObject({ acked: 0, deadLettered: 5 })
    expect(world.clock.slept).toEqual([])
  },
)

describe.each([1, 2, 3, 4, 5])('lost answers, lost requests and failures, seed %i', (seed) => {
  test.each<Partial<Dialects>>([
    {},
    { bulkExisting: 'duplicate', duplicatePhone: 'duplicate', batchCalls: 'gone' },
  ])('end with each contact once (%j)', async (dialects) => {
    const faults = { lostAnswer: 0.2, lostRequest: 0.1, error500After: 0.1, error500Before: 0.1 }
    const world = await start(dialects, { faults, seed })
    people(world, 150)
    for (let round = 0; round < 6; round += 1) await world.cycle().catch(() => undefined)
    expectEqual(world)
    expect(madeTwice(world)).toEqual([])
  })
})

test('a number that came to be there meanwhile is not overwritten by a batch', async () => {
  const world = await start()
  people(world, 20)
  const { report } = await world.cycle('full', {
    onPlan: () =>
      void world.sandbox.store.fill([{ phone: nthPhone(3), first: 'Typed', email: 'a@b.example' }]),
  })
  expect(report).toMatchObject({ push: { acked: 19, retrying: 1 } })
  expect(world.sandbox.store.contact(nthPhone(3))).toMatchObject({ first: 'Typed' })
  await world.cycle()
  expectEqual(world)
  expect(madeTwice(world)).toEqual([])
})

test('what was learnt is kept for the next cycle, and tried again after a week', async () => {
  const world = await start({ batchSize: 40 })
  people(world, 600)
  await world.cycle()
  const learnt = way(world, 'create.batch')
  expect(learnt.fits).toBeGreaterThanOrEqual(30)
  expect(learnt.fits).toBeLessThanOrEqual(40)
  const refused = () => world.exchanges.filter(({ status }) => status === 413).length
  const before = refused()
  for (let n = 601; n <= 800; n += 1) world.rows[`r${n}`] = person(n)
  await world.cycle()
  expect(refused()).toBe(before)
  world.clock.advance(8 * 24 * 3_600_000)
  for (let n = 801; n <= 1000; n += 1) world.rows[`r${n}`] = person(n)
  await world.cycle()
  expect(refused()).toBeGreaterThan(before)
  expectEqual(world)
})

test.each<Partial<Dialects>>([{}, { batchCalls: 'gone' }])(
  'what was under way when heysync was stopped goes together again, and is looked for together (%j)',
  async (dialects) => {
    const stop = new AbortController()
    const world = await start(dialects, { onRequest: ({ fault }) => fault !== null && stop.abort() })
    people(world, 155)
    await world.cycle()
    people(world, 600)
    world.sandbox.configure({ faults: { lostRequest: 1, writesOnly: 1 } })
    const cut = runCycle({ ...world.engine, signal: stop.signal }, REQUEST)
    await expect(cut).rejects.toMatchObject({ name: 'AbortError' })
    world.sandbox.configure({ faults: { lostRequest: 0 } })

    const before = world.exchanges.length
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', push: { acked: 445 } })
    expectEqual(world)
    expect(world.exchanges.slice(before).filter(({ path }) => path.startsWith('/v1/contact/'))).toEqual([])
    expect(world.writes()).toEqual([])
  },
)

/** Switches these faults on after the second batch, until one of them has struck so often. */
async function startWithSlip(faults: Partial<Faults>, times = 1): Promise<TestEngine> {
  let [batches, struck] = [0, 0]
  const world = await start(
    { bulkCalls: 'gone' },
    {
      onRequest: ({ path, fault }) => {
        if (path === '/v1/batch/contacts') batches += 1
        if (fault !== null) struck += 1
        if (struck >= times)
          world.sandbox.configure({ faults: { forbidden: 0, lostAnswer: 0, lostRequest: 0 } })
        else if (batches === 2) world.sandbox.configure({ faults })
      },
    },
  )
  people(world, 600, { stop: 'no' })
  // What the first batch does not hold has the second looked at by itself.
  for (let n = 1; n <= 5; n += 1) world.rows[`r${n}`] = person(n, { plan: '', tags: '', stop: 'no' })
  return world
}

describe.each([
  ['a write', 1],
  ['reading back', 0],
])('403 on %s, to an account that took many', (_, writesOnly) => {
  test('once is no reason to go one by one', async () => {
    const world = await startWithSlip({ forbidden: 1, writesOnly })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 600 } })
    expect(world.exchanges.filter(({ status }) => status === 403)).toHaveLength(1)
    expect(world.writes()).toEqual([])
    expect(asked(world, '/v1/contact/')).toBe(0)
  })

  test('twice in a row is one', async () => {
    const world = await startWithSlip({ forbidden: 1, writesOnly }, 2)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 600 } })
    expect(way(world, writesOnly === 1 ? 'create.batch' : 'search')).toMatchObject({ state: 'missing' })
  })
})

test('after a lost answer requests are smaller for ten minutes, not for a week', async () => {
  const world = await startWithSlip({ lostAnswer: 1, writesOnly: 1 })
  await world.cycle()
  expect(way(world, 'create.batch')).toMatchObject({ ceiling: 495 })
  world.clock.advance(10 * 60_000)
  people(world, 1500)
  await world.cycle()
  expect(way(world, 'create.batch').fits).toBeGreaterThan(495)
  expectEqual(world)
})

test('what was lost together goes together again', async () => {
  const world = await startWithSlip({ lostRequest: 1, writesOnly: 1 })
  const roll = dice(1)
  const { report } = await runCycle({ ...world.engine, random: () => roll(1000) / 1000 }, REQUEST)
  expect(report).toMatchObject({ status: 'ok', push: { acked: 600 } })
  expectEqual(world)
  expect(world.writes()).toEqual([])
})
