// Apply: exactly what the plan shows, through the sandbox; what moved is refused and nothing else.
import { describe, expect, test } from 'vitest'
import { sealed } from '../../../src/sync/plan/plan-file.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource, dials } from '../../support/engine.ts'
import { aWorld, person } from './support.ts'

describe('apply', () => {
  test('writes what the plan says and nothing that the sources say since', async () => {
    const world = await aWorld(2)
    await world.cycle()
    world.rows.r1 = person(1, 'Planned', { email: 'p1@example.com' })
    world.rows.r3 = person(3)
    const plan = await world.planned()
    world.rows.r1 = person(1, 'Later', { email: 'p1@example.com' })
    world.rows.r4 = person(4)
    const { report, already, refused } = await world.apply(plan)
    expect(report).toMatchObject({
      status: 'ok',
      sources: [],
      plan: { create: 1, update: 1, remove: 0 },
      push: { acked: 2, retrying: 0, deadLettered: 0 },
    })
    expect([already, refused]).toEqual([0, []])
    expect(world.held(1)?.first).toBe('Planned')
    expect(world.held(3)).toMatchObject({ first: 'P3' })
    expect(world.held(4)).toBeNull()
    expect(world.engine.cycles.find('a1')).toMatchObject({ trigger: 'apply', status: 'ok' })
    // The next sync goes on from there.
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { create: 1, update: 1 } })
    expect(world.held(1)?.first).toBe('Later')
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 0 })
  })

  test('a second time writes nothing: all of it is there already', async () => {
    const world = await aWorld(3)
    const plan = await world.planned()
    await world.apply(plan)
    const writes = await world.writesOf(async () => {
      expect(await world.apply(plan)).toMatchObject({
        already: 3,
        refused: [],
        report: { status: 'ok', plan: { create: 0 }, push: { acked: 0 } },
      })
    })
    expect(writes).toEqual([])
  })

  test('after a human edit refuses exactly what moved, and says how', async () => {
    const world = await aWorld(4)
    await world.cycle()
    for (let n = 1; n <= 4; n += 1) world.rows[`r${n}`] = person(n, `P${n}`, { email: `new${n}@example.com` })
    world.rows.r5 = person(5)
    world.rows.r6 = person(6)
    const plan = await world.planned()
    await world.edit(2, { email: 'typed@example.com' })
    // Of a field that the plan does not show.
    await world.edit(3, { last: 'Typed' })
    await world.client.contacts.create({ phone: nthPhone(5), first: 'Walk-in' })
    await world.client.contacts.remove(world.held(4)?.id ?? 0)
    const { report, refused } = await world.apply(plan)
    expect(refused).toEqual([
      {
        phone: nthPhone(2),
        kind: 'update',
        source: 'clinic',
        record: 'r2',
        moved: [{ field: 'email', planned: 'p2@example.com', now: 'typed@example.com' }],
      },
      expect.objectContaining({
        phone: nthPhone(4),
        moved: [{ field: 'contact', planned: 'there', now: 'gone' }],
      }),
      expect.objectContaining({
        phone: nthPhone(5),
        kind: 'create',
        moved: expect.arrayContaining([{ field: 'first', planned: '', now: 'Walk-in' }]),
      }),
    ])
    expect(report).toMatchObject({ status: 'held', plan: { create: 1, update: 2 }, push: { acked: 3 } })
    expect(world.held(1)?.email).toBe('new1@example.com')
    expect(world.held(2)?.email).toBe('typed@example.com')
    expect(world.held(3)).toMatchObject({ email: 'new3@example.com', last: 'Typed' })
    expect(world.held(5)?.first).toBe('Walk-in')
    expect(world.held(6)?.first).toBe('P6')
  })

  test('refuses a change for somebody who opted out since, and no write lifts it', async () => {
    const world = await aWorld(1)
    await world.cycle()
    world.rows.r1 = person(1, 'New', { email: 'p1@example.com' })
    const plan = await world.planned()
    await world.client.status.unsubscribe(world.held(1)?.id ?? 0)
    const { refused } = await world.apply(plan)
    expect(refused).toMatchObject([{ moved: [{ field: 'optedOut', planned: '', now: 'true' }] }])
    expect(world.held(1)).toMatchObject({ first: 'P1', is_opted_out: true })
  })

  test('leaves held what the plan shows as held, until it is told to include it', async () => {
    const world = await aWorld(3)
    Object.assign(world.engine, { guard: () => dials({ updates: { ratio: 0, min: 0, count: 0 } }) })
    await world.cycle()
    for (let n = 1; n <= 3; n += 1) world.rows[`r${n}`] = person(n, 'New', { email: `p${n}@example.com` })
    world.rows.r4 = person(4)
    const plan = await world.planned()
    expect(await world.apply(plan)).toMatchObject({
      heldBack: 3,
      report: { status: 'held', plan: { create: 1, update: 0, held: 0 }, push: { acked: 1 } },
    })
    expect(world.held(1)?.first).toBe('P1')
    expect(await world.apply(plan, { includeHeld: true })).toMatchObject({
      heldBack: 0,
      already: 1,
      report: { status: 'ok', plan: { update: 3 }, push: { acked: 3 } },
    })
    expect(world.held(1)?.first).toBe('New')
  })

  test('lets an opt-out and the held rest of its contact go together', async () => {
    const world = await aWorld(1)
    Object.assign(world.engine, { guard: () => dials({ updates: { ratio: 0, min: 0, count: 0 } }) })
    await world.cycle()
    world.rows.r1 = person(1, 'New', { email: 'p1@example.com' })
    world.engine.mirror.consent.optOut(nthPhone(1), 'hand', 'asked', 0)
    world.engine.mirror.contacts.unsettle(nthPhone(1))
    const plan = await world.planned()
    expect(plan.changes).toHaveLength(2)
    expect(await world.apply(plan, { includeHeld: true })).toMatchObject({
      report: { status: 'ok', plan: { update: 1 }, push: { acked: 1 } },
    })
    expect(world.held(1)).toMatchObject({ first: 'New', is_opted_out: true })
  })

  test('deletes only what is still as it was, and what heysync made', async () => {
    const world = await aWorld(4, aSource({ onRemoved: 'delete', map: { email: 'email' } }))
    Object.assign(world.engine, { guard: () => dials({ removals: { ratio: 1, min: 100 } }) })
    await world.cycle()
    await world.cycle()
    delete world.rows.r1
    delete world.rows.r2
    const plan = await world.planned()
    expect(plan.counts.remove).toBe(2)
    await world.edit(2, { display_name: 'Seen on Monday' })
    const { refused } = await world.apply(plan)
    expect(world.held(1)).toBeNull()
    expect(refused).toMatchObject([{ phone: nthPhone(2), moved: [{ field: 'contact' }] }])
    expect(world.held(2)?.display_name).toBe('Seen on Monday')
    // A plan that somebody made up.
    const { id: _id, ...content } = plan
    const adopted = await world.client.contacts.create({ phone: nthPhone(9), first: 'Theirs' })
    const [first] = plan.changes
    if (!first) throw new Error('no change')
    const theirs = { ...first, phone: nthPhone(9), contactId: adopted.id }
    expect((await world.apply(await sealed({ ...content, changes: [theirs] }))).refused).toMatchObject([
      { moved: [{ planned: 'made by heysync' }] },
    ])
    expect(world.held(9)?.first).toBe('Theirs')
  })

  test('deletes an adopted contact for the way in which the plan saw it leave, and for no other', async () => {
    const rungs = { archived: 'keep', merged: 'keep', outOfScope: 'keep', numberChanged: 'keep' } as const
    const onRemoved = { ...rungs, deleted: 'keep', absent: 'delete' } as const
    const world = await aWorld(0, aSource({ onRemoved }))
    Object.assign(world.engine, { guard: () => dials({ removals: { ratio: 1, min: 100 } }) })
    for (const n of [1, 2])
      await world.client.contacts.create({ phone: nthPhone(n), first: `P${n}`, last: 'X' })
    for (const n of [1, 2, 3, 4]) world.rows[`r${n}`] = person(n)
    await world.cycle()
    expect(world.engine.mirror.contacts.link(nthPhone(1))).toMatchObject({ origin: 'adopted' })
    delete world.rows.r1
    const plan = await world.planned()
    expect(plan.changes).toMatchObject([{ rung: 'delete', ways: ['absent'] }])
    // The plan was made on a copy: the database that applies it has not seen anybody leave.
    world.db.exec("UPDATE contact SET state = 'wanted', left_cycle = NULL, left_ways = ''")
    const { id: _id, ...content } = plan
    const deleted = plan.changes.map((change) => ({ ...change, ways: ['deleted' as const] }))
    const other = await world.apply(await sealed({ ...content, changes: deleted }))
    expect(other.refused).toMatchObject([{ moved: [{ planned: 'made by heysync' }] }])
    expect((await world.apply(plan)).refused).toEqual([])
    expect(world.held(1)).toBeNull()
  })

  test('somebody whom the plan removed and whose record is there again comes back with the next sync', async () => {
    const world = await aWorld(4, aSource({ onRemoved: 'delete', map: { email: 'email' } }))
    Object.assign(world.engine, { guard: () => dials({ removals: { ratio: 1, min: 100 } }) })
    await world.cycle()
    const row = world.rows.r1
    delete world.rows.r1
    const plan = await world.planned()
    world.rows.r1 = row ?? {}
    await world.apply(plan)
    expect(world.held(1)).toBeNull()
    await world.cycle()
    expect(world.held(1)).toMatchObject({ first: 'P1' })
  })

  test('of another account is refused before anything is written', async () => {
    const world = await aWorld(1)
    const { id: _id, ...content } = await world.planned()
    const plan = await sealed({ ...content, account: { id: 424242, name: 'Others' } })
    const writes = await world.writesOf(() =>
      expect(world.apply(plan)).rejects.toMatchObject({ code: 'ERR_PLAN_ACCOUNT' }),
    )
    expect(writes).toEqual([])
  })

  test('survives lost answers: each change once, and what was under way is found again', async () => {
    const world = await aWorld(20)
    const plan = await world.planned()
    world.sandbox.configure({ faults: { lostAnswer: 0.5, writesOnly: 1 } })
    let left = 20
    for (let turn = 0; turn < 20 && left > 0; turn += 1) {
      const { report, already } = await world.apply(plan)
      left = 20 - already - report.push.acked
    }
    world.sandbox.configure({ faults: { lostAnswer: 0, writesOnly: 0 } })
    expect(await world.apply(plan)).toMatchObject({ already: 20 })
    const made = world.sandbox.store.creations().map(({ phone }) => phone)
    expect(new Set(made).size).toBe(made.length)
    expect(world.sandbox.store.contacts()).toHaveLength(20)
  })

  test('keeps the dead letters of other cycles', async () => {
    const world = await aWorld(2)
    await world.cycle()
    const { outbox } = world.engine
    const dead = {
      kind: 'create',
      phone: nthPhone(8),
      sourceId: 'clinic',
      recordId: 'r8',
      fields: [],
    } as const
    outbox.buryNotStored(dead, 'no', { id: 'c0001', at: 0 })
    world.rows.r1 = person(1, 'New', { email: 'p1@example.com' })
    const { id: _id, ...content } = await world.planned()
    const plan = await sealed({
      ...content,
      changes: content.changes.filter(({ kind }) => kind === 'update'),
    })
    await world.apply(plan)
    expect(outbox.counts().dead).toBe(1)
    expect(world.held(1)?.first).toBe('New')
  })
})
