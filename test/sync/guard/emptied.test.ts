// A filter with a typo, over whole cycles: a source that wants nobody any more is held, however few its people are.
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'

const DELETES = { onRemoved: 'delete', map: { optedOut: 'stop' } } as const

/** So many people in Heymarket, and the same engine under a filter that leaves out everybody. */
async function mistyped(count: number): Promise<TestEngine> {
  const world = await anEngine({ source: aSource(DELETES) })
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X', status: 'active', stop: 'no' }
  await world.cycle()
  const filter = 'record.status == "actve"'
  const typo = await anEngine({ box: world, db: world.db, source: aSource({ ...DELETES, filter }) })
  typo.rows = world.rows
  return typo
}

test.each([3, 10, 19, 30])('all of %i are held, and stay', async (count) => {
  const world = await mistyped(count)
  for (let cycle = 0; cycle < 2; cycle += 1)
    expect((await world.cycle()).report).toMatchObject({ status: 'held', plan: { held: count } })
  expect(world.sandbox.store.contacts()).toHaveLength(count)
})

test('opt-outs of the same pull go ahead and do not let the others through', async () => {
  const world = await mistyped(25)
  for (let n = 1; n <= 2; n += 1) world.rows[`r${n}`] = { ...world.rows[`r${n}`], stop: 'yes' }
  for (let cycle = 0; cycle < 3; cycle += 1) expect((await world.cycle()).report.status).toBe('held')
  expect(world.sandbox.store.contacts().map((one) => one.is_opted_out)).toEqual(
    Array.from({ length: 25 }, (_, at) => at < 2),
  )
})
