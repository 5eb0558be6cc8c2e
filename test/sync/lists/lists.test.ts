// Lists kept by rule, over whole cycles: made once, changed by who gets on and off, and nobody else's members touched.
import { describe, expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { defaultFaults } from '../../../src/sandbox/faults.ts'
import { memberFailure } from '../../../src/sync/lists/failed-members.ts'
import { nthPhone } from '../../support/contact.ts'
import type { TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { FREE, type Given, GOLD, onList, people, start, upTo } from './support.ts'

const phones = (...ns: number[]) => ns.map(nthPhone).sort()
function listWrites(world: TestEngine): string[] {
  return world.exchanges
    .filter(({ method, path }) => path.startsWith('/v2/lists') && method !== 'GET')
    .map(({ method, path }) => `${method} ${path.replace(/\d+$/, ':id').replace('/v2/lists', '')}`)
}

describe('a list', () => {
  test('is made once, with the people whom its condition names, after their contacts are there', async () => {
    const world = await start()
    people(world, 30, (n) => n <= 10)
    const { report } = await world.cycle()
    expect(report).toMatchObject({
      status: 'ok',
      plan: { create: 30, listAdd: 10, listRemove: 0, held: 0 },
      push: { acked: 40, retrying: 0, deadLettered: 0 },
    })
    expect(onList(world)).toEqual(upTo(10))
    expect(listWrites(world)).toEqual(['POST '])
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { listAdd: 0, listRemove: 0 } })
    expect(listWrites(world)).toEqual(['POST '])
  })

  test.each([
    { how: 'its answer was lost', killed: false },
    { how: 'the process was killed before its answer', killed: true },
  ])('whose making shows late is not made twice where $how (I2)', async ({ killed }) => {
    const world = await start({ dialects: { listLocalId: 'duplicate', visibilityDelayMs: 2000 } })
    people(world, 3, () => true)
    const real = world.client.lists.create
    let first = true
    Object.assign(world.engine.client.lists, {
      create: async (...given: Parameters<typeof real>) => {
        if (!first) return real(...given)
        first = false
        if (killed) {
          await real(...given)
          throw new Error('killed')
        }
        world.sandbox.configure({ faults: { ...defaultFaults(), lostAnswer: 1 } })
        return real(...given).finally(() => world.sandbox.configure({ faults: defaultFaults() }))
      },
    })
    await world.cycle().catch(() => undefined)
    await world.cycle('incremental')
    expect(world.sandbox.store.lists()).toHaveLength(1)
    expect(onList(world)).toEqual(upTo(3))
  })

  test('is changed by one request, and costs none when nothing changed', async () => {
    const world = await start()
    people(world, 30, (n) => n <= 10)
    await world.cycle()
    people(world, 30, (n) => n >= 5 && n <= 15)
    const { report } = await world.cycle('incremental')
    expect(report).toMatchObject({ status: 'ok', plan: { listAdd: 5, listRemove: 4 } })
    expect(onList(world)).toEqual(phones(5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15))
    expect(listWrites(world)).toEqual(['POST ', 'PUT /:id'])
    const before = world.exchanges.length
    await world.cycle('incremental')
    expect(world.exchanges.length - before).toBeLessThanOrEqual(2)
  })

  test('is not made as long as nobody belongs on it', async () => {
    const world = await start()
    people(world, 5, () => false)
    await world.cycle()
    await world.cycle('incremental')
    const before = world.exchanges.length
    await world.cycle('incremental')
    expect(world.exchanges.length - before).toBeLessThanOrEqual(2)
    expect(onList(world)).toBeUndefined()
  })

  test('keeps members whom somebody else put on it, also after the database is lost', async () => {
    const world = await start()
    people(world, 10, (n) => n <= 5)
    await world.cycle()
    const id = world.sandbox.store.lists()[0]?.id ?? 0
    await world.client.lists.update(id, { add_phones: ['15105559001'] })
    people(world, 10, (n) => n === 1)
    await world.cycle()
    expect(onList(world)).toEqual(['15105559001', ...phones(1)].sort())
    const again = await start({}, { ...world, db: aDatabase() })
    people(again, 10, (n) => n <= 2)
    await again.cycle()
    expect(onList(again)).toEqual(['15105559001', ...phones(1, 2)].sort())
    expect(world.sandbox.store.lists()).toHaveLength(1)
    people(again, 10, (n) => n === 2)
    await again.cycle()
    expect(onList(again)).toEqual(['15105559001', ...phones(2)].sort())
  })

  test('that cannot be read is answered anew after the database is lost, and gets who came meanwhile', async () => {
    const hidden = { dialects: { listReads: 'gone', listLocalId: 'same' } } as const
    const world = await start(hidden)
    people(world, 10, (n) => n <= 5)
    await world.cycle()
    const again = await start(hidden, { ...world, db: aDatabase() })
    people(again, 10, (n) => n <= 8)
    await again.cycle()
    expect(onList(again)).toEqual(upTo(8))
    expect(world.sandbox.store.lists()).toHaveLength(1)
  })

  test('that is owned loses whomever its condition does not name', async () => {
    const world = await start({ lists: [{ ...GOLD, owned: true }] })
    people(world, 10, (n) => n <= 5)
    await world.cycle()
    const id = world.sandbox.store.lists()[0]?.id ?? 0
    await world.client.lists.update(id, { add_phones: ['15105559001', nthPhone(9)] })
    await world.cycle()
    expect(onList(world)).toEqual(upTo(5))
  })

  test('gets another title without becoming another list, when its key stays', async () => {
    const world = await start({ lists: [{ ...GOLD, key: 'gold' }] })
    people(world, 4, () => true)
    await world.cycle()
    const renamed = await start({ lists: [{ ...GOLD, key: 'gold', title: 'Premium' }] }, world)
    expect((await renamed.cycle('incremental')).report).toMatchObject({ status: 'ok', push: { requests: 1 } })
    expect(world.sandbox.store.lists().map(({ title }) => title)).toEqual(['Premium'])
  })

  test('that somebody deleted in Heymarket is made again', async () => {
    const world = await start()
    people(world, 4, () => true)
    await world.cycle()
    await world.client.lists.remove(world.sandbox.store.lists()[0]?.id ?? 0)
    const { report } = await world.cycle()
    expect(report.warnings.join()).toContain('"Gold" is not in Heymarket any more')
    expect(onList(world)).toEqual(upTo(4))
  })

  test('whose rule left the config is left alone', async () => {
    const world = await start()
    people(world, 4, () => true)
    await world.cycle()
    const without = await start({ lists: [] }, world)
    people(without, 4, () => false)
    await without.cycle()
    expect(onList(world)).toEqual(upTo(4))
  })

  test('whose condition fails on somebody leaves them as they are, and says so', async () => {
    const world = await start({ lists: [{ title: 'Old', where: 'int(contact.custom["Plan"]) > 60' }] })
    people(world, 3, () => false)
    for (const n of [1, 2]) Object.assign(world.rows[`r${n}`] ?? {}, { plan: '70' })
    Object.assign(world.rows.r3 ?? {}, { plan: '5' })
    await world.cycle()
    expect(onList(world, 'Old')).toEqual(phones(1, 2))
    Object.assign(world.rows.r2 ?? {}, { plan: 'unknown' })
    const { report } = await world.cycle()
    expect(report.warnings.join()).toContain('gives no yes or no for 1')
    expect(onList(world, 'Old')).toEqual(phones(1, 2))
  })
})

