// Whatever goes wrong on the way: once it stops going wrong the account is right, nothing was made or written twice,
// and every report adds up, also that of a cycle that had to give up.
import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../src/lib/errors.ts'
import type { Faults } from '../../src/sandbox/faults.ts'
import type { CycleReport } from '../../src/sync/report.ts'
import {
  edit,
  expectNoDuplicates,
  leavers,
  Model,
  makePeople,
  openWorld,
  phoneOf,
  usedAccount,
  type World,
  writes,
} from './support.ts'

const ALONE: readonly Partial<Faults>[] = [
  { lostAnswer: 0.3 },
  { lostRequest: 0.3 },
  { error500Before: 0.3 },
  { error500After: 0.3 },
  { rateLimited: 0.3 },
  { truncated: 0.3 },
  { unauthorized: 0.1 },
  { forbidden: 0.02 },
  { badGateway: 0.3 },
  { slowMs: 5_000 },
  { editedMeanwhile: 1 },
]
const MIXED: Partial<Faults> = {
  lostAnswer: 0.08,
  lostRequest: 0.08,
  error500Before: 0.05,
  error500After: 0.08,
  rateLimited: 0.05,
  truncated: 0.08,
  unauthorized: 0.01,
  forbidden: 0.002,
  badGateway: 0.05,
  slowMs: 500,
}
const CASES = [
  ...ALONE.flatMap((faults) => [
    { faults, seed: 1 },
    { faults: { ...faults, writesOnly: 1 }, seed: 2 },
  ]),
  ...[3, 4, 5, 6].map((seed) => ({ faults: { ...MIXED, writesOnly: seed % 2 }, seed })),
].map((one) => ({
  ...one,
  label: `${Object.entries(one.faults)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}, seed ${one.seed}`,
}))

describe.each(CASES)('$label', ({ faults, seed }) => {
  test('converges without a second contact or a needless write', async () => {
    await tellStory(faults, seed)
  })
})

test('two hours in which every write fails leave no dead letter behind', async () => {
  const world = await openWorld({ dialects: { duplicatePhone: 'duplicate' } })
  const { sandbox, clock } = world
  const model = new Model(sandbox, false)
  const people = makePeople(20)
  const early = people.slice(0, 10)
  world.save(early)
  model.sync(early)
  await world.cycle()
  world.save(people)
  model.sync(people)
  sandbox.configure({ faults: { error500Before: 1, writesOnly: 1 } })
  for (let n = 0; n < 8; n++) {
    clock.advance(15 * 60_000)
    expect((await world.cycle()).report).toMatchObject({ status: 'failed', push: { acked: 0, retrying: 10 } })
  }
  sandbox.configure({ faults: { error500Before: 0 } })
  clock.advance(15 * 60_000)
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 10, deadLettered: 0 } })
  model.expectIn(sandbox)
})

test('whom somebody deletes while the account is read is written again, and nobody else', async () => {
  const dialects = { duplicatePhone: 'duplicate', maxLimit: 7 } as const
  const world = await openWorld({ dialects })
  const { sandbox, clock } = world
  const model = new Model(sandbox, false)
  const people = makePeople(40)
  world.save(people)
  model.sync(people)
  await world.cycle()
  const before = sandbox.store.contacts().map((one) => one.id)
  sandbox.configure({ faults: { deletedMeanwhile: 1 } })
  clock.advance(15 * 60_000)
  await world.cycle('full')
  sandbox.configure({ faults: { deletedMeanwhile: 0 } })
  const left = sandbox.store.contacts().filter((one) => before.includes(one.id)).length
  expect(before.length - left).toBeGreaterThanOrEqual(6)
  clock.advance(15 * 60_000)
  await world.cycle()
  model.expectIn(sandbox)
  expect(sandbox.store.creations()).toHaveLength(people.length + before.length - left)
  const quiet = sandbox.store.requests().length
  clock.advance(15 * 60_000)
  await world.cycle('full')
  expect(writes(sandbox, quiet)).toEqual([])
})

async function tellStory(faults: Partial<Faults>, seed: number): Promise<void> {
  // Two contacts of one phone are possible here, so that nothing but care keeps them apart.
  const world = await openWorld({ seed, dialects: { duplicatePhone: 'duplicate' } })
  const { sandbox } = world
  sandbox.store.fill(usedAccount())
  const model = new Model(sandbox, false)

  const people = makePeople()
  world.save(people)
  model.sync(people)
  await converge(world, faults, model)

  sandbox.store.stop(phoneOf(41))
  model.stop(phoneOf(41))
  const edited = edit(people)
  world.save(edited)
  model.sync(edited)
  await converge(world, faults, model)

  const gone = leavers(edited)
  world.save(edited.filter((one) => !gone.includes(one)))
  for (const one of gone) model.leave(one)
  await converge(world, faults, model)
  expectNoDuplicates(sandbox)
  await expectCountsAddUp(world)
}

/** Three cycles in bad weather, at most three in good: then everything is there, and each phone was written once. */
async function converge(world: World, faults: Partial<Faults>, model: Model): Promise<void> {
  const { sandbox, clock } = world
  const calm = Object.fromEntries(Object.keys(faults).map((name) => [name, 0]))
  const before = sandbox.store.requests().length
  sandbox.configure({ faults })
  for (let n = 0; n < 3; n++) await cycleInBadWeather(world)
  sandbox.configure({ faults: calm })
  let settled = false
  for (let n = 0; n < 3 && !settled; n++) {
    clock.advance(60_000)
    const { report } = await world.cycle()
    settled = report.status === 'ok'
  }
  expect(settled).toBe(true)
  model.expectIn(sandbox)
  const applied = writes(sandbox, before).filter((entry) => entry.applied)
  const phones = applied.map((entry) => entry.phone)
  expect(phones.filter((phone, index) => phones.indexOf(phone) !== index)).toEqual([])

  const quiet = sandbox.store.requests().length
  const { report } = await world.cycle()
  expect(writes(sandbox, quiet)).toEqual([])
  expect(report).toMatchObject({ status: 'ok', plan: { create: 0, update: 0, remove: 0 } })
  await world.withApp(({ engine }) => {
    expect(engine.outbox.counts()).toEqual({ pending: 0, in_flight: 0, unsettled: 0, dead: 0 })
  })
}

async function cycleInBadWeather(world: World): Promise<void> {
  world.clock.advance(60_000)
  try {
    await world.cycle()
  } catch (error) {
    if (!(error instanceof HeysyncError) || !error.code.startsWith('ERR_HEYMARKET_')) throw error
  }
}

/** I1 for every cycle that was recorded. */
async function expectCountsAddUp(world: World): Promise<void> {
  await world.withApp(({ engine }) => {
    const rows = engine.cycles.latest(100)
    expect(rows.length).toBeGreaterThan(6)
    for (const row of rows) {
      const { sources, plan, push } = JSON.parse(row.report ?? '') as CycleReport
      for (const one of sources) {
        expect(one.unchanged + one.accepted + one.rejected + one.filtered + one.deleted).toBe(one.read)
      }
      const ended = push.acked + push.retrying + push.deadLettered + plan.held
      expect({ cycle: row.status, ended }).toEqual({
        cycle: row.status,
        ended: plan.create + plan.update + plan.remove,
      })
    }
  })
}
