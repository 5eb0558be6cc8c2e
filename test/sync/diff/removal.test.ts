// The removal ladder and adoption, over whole cycles: what happens to people who leave, and to those who were there before.
import { describe, expect, test } from 'vitest'
import type { SourceConfig } from '../../../src/config/schema.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { withSandbox } from '../../support/heymarket.ts'

const CUSTOM = { map: { email: 'email', custom: { Plan: 'plan' } } }

function person(n: number): Record<string, unknown> {
  return { phone: nthPhone(n), first: `P${n}`, last: 'X', email: `p${n}@example.com`, plan: 'Gold' }
}

/** Two people in Heymarket, made by heysync; the first of them then leaves the source. */
async function left(onRemoved: SourceConfig['onRemoved'], removedTag?: string): Promise<TestEngine> {
  const world = await anEngine({
    source: aSource({ ...CUSTOM, onRemoved, ...(removedTag === undefined ? {} : { removedTag }) }),
  })
  world.rows = { r1: person(1), r2: person(2) }
  await world.cycle()
  const { r1: _left, ...rest } = world.rows
  world.rows = rest
  return world
}

const shown = (world: TestEngine) => world.sandbox.store.contact(nthPhone(1))

describe('somebody who left', () => {
  test.each(['keep', 'removeFromLists'] as const)('stays as they are in Heymarket under %s', async (rung) => {
    const world = await left(rung)
    const [writes, before] = [world.writes().length, shown(world)]
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', sources: [{ gone: 1 }] })
    expect([world.writes().length, shown(world)]).toEqual([writes, before])
  })

  test('gets the tag under tag, beside their own, and loses it when they come back', async () => {
    const world = await left('tag', 'Newsletter')
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { remove: 1 } })
    expect(shown(world)).toMatchObject({ first: 'P1', tags: [{ tag: 'Newsletter' }] })
    world.rows.r1 = person(1)
    expect((await world.cycle()).report.status).toBe('ok')
    expect(shown(world)?.tags).toEqual([])
  })

  test('has the owned fields blank under clear, and nothing else', async () => {
    const world = await left('clear')
    await world.client.contacts.update(
      shown(world)?.id ?? 0,
      {
        phone: nthPhone(1),
        first: 'P1',
        last: 'X',
        display_name: 'Nick',
        email: 'p1@example.com',
        custom: { 901: 'Gold', 903: 'typed' },
        assignee_id: 501,
        tags: [{ tag_id: 12 }],
      },
      false,
    )
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { remove: 1 } })
    expect(shown(world)).toMatchObject({
      first: '',
      last: '',
      display_name: 'Nick',
      email: '',
      custom: { 903: 'typed' },
      assigned_user_id: 501,
      tags: [{ tag: 'New patient' }],
    })
  })

  test('loses every tag that the record ever gave under clear, also one that a policy left there', async () => {
    const source = aSource({ map: { tags: 'tags' }, onRemoved: 'clear' })
    const world = await anEngine({ source, fields: { tags: { write: 'neverClear' } } })
    world.rows = { r1: { ...person(1), tags: 'VIP' }, r2: { ...person(2), tags: 'Newsletter' } }
    await world.cycle()
    world.rows.r1 = { ...person(1), tags: '' }
    await world.cycle()
    expect(shown(world)?.tags).toMatchObject([{ tag: 'VIP' }])
    // Of another record, and nothing that this one ever gave.
    const body = { phone: nthPhone(1), first: 'P1', last: 'X', display_name: 'P1 X', email: '', custom: {} }
    const tags = [{ tag_id: 11 }, { tag_id: 13 }]
    await world.client.contacts.update(shown(world)?.id ?? 0, { ...body, assignee_id: -1, tags }, false)
    await world.cycle()
    delete world.rows.r1
    await world.cycle()
    expect(shown(world)).toMatchObject({ first: '', tags: [{ tag: 'Newsletter' }] })
  })

  test('loses a tag under clear that the record gave last but one, where that was not written yet', async () => {
    const world = await anEngine({ source: aSource({ map: { tags: 'tags' }, onRemoved: 'clear' }) })
    world.rows = { r1: { ...person(1), tags: 'VIP' }, r2: { ...person(2), tags: '' } }
    await world.cycle()
    // Resolved and not written: the tag is wanted no more, and Heymarket still has it.
    world.rows.r1 = { ...person(1), tags: 'New patient' }
    await world.cycle('full', { planOnly: true })
    delete world.rows.r1
    await world.cycle()
    expect(shown(world)).toMatchObject({ first: '', tags: [] })
  })

  test('is deleted under delete, because heysync made them', async () => {
    const world = await left('delete')
    expect((await world.cycle()).report).toMatchObject({
      status: 'ok',
      plan: { remove: 1 },
      push: { acked: 1 },
    })
    expect([shown(world), world.sandbox.store.contacts().length]).toEqual([null, 1])
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { remove: 0 } })
  })

  test.each(['keep', 'tag', 'removeFromLists', 'clear', 'delete'] as const)(
    'is left alone once that was done, and is as wanted again when they come back (%s)',
    async (rung) => {
      const world = await left(rung, 'Newsletter')
      await world.cycle()
      const writes = world.writes().length
      expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { remove: 0 } })
      expect(world.writes()).toHaveLength(writes)
      world.rows.r1 = person(1)
      expect((await world.cycle()).report.status).toBe('ok')
      expect(shown(world)).toMatchObject({
        first: 'P1',
        last: 'X',
        email: 'p1@example.com',
        custom: { 901: 'Gold' },
      })
    },
  )
})

