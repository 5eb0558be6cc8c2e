// Lists in plan files and in undo: exactly the members that the plan shows, refused one by one, and taken back.
import { describe, expect, test } from 'vitest'
import { runCycle } from '../../../src/sync/cycle.ts'
import { nthPhone } from '../../support/contact.ts'
import { type anEngine, aSource, dials } from '../../support/engine.ts'
import { aWorld, type World } from './support.ts'

const GOLD = { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' }
const FREE = dials({
  updates: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  blanks: { ratio: 1 },
})

function row(n: number, plan: string) {
  return { phone: nthPhone(n), first: `P${n}`, last: 'X', plan, stop: 'no' }
}

/** `count` people, those up to `gold` on the list. */
async function aClinic(count: number, gold: number, more: Partial<Parameters<typeof anEngine>[0]> = {}) {
  const source = aSource({
    onRemoved: 'delete',
    map: { custom: { Plan: 'plan' }, optedOut: 'stop' },
  })
  const world = await aWorld(0, source, {}, { lists: [GOLD], guard: FREE, ...more })
  say(world, count, gold)
  return world
}

function say(world: World, count: number, gold: number): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = row(n, n <= gold ? 'Gold' : 'Basic')
}

function onList(world: World, title = 'Gold'): string[] | undefined {
  const list = world.sandbox.store.lists().find((one) => one.title === title)
  return list === undefined ? undefined : [...list.members].sort()
}

function listWrites(world: World): number {
  return world.exchanges.filter(({ method, path }) => path.startsWith('/v2/lists') && method !== 'GET').length
}

const phones = (...ns: number[]) => ns.map(nthPhone).sort()
const listId = (world: World) => world.sandbox.store.lists()[0]?.id ?? 0

