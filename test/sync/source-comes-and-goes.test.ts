// A source that leaves the config for a while, comes back, or gets another id, over whole cycles: what was known of it, and
// what waits for a person, is still there afterwards.
import { expect, test } from 'vitest'
import type { SourceConfig } from '../../src/config/schema.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'

const ALL = [{ title: 'All', where: 'true' }]

/** The same account, database and rows under another config. */
async function under(source: SourceConfig, world: TestEngine, lists = ALL): Promise<TestEngine> {
  const next = await anEngine({ box: world, db: world.db, source, lists })
  next.rows = { ...world.rows }
  return next
}

async function someOther(world: TestEngine): Promise<void> {
  const other = await under(aSource({ id: 'other' }), world)
  other.rows = { x1: { phone: nthPhone(99), first: 'Z', last: 'Z' } }
  await other.cycle()
}

function people(world: TestEngine, count: number): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X' }
}

test('a source that was out of the config for a while lists its rejections again', async () => {
  const world = await anEngine()
  people(world, 1)
  world.rows.r2 = { phone: 'call me', first: 'C', last: 'D' }
  await world.cycle()
  await someOther(world)
  const back = await under(aSource(), world)
  await back.cycle()
  expect(back.engine.mirror.records.rejections()).toHaveLength(1)
})

test('members whose removal was held are still held after their source was out of the config', async () => {
  const world = await anEngine({ lists: ALL })
  people(world, 60)
  await world.cycle()
  for (let n = 1; n <= 30; n += 1) delete world.rows[`r${n}`]
  expect((await world.cycle()).report.status).toBe('held')
  await someOther(world)
  const back = await under(aSource(), world)
  expect((await back.cycle()).report.status).toBe('held')
  const [list] = world.sandbox.store.lists()
  expect(list?.members).toEqual(
    expect.arrayContaining(Array.from({ length: 60 }, (_, at) => nthPhone(at + 1))),
  )
})

test('a source that gets another id while its first pull fails removes nobody and writes nothing', async () => {
  const world = await anEngine({ source: aSource({ onRemoved: 'delete' }), lists: ALL })
  people(world, 40)
  await world.cycle()
  const renamed = aSource({ id: 'practice', onRemoved: 'delete' })
  const failing = await under(renamed, world)
  failing.source.pages = () => {
    throw new Error('busy')
  }
  await failing.cycle().catch(() => {})
  const again = await under(renamed, world)
  delete again.rows.r1
  const before = world.writes().length
  expect((await again.cycle()).report).toMatchObject({
    status: 'ok',
    plan: { create: 0, update: 0, remove: 0, listAdd: 0, listRemove: 0 },
  })
  expect(world.writes().length).toBe(before)
  expect(world.sandbox.store.contacts()).toHaveLength(40)
})