describe('a contact that was there before heysync', () => {
  async function adopted(onRemoved: SourceConfig['onRemoved']): Promise<TestEngine> {
    const box = await withSandbox()
    box.sandbox.store.fill([
      { phone: nthPhone(1), first: 'P1', last: 'X', email: 'p1@example.com', custom: { 901: 'Gold' } },
    ])
    const world = await anEngine({ box, source: aSource({ ...CUSTOM, onRemoved }) })
    world.rows = { r1: person(1), r2: person(2) }
    await world.cycle()
    return world
  }

  test('is adopted without a write where it shows what is wanted', async () => {
    const world = await adopted('removeFromLists')
    expect(world.writes()).toEqual(['POST /v1/contact'])
    expect(world.engine.mirror.contacts.link(nthPhone(1))).toMatchObject({ origin: 'adopted' })
    expect(shown(world)?.rev).toBe(1)
  })

  test('is never deleted when it was adopted under another rung', async () => {
    const before = await adopted('removeFromLists')
    const world = await anEngine({
      box: before,
      db: before.db,
      source: aSource({ ...CUSTOM, onRemoved: 'delete' }),
    })
    world.rows = { r2: person(2) }
    expect((await world.cycle()).report.status).toBe('ok')
    expect(shown(world)).not.toBeNull()
  })

  test('is deleted when delete was in the config as it was adopted', async () => {
    const world = await adopted('delete')
    world.rows = { r2: person(2) }
    await world.cycle()
    expect(shown(world)).toBeNull()
  })

  test('that no record claims is never touched', async () => {
    const box = await withSandbox()
    box.sandbox.store.fill([{ phone: nthPhone(9), first: 'Stranger' }])
    const world = await anEngine({ box, source: aSource({ onRemoved: 'delete' }) })
    world.rows = { r1: person(1) }
    await world.cycle()
    world.rows = { r2: person(2) }
    await world.cycle()
    expect(world.sandbox.store.contact(nthPhone(9))).toMatchObject({ first: 'Stranger', rev: 1 })
  })
})

test('a database that was lost costs requests and no write (I8)', async () => {
  const first = await anEngine({ source: aSource(CUSTOM) })
  first.rows = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`r${n}`, person(n + 1)]))
  await first.cycle()
  const writes = first.writes().length
  const second = await anEngine({ box: first, db: aDatabase(), source: aSource(CUSTOM) })
  second.rows = first.rows
  expect((await second.cycle()).report).toMatchObject({
    status: 'ok',
    plan: { create: 0, update: 0, remove: 0 },
  })
  expect(second.writes()).toHaveLength(writes)
})

test('what a person typed into a field that heysync does not own stays, and drift in an owned one is set right', async () => {
  const world = await anEngine({ source: aSource(CUSTOM) })
  world.rows = { r1: person(1) }
  await world.cycle()
  await world.client.contacts.create({
    phone: nthPhone(1),
    first: 'Drifted',
    custom: { 903: 'typed' },
    assignee_id: 502,
  })
  expect((await world.cycle('incremental')).report).toMatchObject({ status: 'ok', plan: { update: 1 } })
  expect(shown(world)).toMatchObject({
    first: 'P1',
    custom: { 901: 'Gold', 903: 'typed' },
    assigned_user_id: 502,
  })
})

test('nobody who opted out in Heymarket is opted in again, whatever the source says (I3)', async () => {
  const world = await anEngine({ source: aSource({ map: { optedOut: 'stop' } }) })
  world.rows = { r1: { ...person(1), stop: 'no' } }
  await world.cycle()
  world.sandbox.store.stop(nthPhone(1))
  world.rows = { r1: { ...person(1), stop: 'no', first: 'New' } }
  await world.cycle()
  world.rows = { r1: { ...person(1), stop: '', first: 'Newer' } }
  await world.cycle()
  expect(shown(world)).toMatchObject({ first: 'Newer', is_opted_out: true })
})
