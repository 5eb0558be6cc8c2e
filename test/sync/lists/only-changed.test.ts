// Cycles that look only at those in whose case anything changed, over whole cycles: what is said, held and taken back stays
// as if everybody were looked at.
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import type { TestEngine } from '../../support/engine.ts'
import { GOLD, onList, people, start, upTo } from './support.ts'

const due = ({ engine }: TestEngine) => engine.mirror.listDue.due('', 1000).map(({ phone }) => phone)

test('nobody is due once the lists are as they should be, and one change makes one person due', async () => {
  const world = await start()
  people(world, 30, (n) => n <= 10)
  await world.cycle('incremental')
  expect(due(world)).toEqual([])
  await world.cycle('incremental')
  people(world, 30, (n) => n <= 11)
  await world.cycle('incremental', { planOnly: true })
  expect(due(world)).toEqual([nthPhone(11)])
  expect((await world.cycle('incremental')).report.plan).toMatchObject({ listAdd: 1, listRemove: 0 })
  expect(onList(world)).toEqual(upTo(11))
  expect(due(world)).toEqual([])
})

test('on whom a condition fails is said by each cycle, until it does not any more', async () => {
  const world = await start({ lists: [{ title: 'Gold', where: 'int(contact.custom["Plan"]) > 3' }] })
  people(world, 6, (n) => n <= 4)
  await world.cycle('incremental')
  const warned = async () => (await world.cycle('incremental')).report.warnings.join()
  expect(await warned()).toContain('gives no yes or no for 4 contacts')
  for (const n of [1, 2]) world.rows[`r${n}`] = { ...world.rows[`r${n}`], plan: '7' }
  expect(await warned()).toContain('gives no yes or no for 2 contacts')
  expect(await warned()).toContain('gives no yes or no for 2 contacts')
  expect(onList(world)).toEqual(upTo(2))
  const other = await start({}, world)
  expect((await other.cycle('incremental')).report.warnings).toEqual([])
})

test('a rule that changes is held against everybody by the next cycle', async () => {
  const world = await start()
  people(world, 12, (n) => n <= 6)
  await world.cycle('incremental')
  const other = await start({ lists: [{ ...GOLD, where: 'contact.custom["Plan"] == ""' }] }, world)
  await other.cycle('incremental')
  expect(onList(world)).toEqual(upTo(12).slice(6))
})

test('rules that were away and come back are held against everybody, whatever happened meanwhile', async () => {
  const world = await start()
  people(world, 6)
  await world.cycle('incremental')
  const without = await start({ lists: [] }, world)
  people(without, 8, (n) => n > 2)
  await without.cycle('incremental')
  expect(due(without)).toEqual([])
  const again = await start({}, without)
  await again.cycle('incremental')
  expect(onList(world)).toEqual(upTo(8).slice(2))
})

test('held members stay held while others change, and nobody is counted twice', async () => {
  const world = await start({ guard: { updates: { ratio: 1 }, blanks: { ratio: 1 } } })
  people(world, 60)
  await world.cycle('incremental')
  people(world, 60, (n) => n > 25)
  expect((await world.cycle('incremental')).report.plan.held).toBe(25)
  people(world, 61, (n) => n > 25)
  const { report } = await world.cycle('incremental')
  expect(report).toMatchObject({ status: 'held', plan: { create: 1, listAdd: 1, listRemove: 25, held: 25 } })
  people(world, 61, (n) => n > 24)
  expect((await world.cycle('incremental')).report.plan.held).toBe(24)
})
