// What people and the account do to lists and members without telling heysync, over whole cycles: the other lists and members
// are as they should be, and after a few cycles so are these.
import { describe, expect, test } from 'vitest'
import { planLists } from '../../../src/sync/lists/plan-lists.ts'
import { idOf } from '../../invariants/situations.ts'
import { aBentEngine, answer } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource, type TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { ALL, GOLD, onList, people, start, upTo } from './support.ts'

const KEYED = { ...GOLD, key: 'gold' }
const listId = (world: TestEngine, title: string) =>
  world.sandbox.store.lists().find((one) => one.title === title)?.id ?? 0
const everyone = (world: TestEngine) => world.sandbox.store.lists().flatMap(({ members }) => [...members])

describe('a list', () => {
  test('that was renamed in the config and deleted in Heymarket stops neither other lists nor removals', async () => {
    const world = await start({ onRemoved: 'delete', lists: [KEYED, ALL] })
    people(world, 5)
    await world.cycle()
    await world.client.lists.remove(listId(world, 'Gold'))
    const renamed = await start({ onRemoved: 'delete', lists: [{ ...KEYED, title: 'Premium' }, ALL] }, world)
    people(renamed, 6)
    delete renamed.rows.r1
    for (let cycle = 0; cycle < 3; cycle += 1) await renamed.cycle('incremental')
    expect(onList(world, 'All')).toEqual(upTo(6).slice(1))
    expect(world.sandbox.store.contact(nthPhone(1))).toBeNull()
  })

  test('that was renamed in Heymarket is found after the database was lost', async () => {
    const world = await start()
    people(world, 6)
    await world.cycle()
    await world.client.lists.update(listId(world, 'Gold'), { title: 'Renamed by hand' })
    const again = await start({}, { ...world, db: aDatabase() })
    await again.cycle()
    people(again, 6, (n) => n > 2)
    await again.cycle()
    expect(world.sandbox.store.lists()).toHaveLength(1)
    expect(everyone(world).sort()).toEqual(upTo(6).slice(2))
  })

  test('on which somebody else took the last place gets a second one for whoever had no room', async () => {
    const world = await start({ dialects: { listSize: 10 } })
    people(world, 9)
    await world.cycle()
    await world.client.lists.update(listId(world, 'Gold'), { add_phones: ['15105559001'] })
    people(world, 10)
    for (const mode of ['incremental', 'incremental', 'full', 'full'] as const) await world.cycle(mode)
    expect(everyone(world)).toContain(nthPhone(10))
    expect((await world.cycle('incremental')).report.status).toBe('ok')
  })

  test('on which the team put somebody who stands on another list of the rule has no more room for that', async () => {
    const world = await start({ dialects: { listSize: 3 } })
    people(world, 4)
    await world.cycle()
    await world.client.lists.update(listId(world, 'Gold (2)'), {
      add_contacts: [idOf(world, 1), idOf(world, 2)],
    })
    people(world, 5)
    for (const mode of ['incremental', 'full', 'incremental', 'full'] as const) await world.cycle(mode)
    expect(everyone(world)).toContain(nthPhone(5))
    expect((await world.cycle('incremental')).report.status).toBe('ok')
  })

  test('that is found while its members are refused is not made a second time', async () => {
    const lists = [{ ...KEYED }]
    const world = await aBentEngine({
      dialects: { listLocalId: 'duplicate' },
      source: aSource({ map: { custom: { Plan: 'plan' } } }),
      lists,
      writes: 'auto',
    })
    people(world, 4)
    await world.cycle()
    // As after a backup of the time before the list was put back.
    world.engine.mirror.lists.drop('gold', 1)
    let refused = false
    world.bend(async ({ method, path }, pass) => {
      const first = !refused && method === 'GET' && path.startsWith('/v1/list/')
      refused ||= first
      return first ? answer(403, '{"error":"forbidden"}') : pass()
    })
    for (const mode of ['full', 'incremental', 'full'] as const) await world.cycle(mode)
    expect(refused).toBe(true)
    expect(world.sandbox.store.lists()).toHaveLength(1)
    expect(onList(world)).toEqual(upTo(4))
  })

  test('is planned also where the account says that none may have a member', async () => {
    const world = await start({ lists: [ALL] })
    people(world, 1)
    await world.cycle('full', { planOnly: true })
    const { mirror, guard, lists } = world.engine
    const [plan] = planLists(mirror, {
      rules: lists,
      sources: new Set(['clinic']),
      dial: guard(null).listRemovals,
      listSize: 0,
      rungOf: () => 'keep',
      creates: new Set([nthPhone(1)]),
      leaves: new Set(),
      isApproved: () => false,
      isHeld: () => false,
    })
    expect(plan?.add).toHaveLength(1)
  })
})