describe('whoever opted out', () => {
  test('is not put on a list', async () => {
    const world = await start()
    people(world, 4, () => true)
    Object.assign(world.rows.r2 ?? {}, { stop: 'yes' })
    await world.cycle()
    expect(onList(world)).toEqual(phones(1, 3, 4))
  })

  test('and was taken off by the account is not put back', async () => {
    const world = await start({ dialects: { optedOutInList: 'removed' } })
    people(world, 4, () => true)
    await world.cycle()
    world.sandbox.store.reply(nthPhone(2), 'STOP')
    await world.client.lists.update(world.sandbox.store.lists()[0]?.id ?? 0, { remove_phones: [nthPhone(2)] })
    await world.cycle()
    await world.cycle()
    expect(onList(world)).toEqual(phones(1, 3, 4))
  })

  test('before the list was asked for is not waited for ever after', async () => {
    const world = await start({ lists: [{ title: 'All', where: '!contact.optedOut' }] })
    people(world, 1, () => true)
    const real = world.client.contacts.create
    Object.assign(world.engine.client.contacts, {
      create: async (...given: Parameters<typeof real>) => {
        const made = await real(...given)
        world.engine.mirror.consent.optOut(nthPhone(1), 'heymarket', 'STOP', world.clock.now())
        return made
      },
    })
    expect((await world.cycle()).report).toMatchObject({ plan: { listAdd: 1 }, push: { retrying: 1 } })
    world.rows.r1 = { ...world.rows.r1, stop: 'yes' }
    await world.cycle('incremental')
    const { report } = await world.cycle('incremental')
    expect(report).toMatchObject({ status: 'ok', plan: { listAdd: 0, listRemove: 0 }, push: { retrying: 0 } })
    expect(onList(world, 'All')).toBeUndefined()
  })
})

