// Review: each test states what the docs promise.
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { allow } from '../../src/sync/consent-by-hand.ts'
import { applyPlan } from '../../src/sync/plan/apply.ts'
import { makePlan } from '../../src/sync/plan/make-plan.ts'
import { anOffice } from '../erase/support.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'

const GOLD = { title: 'Gold', where: 'contact.custom["Plan"] == "Gold"' }
const FREE = dials({
  updates: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  blanks: { ratio: 1 },
})
function people(world: TestEngine, count: number, gold: (n: number) => boolean = () => true): void {
  for (let n = 1; n <= count; n += 1)
    world.rows[`r${n}`] = {
      phone: nthPhone(n),
      first: `P${n}`,
      last: 'X',
      plan: gold(n) ? 'Gold' : '',
      stop: 'no',
      email: `p${n}@example.com`,
    }
}
const SRC = (more: object = {}) => aSource({ map: { custom: { Plan: 'plan' }, optedOut: 'stop' }, ...more })

describe('rejections', () => {
  test('R1 a source taken out of the config and put back still lists its rejections', async () => {
    const world = await anEngine()
    world.rows = {
      r1: { phone: nthPhone(1), first: 'A', last: 'B' },
      r2: { phone: 'call me', first: 'C', last: 'D' },
    }
    await world.cycle()
    expect(world.engine.mirror.records.rejections()).toHaveLength(1)
    const other = await anEngine({ box: world, db: world.db, source: aSource({ id: 'other' }) })
    other.rows = { x1: { phone: nthPhone(9), first: 'Z', last: 'Z' } }
    await other.cycle()
    const back = await anEngine({ box: world, db: world.db })
    back.rows = world.rows
    const { report } = await back.cycle()
    console.log(JSON.stringify(report.sources))
    expect(back.engine.mirror.records.rejections()).toHaveLength(1)
  })
})

describe('lists', () => {
  test('L1 a list whose title is changed gets the new title although nobody gets on or off', async () => {
    const world = await anEngine({ source: SRC(), lists: [{ ...GOLD, key: 'gold' }] })
    people(world, 4)
    await world.cycle()
    const renamed = await anEngine({
      box: world,
      db: world.db,
      source: SRC(),
      lists: [{ ...GOLD, key: 'gold', title: 'Premium' }],
    })
    renamed.rows = world.rows
    await renamed.cycle()
    await renamed.cycle()
    expect(world.sandbox.store.lists().map(({ title }) => title)).toEqual(['Premium'])
  })

  test('L2 a list renamed in the config and deleted in Heymarket does not stop the other lists and the removals', async () => {
    const lists = [
      { ...GOLD, key: 'gold' },
      { title: 'All', where: 'true' },
    ]
    const world = await anEngine({ source: SRC({ onRemoved: 'delete' }), lists, guard: FREE })
    people(world, 5)
    await world.cycle()
    const gold = world.sandbox.store.lists().find(({ title }) => title === 'Gold')
    await world.client.lists.remove(gold?.id ?? 0)
    const renamed = await anEngine({
      box: world,
      db: world.db,
      source: SRC({ onRemoved: 'delete' }),
      guard: FREE,
      lists: [
        { ...GOLD, key: 'gold', title: 'Premium' },
        { title: 'All', where: 'true' },
      ],
    })
    renamed.rows = { ...world.rows }
    delete renamed.rows.r1
    renamed.rows.r6 = { phone: nthPhone(6), first: 'P6', last: 'X', plan: 'Gold', stop: 'no' }
    const ends: string[] = []
    for (let n = 0; n < 3; n += 1)
      await renamed.cycle('incremental').then(
        ({ report }) => ends.push(report.status),
        (error) => ends.push(String(error)),
      )
    console.log(ends)
    expect(
      Object.keys(world.sandbox.store.lists().find(({ title }) => title === 'All')?.members ?? {}).length ||
        [...(world.sandbox.store.lists().find(({ title }) => title === 'All')?.members ?? [])].length,
    ).toBe(5)
    expect(world.sandbox.store.contact(nthPhone(1))).toBeNull()
  })

  test.skip('L3 (what it does without the mend) a key that is the title of another list', async () => {
    const lists = [
      { title: 'Premium', key: 'VIP', where: 'contact.custom["Plan"] == "Gold"' },
      { title: 'VIP', where: 'contact.custom["Plan"] != "Gold"' },
    ]
    const world = await anEngine({ source: SRC(), lists, guard: FREE })
    people(world, 10, (n) => n <= 5)
    const first = await world.cycle()
    const second = await world.cycle()
    const third = await world.cycle()
    // The config refuses this now (c.test.ts); here is what it does: 10 put on, 10 taken off, in turn, for ever.
    console.log(
      JSON.stringify(
        [first, second, third].map(({ report }) => [
          report.status,
          report.plan,
          report.push,
          report.warnings,
        ]),
      ),
      JSON.stringify(world.sandbox.store.lists().map((l) => [l.title, [...l.members]])),
    )
    expect(world.sandbox.store.lists()).toHaveLength(2)
  })

  test('L4 somebody whom the account refuses does not keep the list from being made', async () => {
    const box = await withSandbox({ dialects: { listUnknownContact: 'reject' } })
    const world = await anEngine({ box, source: SRC(), lists: [GOLD], guard: FREE })
    people(world, 5, () => false)
    await world.cycle()
    // deleted in Heymarket and another made there: the count is the same
    const id = world.sandbox.store.contact(nthPhone(1))?.id ?? 0
    await world.client.contacts.remove(id)
    await world.client.contacts.create({ phone: '15105559999', first: 'New' })
    people(world, 5, () => true)
    world.rows.r1 = { ...world.rows.r1, plan: 'Gold' }
    const ends: unknown[] = []
    for (let n = 0; n < 4; n += 1) {
      const { report } = await world.cycle('incremental')
      ends.push([report.status, report.plan, report.push, report.warnings])
    }
    console.log(JSON.stringify(ends))
    expect([...(world.sandbox.store.lists()[0]?.members ?? [])].length).toBeGreaterThanOrEqual(4)
  })
})

