// A push that gives way: how long each part of it writes at least.
import { expect, test } from 'vitest'
import { runCycle } from '../../../src/sync/cycle.ts'
import { people } from '../../invariants/situations.ts'
import { anEngine } from '../../support/engine.ts'

const REQUEST = {
  mode: 'full',
  trigger: 'test',
  sources: ['clinic'],
  allowEmpty: [],
  planOnly: false,
} as const

test.each([
  ['for half a minute', 0, 30],
  ['for four times as long as planning took', 20_000, 80],
])('writes %s before it gives way', async (_what, planningMs, leastSeconds) => {
  const world = await anEngine()
  world.rows = people(700)
  let began = 0
  let writes = 0
  const { report } = await runCycle(
    world.engine,
    { ...REQUEST, id: 'c0001', yieldNow: () => true },
    {
      onPlan: () => {
        world.clock.advance(planningMs)
        began = world.clock.now()
      },
      // A batch of writes takes half a minute.
      onProgress: ({ phase }) => {
        if (phase !== 'push') return
        writes += 1
        world.clock.advance(160)
      },
    },
  )
  const seconds = (world.clock.now() - began) / 1000
  expect(report.push.deferred).toBeGreaterThan(0)
  expect(seconds).toBeGreaterThanOrEqual(leastSeconds)
  expect(seconds).toBeLessThan(leastSeconds + 35)
  expect(writes).toBeGreaterThan(0)
})