describe('whoever left the sources', () => {
  test.each(['removeFromLists', 'delete'] as const)('leaves the lists (%s)', async (onRemoved) => {
    const world = await start({ onRemoved, dialects: { deletedInList: 'dangling' } })
    people(world, 5, () => true)
    await world.cycle()
    delete world.rows.r2
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', plan: { remove: 1, listRemove: 1 }, push: { acked: 2 } })
    expect(onList(world)).toEqual(phones(1, 3, 4, 5))
    expect((await world.cycle()).report).toMatchObject({ plan: { listAdd: 0, listRemove: 0 } })
  })

  test('stays under onRemoved: keep', async () => {
    const world = await start({ onRemoved: 'keep' })
    people(world, 5, () => true)
    await world.cycle()
    delete world.rows.r2
    await world.cycle()
    expect(onList(world)).toEqual(upTo(5))
  })

  test('stays on the list while their removal is held', async () => {
    const world = await start({ guard: { removals: { ratio: 0.1, min: 3 } } })
    people(world, 20, () => true)
    await world.cycle()
    for (let n = 1; n <= 10; n += 1) delete world.rows[`r${n}`]
    const held = await world.cycle()
    expect(held.report).toMatchObject({ status: 'held', plan: { remove: 10, listRemove: 0, held: 10 } })
    expect(onList(world)).toEqual(upTo(20))
    world.engine.held.approve(held.report.cycle, 1)
    const { report } = await world.cycle('incremental')
    expect(report).toMatchObject({ status: 'ok', plan: { remove: 10, listRemove: 10 } })
    expect(onList(world)).toHaveLength(10)
  })
})

describe('the dial listRemovals', () => {
  test('keeps everybody on, and lets go exactly whom a person approved', async () => {
    const world = await start({ guard: { ...FREE, listRemovals: { ratio: 0.3, min: 5 } } })
    people(world, 20, () => true)
    await world.cycle()
    people(world, 20, (n) => n > 10)
    const { report, plan } = await world.cycle()
    expect(report).toMatchObject({ status: 'held', plan: { listRemove: 10, held: 10, update: 10 } })
    expect(plan.lists[0]?.reason).toContain('listRemovals: 10 of 20 members of "Gold"')
    expect(onList(world)).toEqual(upTo(20))
    people(world, 20, (n) => n > 11)
    world.engine.heldMembers.approve(report.cycle, 1)
    const next = await world.cycle()
    // One more than was approved: too few for the dial by now.
    expect(next.report).toMatchObject({ status: 'ok', plan: { listRemove: 11, held: 0 } })
    expect(onList(world)).toHaveLength(9)
  })

  test('holds at the edge of its share, and not below', async () => {
    const world = await start({ guard: { ...FREE, listRemovals: { ratio: 0.5, min: 1 } } })
    people(world, 10, () => true)
    await world.cycle()
    people(world, 10, (n) => n > 5)
    expect((await world.cycle()).report.plan).toMatchObject({ listRemove: 5, held: 0 })
    people(world, 10, (n) => n > 8)
    expect((await world.cycle()).report.plan).toMatchObject({ listRemove: 3, held: 3 })
  })
})