describe('guard', () => {
  test('G1 approving what one cycle held lets nothing through that a later cycle held', async () => {
    const world = await anEngine({ source: aSource({ onRemoved: 'delete' }) })
    people(world, 100)
    await world.cycle()
    for (let n = 1; n <= 25; n += 1) delete world.rows[`r${n}`]
    const first = await world.cycle()
    expect(first.report.plan.held).toBe(25)
    for (let n = 26; n <= 40; n += 1) delete world.rows[`r${n}`]
    const second = await world.cycle()
    expect(second.report.plan.held).toBe(40)
    world.engine.held.approve(first.report.cycle, world.clock.now())
    const third = await world.cycle('incremental')
    console.log(third.report.plan, third.report.push)
    expect(world.sandbox.store.contact(nthPhone(1))).toBeNull()
    expect(world.sandbox.store.contact(nthPhone(30))).not.toBeNull()
  })
  test('G2 the same for members of a list', async () => {
    const world = await anEngine({
      source: SRC(),
      lists: [GOLD],
      guard: dials({ updates: { ratio: 1 }, blanks: { ratio: 1 } }),
    })
    people(world, 60)
    await world.cycle()
    people(world, 60, (n) => n > 25)
    const first = await world.cycle()
    expect(first.report.plan.held).toBe(25)
    people(world, 60, (n) => n > 40)
    const second = await world.cycle()
    expect(second.report.plan.held).toBe(40)
    world.engine.heldMembers.approve(first.report.cycle, world.clock.now())
    const third = await world.cycle('incremental')
    console.log(third.report.plan)
    expect([...(world.sandbox.store.lists()[0]?.members ?? [])]).toContain(nthPhone(30))
  })
})

