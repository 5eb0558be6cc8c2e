// Members whom the guard keeps on a list, over whole cycles: nobody leaves unasked because an approval was for others, a rule
// or a rung changed, or they had left the sources long ago.
import { expect, test } from 'vitest'
import { ALL, GOLD, onList, people, start, upTo } from './support.ts'

const GUARDED = { updates: { ratio: 1 }, blanks: { ratio: 1 } }

test('approving what one cycle held lets go nobody whom only a later cycle held', async () => {
  const world = await start({ guard: GUARDED })
  people(world, 60)
  await world.cycle()
  people(world, 60, (n) => n > 25)
  const first = await world.cycle()
  expect(first.report.plan.held).toBe(25)
  people(world, 60, (n) => n > 40)
  expect((await world.cycle()).report.plan.held).toBe(40)
  world.engine.heldMembers.approve(first.report.cycle, world.clock.now())
  // Fifteen are left, too few for the dial; they stay held all the same.
  expect((await world.cycle('incremental')).report).toMatchObject({ status: 'held', plan: { held: 15 } })
  expect(onList(world)).toEqual(upTo(60).slice(25))
})

test.each([20, 60])('a rule that changes so that all %i leave lets nobody go', async (count) => {
  const world = await start({ guard: {} })
  people(world, count)
  await world.cycle()
  const where = 'contact.custom["Plan"] == "Golden"'
  const other = await start({ guard: {}, lists: [{ ...GOLD, where }] }, world)
  expect((await other.cycle()).report).toMatchObject({ status: 'held', plan: { held: count } })
  expect(onList(world)).toEqual(upTo(count))
})

test('who left under onRemoved: keep is not taken off unasked when the rung changes', async () => {
  const world = await start({ guard: {}, onRemoved: 'keep', lists: [ALL] })
  people(world, 60)
  await world.cycle()
  for (let n = 1; n <= 45; n += 1) delete world.rows[`r${n}`]
  // Under keep nothing happens to them, so that the guard is not asked.
  await world.cycle()
  const changed = await start({ guard: {}, lists: [ALL] }, world)
  expect((await changed.cycle()).report.status).toBe('held')
  expect(onList(world, 'All')).toEqual(upTo(60))
})
