// The cost of a plan: what it says beforehand is about what the push then takes, whatever the account takes in one request.
import { expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

const LISTS = [
  { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' },
  { title: 'Everybody', where: '!contact.optedOut' },
]
const FREE = dials({
  updates: { ratio: 1, count: 100_000 },
  blanks: { ratio: 1 },
  listRemovals: { ratio: 1 },
})

async function anAccount(dialects: Partial<Dialects>, writes: 'auto' | 'single' = 'auto') {
  const source = aSource({ map: { custom: { Plan: 'plan' } } })
  const box = await withSandbox({ dialects: { listSize: 100_000, ...dialects } })
  return anEngine({ box, source, lists: LISTS, guard: FREE, writes })
}

function people(world: TestEngine, from: number, to: number, name: string): void {
  for (let n = from; n < to; n += 1)
    world.rows[`r${n}`] = { phone: nthPhone(n), first: `${name}${n}`, plan: n % 2 === 0 ? 'Gold' : 'Basic' }
}

/** What was said just before the push, and what the push took. */
async function saidAndTaken(world: TestEngine) {
  const { plan } = await world.cycle('full', { planOnly: true })
  const { report } = await world.cycle('full')
  expect(report.status).toBe('ok')
  return { ...plan.cost, taken: report.push.requests }
}

function within20(said: number, taken: number): void {
  expect(said).toBeGreaterThanOrEqual(taken * 0.8)
  expect(said).toBeLessThanOrEqual(taken * 1.2)
}

test('of 1,000 people on an account whose bulk is not known yet: if it takes it, and if not', async () => {
  const world = await anAccount({})
  people(world, 0, 1000, 'A')
  const first = await saidAndTaken(world)
  within20(first.requests, first.taken)
  expect(first.requestsAtMost).toBeGreaterThan(1000)
  // Now it is known, and 1,000 more are no more than they need; edits are yet to be tried.
  people(world, 1000, 2000, 'B')
  const second = await saidAndTaken(world)
  within20(second.requests, second.taken)
  expect(second.requestsAtMost).toBe(second.requests)
  people(world, 0, 400, 'C')
  await saidAndTaken(world)
  people(world, 0, 400, 'D')
  const fourth = await saidAndTaken(world)
  within20(fourth.requests, fourth.taken)
  expect(fourth.requestsAtMost).toBe(fourth.requests)
})

test.each([
  {
    what: '1,000 people on an account that takes no bulk',
    people: 1000,
    dialects: { batchCalls: 'gone', bulkCalls: 'gone' } as const,
    writes: 'auto' as const,
  },
  { what: '300 people under `writes: single`', people: 300, dialects: {}, writes: 'single' as const },
])('of $what: one request each', async ({ people: count, dialects, writes }) => {
  const world = await anAccount(dialects, writes)
  people(world, 0, 40, 'A')
  await world.cycle('full')
  people(world, 40, count, 'A')
  const first = await saidAndTaken(world)
  within20(first.requests, first.taken)
  expect(first.requestsAtMost).toBe(first.requests)
})

test('an account that shows no opt-outs is asked before each update', async () => {
  const world = await anAccount({ optedOutRead: 'absent' }, 'single')
  people(world, 0, 200, 'A')
  await world.cycle('full')
  people(world, 0, 200, 'B')
  const { requests, taken } = await saidAndTaken(world)
  within20(requests, taken)
})
