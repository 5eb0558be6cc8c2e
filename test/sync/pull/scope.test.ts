// Another credential, or one that may see something else: whoever is absent from then on may only be hidden, and is held until
// a person has looked.
import type { SourceRecord } from 'heysync/connector'
import { expect, test } from 'vitest'
import { people, person, record, shown } from '../../invariants/situations.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'

const ADMIN = 'user admin@example.com: contacts.read'
const INTERN = 'user intern@example.com: contacts.read'

/** Ten people in Heymarket, read by an administrator. */
async function ten(): Promise<TestEngine> {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  await full(world, ADMIN, 10)
  return world
}

/** A full pull that shows the first `count` of them. */
async function full(world: TestEngine, scope: string | undefined, count: number) {
  const records = Object.entries(people(count)).map(([id, fields]) => record(id, fields))
  const end = { covers: 'everything', count: null, ...(scope === undefined ? {} : { scope }) } as const
  world.source.pages = () => [{ records, position: 'end', end }]
  return (await world.cycle()).report
}

/** What `heysync approve` does. */
async function approve(world: TestEngine, cycle: string) {
  world.engine.held.approve(cycle, world.clock.now())
  world.engine.mirror.alarms.accept(cycle)
  return (await world.cycle('incremental', { sources: [] })).report
}

const codes = (world: TestEngine) => world.engine.mirror.alarms.all().map(({ code }) => code)

test('holds who is absent, says what changed, and lets them go when a person approves', async () => {
  const world = await ten()
  const report = await full(world, INTERN, 8)
  expect(report).toMatchObject({ status: 'held', plan: { remove: 2, held: 2 } })
  expect(report.alarms).toMatchObject([{ code: 'SCOPE_CHANGED', source: 'clinic' }])
  expect(report.alarms[0]?.message).toContain(`read by "${INTERN}" now, and was read by "${ADMIN}" before`)
  expect(world.engine.held.all()[0]).toMatchObject({ dials: 'scope' })
  expect(world.engine.held.all()[0]?.reason).toContain(INTERN)
  // Under the same credential they stay held, and nobody is asked a second time who leaves now.
  expect((await full(world, INTERN, 7)).plan).toMatchObject({ remove: 3, held: 2 })
  expect([shown(world, 8), shown(world, 9)?.first]).toEqual([null, 'P9'])
  const [first] = world.engine.held.all()
  expect(await approve(world, first?.cycle_id ?? '')).toMatchObject({ status: 'ok', plan: { remove: 2 } })
  expect([shown(world, 9), codes(world)]).toEqual([null, []])
})

test('holds nobody where nobody is absent, nor while it stays, nor where the source never told', async () => {
  const world = await ten()
  expect((await full(world, INTERN, 10)).alarms).toEqual([])
  expect((await full(world, INTERN, 9)).status).toBe('ok')
  const silent = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  await full(silent, undefined, 10)
  expect(await full(silent, undefined, 9)).toMatchObject({ status: 'ok', plan: { remove: 1 } })
  expect((await full(silent, INTERN, 8)).status).toBe('ok')
})

test('is asked about a credential that does not say who it is, once', async () => {
  const world = await ten()
  const report = await full(world, undefined, 8)
  expect(report).toMatchObject({ status: 'held', plan: { remove: 2, held: 2 } })
  expect(report.alarms[0]?.message).toContain('read by "a credential that does not say who it is" now')
  expect((await full(world, undefined, 7)).plan).toMatchObject({ remove: 3, held: 2 })
  const [first] = world.engine.held.all()
  expect((await approve(world, first?.cycle_id ?? '')).status).toBe('ok')
  expect((await full(world, undefined, 6)).status).toBe('ok')
  expect((await full(world, INTERN, 5)).plan).toMatchObject({ remove: 1, held: 1 })
})

test('does not take one without a name for another without a name', async () => {
  const world = await ten()
  expect((await full(world, undefined, 10)).status).toBe('ok')
  expect((await full(world, INTERN, 8)).plan).toMatchObject({ remove: 2, held: 2 })
  expect((await full(world, undefined, 7)).plan).toMatchObject({ remove: 3, held: 3 })
  expect(shown(world, 8)?.first).toBe('P8')
})

