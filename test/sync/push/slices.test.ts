// A long push gives way: what is left is deferred and counted, what is newer goes first, and the rest goes on.
import { expect, test } from 'vitest'
import { openBudget } from '../../../src/heymarket/budget.ts'
import { type CycleRequest, runCycle } from '../../../src/sync/cycle.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, type TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { aLine, withSandbox } from '../../support/heymarket.ts'

/** An engine that may send 450 requests a minute, on a clock that leaps. */
async function slowEngine(): Promise<TestEngine> {
  const box = await withSandbox()
  const { clock, sandbox } = box
  const line = aLine(sandbox.url, { clock, budget: openBudget(aDatabase(), 450, clock) })
  const world = await anEngine({ box: { ...box, ...line } })
  world.rows = Object.fromEntries(
    Array.from({ length: 850 }, (_, n) => [`P${n + 1}`, { phone: `+${nthPhone(n + 1)}`, first: 'Before' }]),
  )
  return world
}

function run(world: TestEngine, id: string, more: Partial<CycleRequest> = {}) {
  const request = { mode: 'incremental', trigger: 'test', sources: ['clinic'], allowEmpty: [] } as const
  return runCycle(world.engine, { id, planOnly: false, ...request, ...more })
}

test('it leaves the rest to the next cycle, says how much, and the counts add up', async () => {
  const world = await slowEngine()
  const { report } = await run(world, 'c1', { mode: 'full', yieldNow: () => true })
  const { acked, deferred } = report.push
  expect(report).toMatchObject({ status: 'ok', plan: { create: 850, held: 0 }, push: { retrying: 0 } })
  expect(acked).toBeGreaterThan(0)
  expect(deferred).toBeGreaterThan(0)
  expect(acked + deferred).toBe(850)
  expect(world.sandbox.store.contacts()).toHaveLength(acked)
})

test('it writes for half a minute before it gives way', async () => {
  const world = await slowEngine()
  // 450 requests go out at once; the minute passes only after them.
  const { report } = await run(world, 'c1', { mode: 'full', yieldNow: () => true })
  expect(report.push.acked).toBeGreaterThanOrEqual(400)
  expect(report.push.seconds).toBeGreaterThanOrEqual(30)
})

test('what changed meanwhile goes first, and the rest after it in the same cycle', async () => {
  const world = await slowEngine()
  const first = (await run(world, 'c1', { mode: 'full', yieldNow: () => true })).report.push
  world.rows.P1 = { phone: `+${nthPhone(1)}`, first: 'After' }
  const before = world.writes().length
  const { report } = await run(world, 'c2')
  expect(report).toMatchObject({
    status: 'ok',
    plan: { create: first.deferred, update: 1 },
    push: { acked: first.deferred + 1, deferred: 0 },
  })
  const place = world
    .writes()
    .slice(before)
    .findIndex((write) => write.startsWith('PUT'))
  // Eight are under way at once.
  expect(place).toBeGreaterThanOrEqual(0)
  expect(place).toBeLessThan(8)
  expect(world.sandbox.store.creations()).toHaveLength(850)
})

test('a cycle that was only a little busy ends as before', async () => {
  const world = await slowEngine()
  world.rows = { P1: { phone: `+${nthPhone(1)}`, first: 'A' } }
  expect((await run(world, 'c1', { yieldNow: () => true })).report.push).toMatchObject({
    acked: 1,
    deferred: 0,
  })
})