describe('a plan file with lists', () => {
  test('makes the list, with people whom the same plan creates, and no more than it shows', async () => {
    const world = await aClinic(6, 3)
    const plan = await world.planned()
    expect(plan).toMatchObject({
      counts: { create: 6, listAdd: 3, listRemove: 0, held: 0 },
      lists: [{ list: 'Gold', shard: 1, title: 'Gold', id: null }],
      members: [1, 2, 3].map((n) => ({ what: 'add', phone: nthPhone(n), contactId: null, held: null })),
    })
    say(world, 6, 6)
    const { report, refused } = await world.apply(plan)
    expect(refused).toEqual([])
    expect(report).toMatchObject({
      status: 'ok',
      plan: { create: 6, listAdd: 3 },
      push: { acked: 9, retrying: 0, deadLettered: 0 },
    })
    expect(onList(world)).toEqual(phones(1, 2, 3))
    const before = listWrites(world)
    expect(await world.apply(plan)).toMatchObject({ already: 9, refused: [], report: { status: 'ok' } })
    expect(listWrites(world)).toBe(before)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { listAdd: 3, update: 3 } })
    expect(onList(world)).toEqual(phones(1, 2, 3, 4, 5, 6))
  })

  test('on a fresh database stays done when a cycle runs that asks no source', async () => {
    const world = await aClinic(3, 3)
    // The plan of a fresh database is made on a copy, so that nothing of the sources is known when it is applied.
    const plan = await world.planned()
    const bare = await aClinic(0, 0, { box: world })
    await bare.apply(plan)
    expect(onList(world)).toEqual(phones(1, 2, 3))
    bare.source.pages = () => []
    const asked = { id: 'z1', mode: 'incremental' as const, trigger: 'approve', sources: [], allowEmpty: [] }
    await runCycle(bare.engine, { ...asked, planOnly: false })
    expect(onList(world)).toEqual(phones(1, 2, 3))
  })

  test('adds and takes off exactly whom it shows, and the others stay', async () => {
    const world = await aClinic(8, 4)
    await world.cycle()
    world.rows.r1 = row(1, 'Basic')
    world.rows.r5 = row(5, 'Gold')
    const plan = await world.planned()
    expect(plan.members).toMatchObject([
      { what: 'add', phone: nthPhone(5), contactId: world.held(5)?.id },
      { what: 'remove', phone: nthPhone(1) },
    ])
    world.rows.r2 = row(2, 'Basic')
    await world.client.lists.update(listId(world), { add_phones: ['15105559001'] })
    await world.apply(plan)
    expect(onList(world)).toEqual([...phones(2, 3, 4, 5), '15105559001'].sort())
  })

  test('is refused row by row where somebody opted out, is gone, or was put on already', async () => {
    const world = await aClinic(8, 2)
    await world.cycle()
    say(world, 8, 7)
    const plan = await world.planned()
    expect(plan.counts.listAdd).toBe(5)
    await world.client.status.unsubscribe(world.held(3)?.id ?? 0)
    await world.client.contacts.remove(world.held(4)?.id ?? 0)
    await world.client.lists.update(listId(world), { add_contacts: [world.held(5)?.id ?? 0] })
    const { report, already, refused } = await world.apply(plan)
    expect(refused.filter(({ kind }) => kind === 'listAdd')).toEqual([
      {
        phone: nthPhone(3),
        kind: 'listAdd',
        list: 'Gold',
        moved: [{ field: 'optedOut', planned: '', now: 'true' }],
      },
      {
        phone: nthPhone(4),
        kind: 'listAdd',
        list: 'Gold',
        moved: [{ field: 'contact', planned: 'there', now: 'gone' }],
      },
    ])
    expect(already).toBe(1)
    expect(report).toMatchObject({ status: 'held', plan: { listAdd: 2 } })
    expect(onList(world)).toEqual(phones(1, 2, 5, 6, 7))
  })

  test('whose list was deleted puts nobody on another one; taking off is done already', async () => {
    const world = await aClinic(6, 3)
    await world.cycle()
    world.rows.r1 = row(1, 'Basic')
    world.rows.r4 = row(4, 'Gold')
    const plan = await world.planned()
    await world.client.lists.remove(listId(world))
    const { refused, already } = await world.apply(plan)
    expect(refused).toMatchObject([
      { phone: nthPhone(4), moved: [{ field: 'list', planned: 'there', now: 'gone' }] },
    ])
    expect(already).toBe(1)
    expect(onList(world)).toBeUndefined()
  })

  test('leaves off the list whose contact it could not create as shown', async () => {
    const world = await aClinic(3, 3)
    const plan = await world.planned()
    await world.client.contacts.create({ phone: nthPhone(2), first: 'Walk-in' })
    const { refused } = await world.apply(plan)
    expect(refused).toMatchObject([
      { phone: nthPhone(2), kind: 'create' },
      {
        phone: nthPhone(2),
        kind: 'listAdd',
        moved: [{ field: 'contact', planned: 'created', now: 'refused' }],
      },
    ])
    expect(onList(world)).toEqual(phones(1, 3))
  })

  test('keeps held members on the list until it is told to include them', async () => {
    const guard = { ...FREE, ...dials({ listRemovals: { ratio: 0, min: 1 } }), updates: FREE.updates }
    const world = await aClinic(6, 4, { guard })
    await world.cycle()
    say(world, 6, 1)
    const plan = await world.planned()
    expect(plan.counts).toMatchObject({ listRemove: 3, held: 3 })
    expect(plan.members.every(({ held }) => held?.startsWith('listRemovals: 3 of 4'))).toBe(true)
    expect(await world.apply(plan)).toMatchObject({ heldBack: 3, report: { status: 'held' } })
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
    expect(await world.apply(plan, { includeHeld: true })).toMatchObject({
      heldBack: 0,
      report: { status: 'ok' },
    })
    expect(onList(world)).toEqual(phones(1))
  })

  test('survives lost answers: one list, and everybody on it once', async () => {
    const world = await aClinic(20, 20)
    const plan = await world.planned()
    world.sandbox.configure({ faults: { lostAnswer: 0.4, writesOnly: 1 } })
    for (let turn = 0; turn < 10; turn += 1) await world.apply(plan).catch(() => undefined)
    world.sandbox.configure({ faults: { lostAnswer: 0, writesOnly: 0 } })
    await world.apply(plan)
    expect(await world.apply(plan)).toMatchObject({ already: 40, refused: [] })
    expect(world.sandbox.store.lists()).toHaveLength(1)
    expect(onList(world)).toHaveLength(20)
  })
})

describe('many in one request', () => {
  test.each(['all', 'basic'] as const)(
    'a plan goes as seen where a batch keeps %s fields',
    async (batchFields) => {
      const source = aSource({ map: { custom: { Plan: 'plan' } } })
      const dialects = { batchFields, bulkCalls: 'gone' } as const
      const world = await aWorld(0, source, dialects, { lists: [GOLD], guard: FREE, writes: 'auto' })
      say(world, 40, 40)
      const plan = await world.planned()
      expect(await world.apply(plan)).toMatchObject({
        refused: [],
        report: { status: 'ok', push: { acked: 80, retrying: 0, deadLettered: 0 } },
      })
      expect(world.exchanges.some(({ path }) => path.startsWith('/v1/batch/contacts'))).toBe(true)
      expect(world.held(40)?.custom).toMatchObject({ 901: 'Gold' })
      expect(await world.apply(plan)).toMatchObject({ already: 80, refused: [] })
    },
  )
})