describe('a member', () => {
  test('whom the account refuses does not keep the list from being made for the others', async () => {
    const world = await start({ dialects: { listUnknownContact: 'reject' } })
    people(world, 5, () => false)
    await world.cycle()
    // One is deleted and another made, so that the count of contacts tells nothing.
    await world.client.contacts.remove(idOf(world, 1))
    await world.client.contacts.create({ phone: nthPhone(99), first: 'New' })
    people(world, 5)
    for (let cycle = 0; cycle < 4; cycle += 1) await world.cycle('incremental')
    expect(onList(world)).toEqual(expect.arrayContaining(upTo(5).slice(1)))
  })

  test('whom our write made the account take off, as it does not show who opted out, is not put back by the next cycle', async () => {
    const world = await start({ dialects: { optedOutRead: 'absent', optedOutInList: 'removed' } })
    people(world, 3)
    await world.cycle()
    world.sandbox.store.reply(nthPhone(1), 'STOP')
    people(world, 4)
    await world.cycle('incremental')
    expect(onList(world)).toEqual([2, 3, 4].map(nthPhone))
    const before = world.sandbox.store.requests().length
    const { report } = await world.cycle('incremental')
    const written = world.sandbox.store
      .requests()
      .slice(before)
      .filter(({ path }) => path.startsWith('/v2/lists'))
    expect(written).toEqual([])
    expect(report).toMatchObject({ plan: { listAdd: 1 }, push: { deadLettered: 1 } })
    expect(world.engine.mirror.lists.refused()).toMatchObject([
      { phone: nthPhone(1), error_code: 'ERR_NOT_STORED' },
    ])
    // A full one tries again.
    await world.cycle()
    expect(onList(world)).not.toContain(nthPhone(1))
  })

  test.each(['shown', 'gone'] as const)(
    'is on the list under a new number, and under the old one again (members %s)',
    async (listReads) => {
      const world = await start({ dialects: { listReads }, onPhoneChange: 'update' })
      people(world, 4)
      await world.cycle()
      for (const n of [11, 1]) {
        world.rows.r1 = { ...world.rows.r1, phone: nthPhone(n) }
        for (const mode of ['incremental', 'incremental', 'full'] as const) await world.cycle(mode)
        expect(onList(world)).toEqual([2, 3, 4, n].map(nthPhone).sort())
      }
    },
  )
})

describe('in an account that shows lists late', () => {
  test.each([
    ['same', 5_000],
    ['duplicate', 5_000],
    ['reject', 5_000],
    ['same', 60_000],
    ['duplicate', 60_000],
    ['reject', 60_000],
  ] as const)('a list is not made a second time (%s, %i ms)', async (listLocalId, visibilityDelayMs) => {
    const world = await start({ dialects: { listLocalId, visibilityDelayMs } })
    people(world, 4)
    for (const mode of ['full', 'full', 'incremental', 'full'] as const) {
      await world.cycle(mode)
      world.clock.advance(mode === 'incremental' ? 120_000 : 1_000)
    }
    expect(world.sandbox.store.lists()).toHaveLength(1)
    expect(onList(world)).toEqual(upTo(4))
  })

  test('a member who was just put on is not called refused', async () => {
    const world = await start({ dialects: { visibilityDelayMs: 60_000 } })
    people(world, 4, (n) => n < 4)
    await world.cycle()
    world.clock.advance(120_000)
    people(world, 4)
    for (let cycle = 0; cycle < 3; cycle += 1) {
      expect((await world.cycle('incremental')).report.status).toBe('ok')
      world.clock.advance(120_000)
    }
  })
})