test('takes an answer without a name, while nobody is absent, for nothing', async () => {
  const world = await ten()
  expect(await full(world, undefined, 10)).toMatchObject({ status: 'ok', alarms: [] })
  expect(await full(world, ADMIN, 9)).toMatchObject({ status: 'ok', alarms: [], plan: { remove: 1 } })
  // It does not make the way free for another either.
  await full(world, undefined, 9)
  expect((await full(world, INTERN, 8)).plan).toMatchObject({ remove: 1, held: 1 })
})

test('knows the former one again behind one without a name', async () => {
  const world = await ten()
  await full(world, undefined, 8)
  expect(codes(world)).toEqual(['SCOPE_CHANGED'])
  await full(world, ADMIN, 8)
  expect(codes(world)).toEqual([])
  const [first] = world.engine.held.all()
  await approve(world, first?.cycle_id ?? '')
  expect(await full(world, ADMIN, 7)).toMatchObject({ status: 'ok', plan: { remove: 1 } })
})

test('holds whoever it hides until a person has looked, whichever record of theirs left last', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
  const everybody = Object.entries(people(10)).map(([id, fields]) => record(id, fields))
  const twin = record('twin', person(10))
  const shows = async (scope: string, ...records: SourceRecord[]) => {
    world.source.pages = () => [
      { records, position: 'end', end: { covers: 'everything', count: null, scope } },
    ]
    return (await world.cycle()).report
  }
  await shows(ADMIN, ...everybody, twin)
  await shows(INTERN, ...everybody.slice(0, 9), twin)
  expect(codes(world)).toEqual(['SCOPE_CHANGED'])
  expect((await shows(INTERN, ...everybody.slice(0, 9))).plan).toMatchObject({ remove: 1, held: 1 })
  expect(shown(world, 10)?.first).toBe('P10')
})

test('holds whoever it hides also when another source says that they left', async () => {
  const shop = aSource({ id: 'shop', onRemoved: 'delete' })
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }), others: [shop] })
  const sources = ['clinic', 'shop']
  const [ofShop] = world.others
  const tells = (records: readonly SourceRecord[], covers: 'everything' | 'changes') => () => [
    { records, position: 'end', end: { covers, count: null } },
  ]
  const inClinic = (scope: string, count: number) => {
    const records = Object.entries(people(count)).map(([id, fields]) => record(id, fields))
    world.source.pages = () => [
      { records, position: 'end', end: { covers: 'everything', count: null, scope } },
    ]
  }
  if (ofShop === undefined) throw new Error('no other source')
  inClinic(ADMIN, 5)
  ofShop.pages = tells([record('s5', person(5)), record('s9', person(9))], 'everything')
  await world.cycle('full', { sources })
  inClinic(INTERN, 4)
  await world.cycle('full', { sources })
  expect(codes(world)).toEqual(['SCOPE_CHANGED'])
  ofShop.pages = tells([{ ...record('s5', person(5)), deleted: true }], 'changes')
  const { report } = await world.cycle('incremental', { sources: ['shop'] })
  expect(report.plan).toMatchObject({ remove: 1, held: 1 })
  expect(world.engine.held.all()[0]?.reason).toContain('clinic is read by')
  expect(shown(world, 5)?.first).toBe('P5')
})

test('is over when everybody is there again, or the former credential shows that they left', async () => {
  const world = await ten()
  await full(world, INTERN, 8)
  expect(await full(world, INTERN, 10)).toMatchObject({ status: 'ok', alarms: [] })
  await full(world, ADMIN, 10)
  await full(world, INTERN, 8)
  expect(codes(world)).toEqual(['SCOPE_CHANGED'])
  // What was held stays held until it is approved, as always; but the alarm is over.
  expect(await full(world, ADMIN, 8)).toMatchObject({ status: 'held', alarms: [] })
})

test('is asked about a second change as well', async () => {
  const world = await ten()
  await full(world, INTERN, 9)
  const report = await full(world, 'user temp@example.com', 7)
  expect(report.plan).toMatchObject({ remove: 3, held: 3 })
  expect(report.alarms[0]?.message).toContain('"user temp@example.com" now, and was read by "user admin')
})

test('does not hold what the source itself says was deleted', async () => {
  const world = await ten()
  const records = [{ ...record('r1', person(1)), deleted: true }]
  world.source.pages = () => [
    { records, position: 'end', end: { covers: 'changes', count: null, scope: INTERN } },
  ]
  expect((await world.cycle('incremental')).report).toMatchObject({ status: 'ok', plan: { remove: 1 } })
})