describe('undo of lists', () => {
  async function changed(more: Parameters<typeof aClinic>[2] = {}) {
    const world = await aClinic(8, 4, more)
    await world.cycle()
    world.rows.r1 = row(1, 'Basic')
    world.rows.r5 = row(5, 'Gold')
    world.rows.r6 = row(6, 'Gold')
    const { report } = await world.cycle()
    expect(onList(world)).toEqual(phones(2, 3, 4, 5, 6))
    return { world, cycle: report.cycle }
  }

  test('takes off whom the cycle put on, and puts back whom it took off; the next syncs leave it so', async () => {
    const { world, cycle } = await changed()
    const { plan } = await world.undoOf(cycle, { fields: new Set(['lists']) })
    expect(plan.counts).toMatchObject({ update: 0, listAdd: 1, listRemove: 2 })
    expect((await world.apply(plan)).report).toMatchObject({ status: 'ok', push: { acked: 3 } })
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
    const writes = await world.writesOf(async () => {
      for (const mode of ['incremental', 'full'] as const)
        expect((await world.cycle(mode)).report).toMatchObject({
          status: 'ok',
          plan: { listAdd: 0, listRemove: 0 },
        })
    })
    expect(writes).toEqual([])
    expect(world.engine.mirror.pins.countPhones()).toBe(3)
    // The source says something else, and then the same again: that is news.
    for (const plan of ['Basic', 'Gold']) {
      world.rows.r5 = row(5, plan)
      await world.cycle()
    }
    expect(onList(world)).toEqual(phones(1, 2, 3, 4, 5))
  })

  test('takes fields back with it, and can be taken back itself', async () => {
    const { world, cycle } = await changed()
    const { plan } = await world.undoOf(cycle)
    expect(plan.counts).toMatchObject({ update: 3, listAdd: 1, listRemove: 2 })
    await world.apply(plan)
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
    const again = await world.undoOf('a1')
    await world.apply(again.plan)
    expect(onList(world)).toEqual(phones(2, 3, 4, 5, 6))
    expect((await world.cycle()).report.plan).toMatchObject({ update: 0, listAdd: 0, listRemove: 0 })
    expect(world.engine.mirror.pins.countPhones()).toBe(0)
  })

  test('never puts back who opted out, leaves whom others put on, and refuses who is gone', async () => {
    const world = await aClinic(8, 4)
    await world.cycle()
    say(world, 8, 1)
    world.rows.r5 = row(5, 'Gold')
    const { report } = await world.cycle()
    expect(onList(world)).toEqual(phones(1, 5))
    await world.client.status.unsubscribe(world.held(2)?.id ?? 0)
    await world.client.contacts.remove(world.held(3)?.id ?? 0)
    const id = world.held(5)?.id ?? 0
    await world.client.lists.update(listId(world), { remove_contacts: [id] })
    await world.undoOf(report.cycle)
    await world.client.lists.update(listId(world), { add_contacts: [id] })
    const { found, plan } = await world.undoOf(report.cycle, { fields: new Set(['lists']) })
    expect(plan.members).toMatchObject([{ what: 'add', phone: nthPhone(4) }])
    expect(found.left).toEqual([
      { phone: nthPhone(2), reason: 'they opted out, and are not put on a list again' },
      { phone: nthPhone(5), reason: 'somebody put them on the list again in Heymarket' },
    ])
    expect(found.refused).toMatchObject([
      { phone: nthPhone(3), kind: 'listAdd', list: 'Gold', moved: [{ field: 'contact', now: 'gone' }] },
    ])
    // Between the plan and its apply, too.
    await world.client.status.unsubscribe(world.held(4)?.id ?? 0)
    expect((await world.apply(plan)).refused).toMatchObject([{ phone: nthPhone(4), kind: 'listAdd' }])
    expect(onList(world)).toEqual(phones(1, 5))
  })

  test('works where the rule is gone from the config', async () => {
    const { world, cycle } = await changed()
    Object.assign(world.engine, { lists: [] })
    const { plan } = await world.undoOf(cycle)
    await world.apply(plan)
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
  })

  test('puts somebody whom the cycle deleted on the list again, with the contact', async () => {
    const world = await aClinic(4, 4)
    await world.cycle()
    delete world.rows.r2
    const { report } = await world.cycle()
    expect(world.held(2)).toBeNull()
    expect(onList(world)).toEqual(phones(1, 3, 4))
    const { plan } = await world.undoOf(report.cycle)
    expect(plan.counts).toMatchObject({ create: 1, listAdd: 1 })
    expect((await world.apply(plan)).report).toMatchObject({ status: 'ok' })
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
    expect((await world.cycle()).report.plan).toMatchObject({ remove: 0, listRemove: 0 })
    expect(onList(world)).toEqual(phones(1, 2, 3, 4))
  })

  test('keeps to the people that were asked for', async () => {
    const { world, cycle } = await changed()
    const { plan } = await world.undoOf(cycle, { phones: new Set([nthPhone(5)]) })
    await world.apply(plan)
    expect(onList(world)).toEqual(phones(2, 3, 4, 6))
  })
})