describe.each<[string, Given['dialects']]>([
  ['lists of at most 7', { listSize: 7 }],
  ['lists of at most 7 that are cut off', { listSize: 7, overListSize: 'truncate' }],
  ['no list reads', { listReads: 'gone' }],
  ['unknown contacts left out', { listUnknownContact: 'ignore' }],
  ['a second list for a local_id', { listLocalId: 'duplicate' }],
  ['a local_id that is refused', { listLocalId: 'reject' }],
  ['members added by a replacement', { listMembers: 'add' }],
  ['phones that become contacts', { listPhones: 'contacts' }],
])('an account with %s', (_, dialects) => {
  test('shows everybody on the lists once, and nobody else', async () => {
    const world = await start({ dialects: dialects ?? {} })
    people(world, 25, () => true)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 50 } })
    people(world, 25, (n) => n % 2 === 0)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { listRemove: 13 } })
    const members = world.sandbox.store.lists().flatMap(({ members: some }) => [...some])
    expect(members.sort()).toEqual(upTo(25).filter((phone) => Number(phone.slice(-2)) % 2 === 0))
    expect(new Set(world.sandbox.store.lists().map(({ title }) => title)).size).toBe(
      world.sandbox.store.lists().length,
    )
  })
})

describe.each([1, 2, 3, 4, 5, 6])('lost answers, lost requests and failures, seed %i', (seed) => {
  test.each<Partial<Dialects>>([{}, { listReads: 'gone' }, { listLocalId: 'duplicate' }])(
    'end with one list and everybody on it (%j)',
    async (dialects) => {
      const faults = { lostAnswer: 0.2, lostRequest: 0.2, error500After: 0.1, error500Before: 0.1 }
      const world = await start({ dialects, faults, seed })
      people(world, 40, (n) => n <= 20)
      for (let round = 0; round < 8; round += 1) await world.cycle().catch(() => undefined)
      people(world, 40, (n) => n >= 10 && n < 30)
      for (let round = 0; round < 8; round += 1) await world.cycle().catch(() => undefined)
      expect(world.sandbox.store.lists()).toHaveLength(1)
      expect(onList(world)).toEqual(upTo(29).filter((phone) => !upTo(9).includes(phone)))
    },
  )
})

test('a cycle that is stopped between two lists accounts for everybody once', async () => {
  const world = await start({ lists: [GOLD, { title: 'All', where: 'true' }] })
  people(world, 6, (n) => n <= 4)
  const real = world.client.lists.create
  Object.assign(world.engine.client.lists, {
    create: async (body: Parameters<typeof real>[0]) => {
      if (body.title === 'All') world.sandbox.configure({ faults: { ...defaultFaults(), forbidden: 1 } })
      return real(body)
    },
  })
  await expect(world.cycle()).rejects.toMatchObject({ status: 403 })
  const { plan, push } = JSON.parse(world.engine.cycles.latest(1)[0]?.report ?? '')
  expect(plan).toMatchObject({ create: 6, listAdd: 10 })
  expect(push).toMatchObject({ acked: 10, retrying: 6, deadLettered: 0 })
})

test('whom Heymarket refuses on a list is a dead letter until their contact is written again', async () => {
  const world = await start()
  people(world, 6, (n) => n <= 5)
  await world.cycle()
  people(world, 6, () => true)
  // Another process deleted the contact a moment ago, and the mirror does not know yet.
  const contact = world.sandbox.store.contact(nthPhone(6))
  const real = world.client.lists.update
  Object.assign(world.engine.client.lists, {
    update: async (...[id, body]: Parameters<typeof real>) => {
      if (contact) await world.client.contacts.remove(contact.id).catch(() => undefined)
      return real(id, body)
    },
  })
  const { report } = await world.cycle('incremental')
  expect(report).toMatchObject({ status: 'failed', plan: { listAdd: 1 }, push: { deadLettered: 1 } })
  const [member] = world.engine.mirror.lists.refused()
  expect(member && memberFailure(member)).toMatchObject({
    phone: nthPhone(6),
    kind: 'listAdd',
    list: 'Gold',
    code: 'ERR_HEYMARKET_REJECTED',
    source: 'clinic',
    record: 'r6',
  })
  Object.assign(world.engine.client.lists, { update: real })
  // The contact is made again, and that tries the list again too.
  expect((await world.cycle('incremental')).report).toMatchObject({
    status: 'ok',
    push: { acked: 2, deadLettered: 0 },
  })
  expect(onList(world)).toEqual(upTo(6))
})
