import { describe, expect, test } from 'vitest'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { readWebhook } from '../../src/messaging/webhook-event.ts'
import { anOffice } from '../erase/support.ts'
import { optsOut } from '../invariants/situations.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'
import { aWorld } from '../sync/plan/support.ts'

const ALL = { title: 'All', where: 'true' }
const SRC = (more: object = {}) => aSource({ map: { custom: { Plan: 'plan' }, optedOut: 'stop' }, ...more })
function people(world: TestEngine, count: number): void {
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X', plan: 'Gold', stop: 'no' }
}
const members = (world: TestEngine) => [...(world.sandbox.store.lists()[0]?.members ?? [])]

describe('T8 people who left and stayed on their lists', () => {
  test('under keep are not all taken off without a question when the rung changes', async () => {
    const world = await anEngine({ source: SRC({ onRemoved: 'keep' }), lists: [ALL] })
    people(world, 60)
    await world.cycle()
    for (let n = 1; n <= 45; n += 1) delete world.rows[`r${n}`]
    // Under keep, the guard of removals is not asked either.
    await world.cycle()
    expect(members(world)).toHaveLength(60)
    const changed = await anEngine({ box: world, db: world.db, source: SRC(), lists: [ALL] })
    changed.rows = world.rows
    const { report } = await changed.cycle()
    console.log(report.status, JSON.stringify(report.plan))
    expect(members(world)).toHaveLength(60)
  })
  test('because their removal was held are not taken off after their source was out of the config for a while', async () => {
    const world = await anEngine({ source: SRC(), lists: [ALL] })
    people(world, 60)
    await world.cycle()
    for (let n = 1; n <= 30; n += 1) delete world.rows[`r${n}`]
    expect((await world.cycle()).report.status).toBe('held')
    const without = await anEngine({
      box: world,
      db: world.db,
      source: aSource({ id: 'other' }),
      lists: [ALL],
    })
    without.rows = { x1: { phone: nthPhone(99), first: 'Z', last: 'Z' } }
    await without.cycle()
    const back = await anEngine({ box: world, db: world.db, source: SRC(), lists: [ALL] })
    back.rows = world.rows
    const { report } = await back.cycle()
    console.log(report.status, JSON.stringify(report.plan))
    expect(members(world).length).toBeGreaterThanOrEqual(60)
  })
})

test('T1 somebody whom the account took off a list for an opt-out that it does not show is no failure', async () => {
  const box = await withSandbox({ dialects: { optedOutRead: 'absent', optedOutInList: 'removed' } })
  const world = await anEngine({ box, source: SRC(), lists: [ALL] })
  people(world, 5)
  await world.cycle()
  await optsOut(world, world.sandbox.store.contact(nthPhone(1))?.id ?? 0)
  const ends: unknown[] = []
  for (const mode of ['incremental', 'full', 'full', 'full'] as const) {
    const { report } = await world.cycle(mode)
    ends.push([report.status, report.plan, report.push.deadLettered])
  }
  console.log(JSON.stringify(ends), members(world))
})

test('T2 a webhook with a plus names an erased person all the same', async () => {
  const office = await anOffice()
  office.rows = { 'P-1': { phone: nthPhone(1), first: 'Ana', last: 'Q', email: 'a@q.example', stop: 'no' } }
  await office.cycle()
  await office.erase(nthPhone(1))
  for (const shape of [
    { phone: `+${nthPhone(1)}` },
    { target: `+${nthPhone(1)}` },
    { targets: [`+${nthPhone(1)}`] },
    { phone: '+1 (510) 555-0001' },
  ]) {
    const hook = readWebhook({
      type: 'message_received',
      event_data: {
        id: Math.floor(Math.random() * 1e6),
        text: 'hello',
        date: '2030-01-15T12:00:00Z',
        status: 'received',
        ...shape,
      },
    })
    if (hook) openSeenMessages(office.db, office.engine.mirror.consent).take(hook.event, office.clock.now())
  }
  expect(office.bytesOf(nthPhone(1), '555-0001')).toEqual([])
})

test('S1 a source id that is renamed while its first pull fails removes nobody and keeps lists', async () => {
  const world = await anEngine({ source: SRC({ onRemoved: 'delete' }), lists: [ALL] })
  people(world, 40)
  await world.cycle()
  const renamed = await anEngine({
    box: world,
    db: world.db,
    source: SRC({ id: 'practice', onRemoved: 'delete' }),
    lists: [ALL],
  })
  renamed.source.pages = () => {
    throw new Error('busy')
  }
  await renamed.cycle().catch(() => {})
  const again = await anEngine({
    box: world,
    db: world.db,
    source: SRC({ id: 'practice', onRemoved: 'delete' }),
    lists: [ALL],
  })
  again.rows = { ...world.rows }
  delete again.rows.r1
  const before = world.writes().length
  const { report } = await again.cycle()
  expect(report).toMatchObject({
    status: 'ok',
    plan: { create: 0, update: 0, remove: 0, listAdd: 0, listRemove: 0 },
  })
  expect(world.writes().length).toBe(before)
  expect(world.sandbox.store.contacts()).toHaveLength(40)
})
void dials
