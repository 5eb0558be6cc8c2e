// Held and approved, over whole cycles: what a person releases goes through once, and nothing else does.
import { describe, expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials } from '../../support/engine.ts'

/** An engine whose 30 contacts are in Heymarket, and whose dials hold anything at all. */
async function started() {
  const world = await anEngine({
    guard: dials({
      removals: { ratio: 0, min: 1 },
      updates: { ratio: 0, min: 1 },
      blanks: { ratio: 0, min: 1 },
    }),
  })
  for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X' }
  await world.cycle()
  return world
}

const shown = (world: Awaited<ReturnType<typeof started>>, n: number) =>
  world.sandbox.store.contact(nthPhone(n))?.first

describe('a held change', () => {
  test('is held before its first write, and said to be held', async () => {
    const world = await started()
    world.rows.r1 = { phone: nthPhone(1), first: 'New', last: 'X' }
    const before = world.writes().length
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'held', plan: { update: 1, held: 1 }, push: { acked: 0 } })
    expect([world.writes().length, shown(world, 1)]).toEqual([before, 'P1'])
  })

  test('goes through after it is approved, and only that one', async () => {
    const world = await started()
    world.rows.r1 = { phone: nthPhone(1), first: 'New', last: 'X' }
    const { report } = await world.cycle()
    expect(world.engine.held.approve(report.cycle, world.clock.now())).toBe(1)
    world.rows.r2 = { phone: nthPhone(2), first: 'Other', last: 'X' }
    const next = await world.cycle()
    expect(next.report).toMatchObject({ plan: { update: 2, held: 1 }, push: { acked: 1 } })
    expect([shown(world, 1), shown(world, 2)]).toEqual(['New', 'P2'])
  })

  test('that became another one meanwhile is held again', async () => {
    const world = await started()
    world.rows.r1 = { phone: nthPhone(1), first: 'New', last: 'X' }
    const { report } = await world.cycle()
    world.engine.held.approve(report.cycle, world.clock.now())
    world.rows.r1 = { phone: nthPhone(1), first: 'Newer', last: 'X' }
    expect((await world.cycle()).report).toMatchObject({ status: 'held', push: { acked: 0 } })
    expect(shown(world, 1)).toBe('P1')
  })

  test('was approved once, not for ever', async () => {
    const world = await started()
    const change = (first: string) => {
      world.rows.r1 = { phone: nthPhone(1), first, last: 'X' }
    }
    change('New')
    const { report } = await world.cycle()
    world.engine.held.approve(report.cycle, world.clock.now())
    await world.cycle()
    change('P1')
    const back = await world.cycle()
    world.engine.held.approve(back.report.cycle, world.clock.now())
    await world.cycle()
    change('New')
    expect((await world.cycle()).report).toMatchObject({ status: 'held', push: { acked: 0 } })
  })

  test('that is not wanted any more is forgotten with its approval', async () => {
    const world = await started()
    world.rows.r1 = { phone: nthPhone(1), first: 'New', last: 'X' }
    const { report } = await world.cycle()
    world.engine.held.approve(report.cycle, world.clock.now())
    world.rows.r1 = { phone: nthPhone(1), first: 'P1', last: 'X' }
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { update: 0, held: 0 } })
    world.rows.r1 = { phone: nthPhone(1), first: 'New', last: 'X' }
    expect((await world.cycle()).report).toMatchObject({ status: 'held', push: { acked: 0 } })
  })
})

describe('people who left, and whose removal is held', () => {
  /** A hundred in Heymarket, of whom the first 25 left. */
  async function left(guard = dials()) {
    const world = await anEngine({ source: aSource({ onRemoved: 'delete' }), guard })
    for (let n = 1; n <= 100; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X' }
    await world.cycle()
    for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
    const { report } = await world.cycle()
    expect(report.plan.held).toBe(25)
    return { world, cycle: report.cycle }
  }

  test('do not wave through who left later, when they are approved', async () => {
    const { world, cycle } = await left()
    for (let n = 26; n <= 40; n += 1) delete world.rows[`r${n}`]
    expect((await world.cycle()).report.plan.held).toBe(40)
    world.engine.held.approve(cycle, world.clock.now())
    // Fifteen are left, too few for the dial; they stay held all the same.
    expect((await world.cycle('incremental')).report).toMatchObject({ status: 'held', plan: { held: 15 } })
    expect(world.sandbox.store.contacts()).toHaveLength(75)
    expect([shown(world, 25), shown(world, 26)]).toEqual([undefined, 'P26'])
  })

  test.each([
    ['are written', dials()],
    ['are held', dials({ updates: { ratio: 0, min: 1 } })],
  ])('need another approval when they came back, and their new names %s', async (_, guard) => {
    const { world, cycle } = await left(guard)
    world.engine.held.approve(cycle, world.clock.now())
    for (let n = 1; n <= 25; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: 'New', last: 'X' }
    await world.cycle()
    for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
    expect((await world.cycle()).report).toMatchObject({ status: 'held', plan: { remove: 25, held: 25 } })
    expect(world.sandbox.store.contacts()).toHaveLength(100)
  })
})

test('people who left and whose opt-out goes first count as leaving, too', async () => {
  const world = await anEngine({
    source: aSource({ onRemoved: 'clear', map: { optedOut: 'out' } }),
    guard: dials({ removals: { ratio: 0.1, min: 20 } }),
  })
  for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X' }
  await world.cycle()
  // heysync knows of these opt-outs, and the account does not yet.
  for (let n = 1; n <= 10; n += 1) world.engine.mirror.consent.optOut(nthPhone(n), 'hand', 'said so', 0)
  for (let n = 1; n <= 20; n += 1) delete world.rows[`r${n}`]
  const { report } = await world.cycle()
  expect(report).toMatchObject({
    status: 'held',
    plan: { update: 10, remove: 10, held: 10 },
    push: { acked: 10 },
  })
  expect([shown(world, 1), shown(world, 11)]).toEqual(['P1', 'P11'])
  expect(world.sandbox.store.contact(nthPhone(1))?.is_opted_out).toBe(true)
  expect((await world.cycle()).report).toMatchObject({ status: 'held', plan: { remove: 20, held: 20 } })
})

test('of a cycle that held nothing, nothing is approved', async () => {
  const world = await started()
  expect(world.engine.held.approve('c9999', 0)).toBe(0)
})
