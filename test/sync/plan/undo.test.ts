// Undo: what a cycle wrote is put back, what people changed since stays, and the next sync does not write it again.
import { describe, expect, test } from 'vitest'
import type { Change } from '../../../src/sync/diff/change.ts'
import { keepBeforeImage } from '../../../src/sync/push/before-image.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource, dials } from '../../support/engine.ts'
import { aWorld, person, type World } from './support.ts'

const WIDE = dials({ removals: { ratio: 1, min: 100 } })

/** Three people, and a cycle that changed the name and the e-mail of each. */
async function wronged(dialects = {}): Promise<{ world: World; cycle: string }> {
  const world = await aWorld(3, undefined, dialects)
  await world.cycle()
  for (let n = 1; n <= 3; n += 1) world.rows[`r${n}`] = person(n, 'Wrong', { email: 'wrong@example.com' })
  const { report } = await world.cycle()
  expect(report.push.acked).toBe(3)
  return { world, cycle: report.cycle }
}

async function undone(world: World, cycle: string, wishes = {}) {
  const { found, plan } = await world.undoOf(cycle, wishes)
  return { found, outcome: await world.apply(plan) }
}

describe('undo', () => {
  test('puts back what the cycle found, display names too', async () => {
    const { world, cycle } = await wronged()
    const { found, outcome } = await undone(world, cycle)
    expect(found).toMatchObject({ left: [], refused: [], already: 0 })
    expect(outcome.report).toMatchObject({ status: 'ok', plan: { update: 3 }, push: { acked: 3 } })
    for (const n of [1, 2, 3])
      expect(world.held(n)).toMatchObject({
        first: `P${n}`,
        display_name: `P${n} X`,
        email: `p${n}@example.com`,
      })
  })

  test('keeps to the fields and the people that were asked for', async () => {
    const { world, cycle } = await wronged()
    await undone(world, cycle, { fields: new Set(['email']), phones: new Set([nthPhone(2)]) })
    expect(world.held(1)).toMatchObject({ first: 'Wrong', email: 'wrong@example.com' })
    expect(world.held(2)).toMatchObject({ first: 'Wrong', email: 'p2@example.com' })
  })

  test('refuses what somebody changed since, and leaves their other fields alone', async () => {
    const { world, cycle } = await wronged()
    await world.edit(1, { email: 'typed@example.com' })
    await world.edit(2, { last: 'Typed' })
    const { found } = await undone(world, cycle)
    expect(found.refused).toMatchObject([
      {
        phone: nthPhone(1),
        moved: [{ field: 'email', planned: 'wrong@example.com', now: 'typed@example.com' }],
      },
    ])
    expect(world.held(1)).toMatchObject({ first: 'Wrong', email: 'typed@example.com' })
    expect(world.held(2)).toMatchObject({ first: 'P2', last: 'Typed', email: 'p2@example.com' })
  })

  test('is not written over by the next syncs, until the source says something else', async () => {
    const { world, cycle } = await wronged()
    await undone(world, cycle)
    const writes = await world.writesOf(async () => {
      for (const mode of ['full', 'incremental'] as const)
        expect((await world.cycle(mode)).report).toMatchObject({ status: 'ok', plan: { update: 0 } })
    })
    expect(writes).toEqual([])
    expect(world.engine.mirror.pins.countPhones()).toBe(3)
    // One field of one person is said anew: only that is written.
    world.rows.r1 = person(1, 'Right', { email: 'wrong@example.com' })
    expect((await world.cycle()).report).toMatchObject({
      status: 'ok',
      plan: { update: 1 },
      push: { acked: 1 },
    })
    expect(world.held(1)).toMatchObject({ first: 'Right', email: 'p1@example.com' })
    expect((await world.cycle()).report.plan).toMatchObject({ update: 0 })
    // The source is mended: nothing to write, and nothing is held back any more.
    for (const n of [1, 2, 3]) world.rows[`r${n}`] = person(n, `P${n}`, { email: `p${n}@example.com` })
    world.rows.r1 = person(1, 'Right', { email: 'p1@example.com' })
    expect((await world.cycle()).report.plan).toMatchObject({ update: 0 })
    expect(world.engine.mirror.pins.countPhones()).toBe(0)
    // The same wrong value again is a new word of the source.
    world.rows.r2 = person(2, 'Wrong', { email: 'p2@example.com' })
    await world.cycle()
    expect(world.held(2)?.first).toBe('Wrong')
  })

  test('of an undo writes what the first cycle wrote, and lifts what was held back', async () => {
    const { world, cycle } = await wronged()
    const { outcome } = await undone(world, cycle)
    await undone(world, outcome.report.cycle)
    expect(world.held(1)).toMatchObject({ first: 'Wrong', email: 'wrong@example.com' })
    expect((await world.cycle()).report.plan).toMatchObject({ update: 0 })
    expect(world.engine.mirror.pins.countPhones()).toBe(0)
  })

  test('a second time finds everything as it was', async () => {
    const { world, cycle } = await wronged()
    await undone(world, cycle)
    const { found } = await undone(world, cycle)
    expect(found).toMatchObject({ changes: [], already: 3 })
  })

  test('never takes back an opt-out', async () => {
    const world = await aWorld(1, aSource({ map: { email: 'email', optedOut: 'stop' } }))
    await world.cycle()
    world.rows.r1 = person(1, 'Wrong', { email: 'p1@example.com', stop: 'yes' })
    const { report } = await world.cycle()
    const { found } = await undone(world, report.cycle)
    expect(found.left).toEqual([{ phone: nthPhone(1), reason: expect.stringContaining('opt-out') }])
    expect(world.held(1)).toMatchObject({ first: 'P1', is_opted_out: true })
    await world.cycle()
    expect(world.held(1)).toMatchObject({ first: 'P1', is_opted_out: true })
  })

  test('refuses whoever has an opt-out that the guard holds, because a write would carry it', async () => {
    const world = await aWorld(40, aSource({ map: { email: 'email', optedOut: 'stop' } }))
    await world.cycle()
    world.rows.r1 = { ...world.rows.r1, first: 'New' }
    world.rows.r2 = { ...world.rows.r2, first: 'New' }
    const { report } = await world.cycle()
    // A column that says yes to everybody, but for one.
    for (let n = 1; n <= 40; n += 1)
      world.rows[`r${n}`] = { ...world.rows[`r${n}`], stop: n === 2 ? 'no' : 'yes' }
    expect((await world.cycle()).report.plan.held).toBe(39)
    const { outcome } = await undone(world, report.cycle)
    expect(outcome).toMatchObject({
      report: { status: 'held', push: { acked: 1 } },
      refused: [
        { phone: nthPhone(1), moved: [{ field: 'optedOut', now: 'held by the guard until it is approved' }] },
      ],
    })
    expect(world.held(1)).toMatchObject({ first: 'New', is_opted_out: false })
    expect(world.held(2)).toMatchObject({ first: 'P2', is_opted_out: false })
  })

  test('takes back the tags that came and went, and leaves those of people', async () => {
    const world = await aWorld(0, aSource({ map: { tags: 'tags' } }))
    const there = new Set((await world.client.tags.list()).map(({ name }) => name))
    for (const name of ['VIP', 'New', 'Theirs']) if (!there.has(name)) await world.client.tags.create(name)
    world.rows.r1 = person(1, 'P1', { tags: ['New'] })
    await world.cycle()
    world.rows.r1 = person(1, 'P1', { tags: ['VIP'] })
    const { report } = await world.cycle()
    const tags = await world.client.tags.list()
    const id = (name: string) => tags.find((tag) => tag.name === name)?.id ?? 0
    await world.edit(1, { tags: [{ tag_id: id('VIP') }, { tag_id: id('Theirs') }] })
    await undone(world, report.cycle)
    const held = (await world.client.contacts.lookUp(nthPhone(1)))?.tagIds ?? []
    expect([...held].sort()).toEqual([id('New'), id('Theirs')].sort())
    expect((await world.cycle()).report.plan).toMatchObject({ update: 0 })
  })

  test('leaves what was created, or deletes it when told to and nobody touched it', async () => {
    const world = await aWorld(3)
    const { report } = await world.cycle()
    const first = await undone(world, report.cycle)
    expect(first.found).toMatchObject({ changes: [], refused: [] })
    expect(first.found.left.map(({ reason }) => reason)).toEqual(
      Array(3).fill(expect.stringContaining('--delete-created')),
    )
    await world.edit(2, { last: 'Typed' })
    await world.edit(3, { display_name: 'Seen' })
    const { found } = await undone(world, report.cycle, { deleteCreated: true })
    expect(found.refused).toMatchObject([
      { phone: nthPhone(2), moved: [{ field: 'last', planned: 'X', now: 'Typed' }] },
      { phone: nthPhone(3), moved: [{ field: 'contact' }] },
    ])
    expect(world.held(1)).toBeNull()
    expect(world.held(2)?.last).toBe('Typed')
    // It stays away while the source says the same.
    await world.cycle()
    expect(world.held(1)).toBeNull()
    world.rows.r1 = person(1, 'Again')
    await world.cycle()
    expect(world.held(1)).toMatchObject({ first: 'Again' })
  })

  test('does not delete a contact that was there before', async () => {
    const world = await aWorld(0)
    await world.client.contacts.create({ phone: nthPhone(1), first: 'Theirs' })
    world.rows.r1 = person(1, 'Theirs', { email: '' })
    const { report } = await world.cycle()
    await undone(world, report.cycle, { deleteCreated: true })
    expect(world.held(1)).not.toBeNull()
  })

  test('of a removal that cleared restores the fields, and they are not cleared again', async () => {
    const world = await aWorld(4, aSource({ onRemoved: 'clear', map: { email: 'email' } }))
    Object.assign(world.engine, { guard: () => WIDE })
    await world.cycle()
    delete world.rows.r1
    const { report } = await world.cycle()
    expect(world.held(1)?.first).toBe('')
    await undone(world, report.cycle)
    expect(world.held(1)).toMatchObject({ first: 'P1', email: 'p1@example.com' })
    const writes = await world.writesOf(async () => {
      for (let turn = 0; turn < 3; turn += 1) expect((await world.cycle()).report.status).toBe('ok')
    })
    expect(writes).toEqual([])
    // Who came back and leaves again is removed again.
    world.rows.r1 = person(1, 'P1', { email: 'p1@example.com' })
    await world.cycle()
    delete world.rows.r1
    await world.cycle()
    expect(world.held(1)?.first).toBe('')
  })

  test('of a deletion makes the contact anew with all that it held', async () => {
    const world = await aWorld(4, aSource({ onRemoved: 'delete', map: { email: 'email' } }))
    Object.assign(world.engine, { guard: () => WIDE })
    await world.cycle()
    await world.edit(1, { display_name: 'Annie' })
    const before = world.held(1)
    delete world.rows.r1
    const { report } = await world.cycle()
    expect(world.held(1)).toBeNull()
    await undone(world, report.cycle)
    expect(world.held(1)).toMatchObject({ first: 'P1', email: 'p1@example.com', display_name: 'Annie' })
    expect(world.held(1)?.id).not.toBe(before?.id)
    await world.cycle()
    expect(world.held(1)).not.toBeNull()
  })

  test('also of a plan that was applied, before any sync has seen what it wrote', async () => {
    const world = await aWorld(2)
    await world.cycle()
    const rows = { ...world.rows }
    world.rows.r1 = person(1, 'Wrong', { email: 'p1@example.com' })
    world.rows.r3 = person(3)
    // As on a copy of the database: what the plan pulled is not remembered.
    const plan = await world.planned()
    world.rows = rows
    await world.cycle()
    const { report } = await world.apply(plan)
    await undone(world, report.cycle, { deleteCreated: true })
    expect(world.held(1)?.first).toBe('P1')
    expect(world.held(3)).toBeNull()
    world.rows = { ...rows, r1: person(1, 'Wrong', { email: 'p1@example.com' }), r3: person(3) }
    expect((await world.cycle()).report.plan).toMatchObject({ create: 0, update: 0 })
    expect(world.held(1)?.first).toBe('P1')
  })

  test('works where the answer to the write was lost', async () => {
    const world = await aWorld(1)
    await world.cycle()
    world.rows.r1 = person(1, 'Wrong', { email: 'p1@example.com' })
    const { report } = await world.cycle('full', {
      onPlan: () => world.sandbox.configure({ faults: { lostAnswer: 1, writesOnly: 1 } }),
    })
    world.sandbox.configure({ faults: { lostAnswer: 0, writesOnly: 0 } })
    expect(world.held(1)?.first).toBe('Wrong')
    await undone(world, report.cycle)
    expect(world.held(1)?.first).toBe('P1')
  })

  test('images are kept for so many days and no longer', async () => {
    const { world, cycle } = await wronged()
    const { images } = world.engine.mirror
    world.clock.advance(29 * 24 * 3_600_000)
    await world.cycle()
    expect(images.ofCycle(cycle)).toHaveLength(3)
    world.clock.advance(2 * 24 * 3_600_000)
    await world.cycle()
    expect(images.ofCycle(cycle)).toEqual([])
  })
})

test('two writes of one cycle are one image: the value before the first, and after the last', async () => {
  const { world, cycle } = await wronged()
  const deps = { mirror: world.engine.mirror, clock: world.clock, cycleId: cycle }
  const again = (fields: Change['fields']): Change => ({
    kind: 'update',
    phone: nthPhone(1),
    contactId: world.held(1)?.id ?? 0,
    sourceId: 'clinic',
    recordId: 'r1',
    fields,
  })
  keepBeforeImage(
    deps,
    again([
      { field: 'first', before: 'Wrong', after: 'Worse' },
      { field: 'last', before: 'X', after: 'Y' },
    ]),
  )
  expect(world.engine.mirror.images.find(cycle, nthPhone(1))?.fields).toEqual([
    { field: 'email', before: 'p1@example.com', after: 'wrong@example.com' },
    { field: 'first', before: 'P1', after: 'Worse' },
    { field: 'last', before: 'X', after: 'Y' },
  ])
})
