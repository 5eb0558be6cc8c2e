import { expect, test } from 'vitest'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { aDatabase } from '../support/folder.ts'
import { withSandbox } from '../support/heymarket.ts'

const GOLD = { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' }
const FREE = dials({
  updates: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  blanks: { ratio: 1 },
})
const SRC = (more: object = {}) => aSource({ map: { custom: { Plan: 'plan' }, optedOut: 'stop' }, ...more })
function people(world: TestEngine, count: number, gold: (n: number) => boolean = () => true): void {
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = {
      phone: nthPhone(n),
      first: `P${n}`,
      last: 'X',
      plan: gold(n) ? 'Gold' : '',
      stop: 'no',
    }
}

test.each([
  ['same', 5000],
  ['duplicate', 5000],
  ['reject', 5000],
  ['duplicate', 60_000],
  ['reject', 60_000],
  ['same', 60_000],
] as const)(
  'U1 a list that does not show yet is not made a second time (%s, %i ms)',
  async (listLocalId, visibilityDelayMs) => {
    const box = await withSandbox({ dialects: { listLocalId, visibilityDelayMs } })
    const world = await anEngine({ box, source: SRC(), lists: [GOLD], guard: FREE })
    people(world, 4)
    const said: unknown[] = []
    for (let n = 0; n < 4; n += 1) {
      const { report } = await world.cycle(n === 2 ? 'incremental' : 'full')
      said.push([
        report.status,
        report.plan.create,
        report.plan.listAdd,
        report.push.deadLettered,
        report.warnings,
      ])
      world.clock.advance(n === 2 ? 120_000 : 1000)
    }
    console.log(listLocalId, visibilityDelayMs, JSON.stringify(said))
    expect(world.sandbox.store.lists().map(({ title, members }) => [title, [...members].length])).toEqual([
      ['Gold', 4],
    ])
  },
)

test('U2 a member who was just put on and does not show yet is not called refused for ever', async () => {
  const box = await withSandbox({ dialects: { visibilityDelayMs: 60_000 } })
  const world = await anEngine({ box, source: SRC(), lists: [GOLD], guard: FREE })
  people(world, 4, (n) => n < 4)
  await world.cycle()
  world.clock.advance(120_000)
  people(world, 4)
  const said: unknown[] = []
  for (let n = 0; n < 3; n += 1) {
    const { report } = await world.cycle('incremental')
    said.push([report.status, report.plan.listAdd, report.push])
    world.clock.advance(120_000)
  }
  console.log(JSON.stringify(said))
  expect(said.map((one) => (one as unknown[])[0]).at(-1)).toBe('ok')
})

test('U3 a database that was lost while a list exists under another title', async () => {
  const world = await anEngine({ source: SRC(), lists: [GOLD], guard: FREE })
  people(world, 6)
  await world.cycle()
  await world.client.lists.update(world.sandbox.store.lists()[0]?.id ?? 0, { title: 'Renamed by hand' })
  const again = await anEngine({ box: world, db: aDatabase(), source: SRC(), lists: [GOLD], guard: FREE })
  again.rows = world.rows
  await again.cycle()
  people(again, 6, (n) => n > 2)
  await again.cycle()
  expect(world.sandbox.store.lists().map(({ members }) => [...members].length)).toEqual([4])
})