describe('consent', () => {
  test('C1 an opt-out that a webhook tells of reaches the contact of a number in Heymarket', async () => {
    const world = await anEngine()
    people(world, 2)
    await world.cycle()
    openSeenMessages(world.db, world.engine.mirror.consent).take(
      { kind: 'opt-out', phone: nthPhone(1), type: 'target_opt_out' },
      world.clock.now(),
    )
    await world.cycle()
    await world.cycle()
    expect(world.engine.mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(world.sandbox.store.contact(nthPhone(1))?.is_opted_out).toBe(true)
  })

  test.each(['always', 'omitFalse', 'absent'] as const)(
    'C2 somebody who was allowed again stays so after the next edit of the record (%s)',
    async (optedOutRead) => {
      const box = await withSandbox({ dialects: { optedOutRead } })
      const world = await anEngine({ box, source: SRC() })
      people(world, 2)
      world.rows.r1 = { ...world.rows.r1, stop: 'yes' }
      await world.cycle()
      await world.cycle()
      expect(world.sandbox.store.contact(nthPhone(1))?.is_opted_out).toBe(true)
      world.rows.r1 = { ...world.rows.r1, stop: 'no' }
      await world.cycle()
      const { mirror, client, clock } = world.engine
      const view = await allow({ mirror, client, clock }, nthPhone(1), 'asked')
      expect(view.optedOut).toBe(false)
      expect(world.sandbox.store.contact(nthPhone(1))?.is_opted_out).toBe(false)
      world.rows.r1 = { ...world.rows.r1, first: 'New', stop: 'no' }
      await world.cycle()
      await world.cycle()
      expect(world.sandbox.store.contact(nthPhone(1))).toMatchObject({ first: 'New', is_opted_out: false })
      expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(false)
    },
  )
})

describe('erase', () => {
  test('E1 a plan file from before does not bring an opted-out person back', async () => {
    const office = await anOffice()
    office.rows = {
      'P-1': { phone: nthPhone(1), first: 'Ana', last: 'Q', email: 'a@q.example', stop: 'yes' },
    }
    const { plan, report } = await office.cycle('full', { planOnly: true })
    const { account } = await office.engine.lookups.get()
    const file = makePlan(
      office.engine,
      plan.released.map((change) => ({ change, held: null, pins: [] })),
      { cycle: report.cycle, account, requestsPerMinute: 450, undoes: null },
    )
    await office.erase(nthPhone(1))
    const out = await applyPlan(office.engine, file, { id: 'a1', trigger: 'apply', includeHeld: false })
    console.log(JSON.stringify(out.report.push), JSON.stringify(out.refused))
    expect(office.sandbox.store.contact(nthPhone(1))).toBeNull()
    expect(office.bytesOf(nthPhone(1))).toEqual([])
  })

  test('E2 a person can be erased although somebody deleted their list in Heymarket', async () => {
    const office = await anOffice()
    const withList = await anEngine({
      box: office,
      db: office.db,
      source: aSource({ map: { email: 'email', optedOut: 'stop' } }),
      lists: [{ title: 'All', where: 'true' }],
    })
    withList.rows = {
      'P-1': { phone: nthPhone(1), first: 'Ana', last: 'Q', email: 'a@q.example', stop: 'no' },
      'P-2': { phone: nthPhone(2), first: 'Ben', last: 'Q', email: '', stop: 'no' },
    }
    await withList.cycle()
    await withList.client.lists.remove(withList.sandbox.store.lists()[0]?.id ?? 0)
    await office.erase(nthPhone(1))
    expect(office.engine.mirror.erased.has(nthPhone(1))).toBe(true)
  })

  test('E3 a person can be erased although their contact was deleted in Heymarket', async () => {
    const office = await anOffice({ dialects: { listUnknownContact: 'reject' } })
    const withList = await anEngine({
      box: office,
      db: office.db,
      source: aSource({ map: { email: 'email', optedOut: 'stop' } }),
      lists: [{ title: 'All', where: 'true' }],
    })
    withList.rows = {
      'P-1': { phone: nthPhone(1), first: 'Ana', last: 'Q', email: 'a@q.example', stop: 'no' },
      'P-2': { phone: nthPhone(2), first: 'Ben', last: 'Q', email: '', stop: 'no' },
    }
    await withList.cycle()
    await withList.client.contacts.remove(withList.sandbox.store.contact(nthPhone(1))?.id ?? 0)
    await office.erase(nthPhone(1))
    expect(office.engine.mirror.erased.has(nthPhone(1))).toBe(true)
  })
})

describe('views', () => {
  test('V1 claims is 0 when no record claims the number any more', async () => {
    const world = await anEngine()
    people(world, 2)
    await world.cycle()
    delete world.rows.r1
    await world.cycle()
    const db = new Database(world.db.name, { readonly: true })
    expect(db.prepare('SELECT claims FROM v1_contacts WHERE phone = ?').get(nthPhone(1))).toEqual({
      claims: 0,
    })
    db.close()
  })
})
