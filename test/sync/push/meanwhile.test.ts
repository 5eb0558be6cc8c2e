// What people do in Heymarket while a push of many is under way: nothing of theirs is lost, and nobody is there twice.
import { describe, expect, test } from 'vitest'
import { idOf, madeTwice, somebody, typed } from '../../invariants/situations.ts'
import { aBentEngine, type BentEngine, FREE, isBatch } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine } from '../../support/engine.ts'
import { people, person, RICH, renamed } from './support.ts'

const KEEP_EDITS = { default: { onHeymarketEdit: 'heymarket' } }

/** Once, right before or right after the next batch. */
function aroundBatch(world: BentEngine, when: 'before' | 'after', happens: () => unknown): void {
  world.bend(async (request, pass) => {
    if (!isBatch(request)) return pass()
    world.straighten()
    if (when === 'before') await happens()
    const result = await pass()
    if (when === 'after') await happens()
    return result
  })
}

const bearers = (world: BentEngine, n: number) =>
  world.sandbox.store.contacts().filter(({ phone }) => phone === nthPhone(n))

describe('between the plan and its batch', () => {
  test('a contact that was deleted is made again, once', async () => {
    const world = await aBentEngine({
      dialects: { duplicatePhone: 'duplicate' },
      source: RICH,
      writes: 'auto',
    })
    people(world, 20)
    await world.cycle()
    renamed(world, 20)
    await world.cycle('full', { onPlan: () => void world.sandbox.store.remove(nthPhone(3)) })
    expect(bearers(world, 3)).toHaveLength(1)
  })

  test('a contact that got another number leaves its own to one new contact', async () => {
    const world = await aBentEngine({
      dialects: { duplicatePhone: 'duplicate' },
      source: RICH,
      writes: 'auto',
    })
    people(world, 20)
    await world.cycle()
    renamed(world, 20)
    const other = typed(3, { phone: nthPhone(333) })
    aroundBatch(world, 'before', () => somebody(world).update(idOf(world, 3), other, false))
    await world.cycle()
    expect([bearers(world, 3).length, bearers(world, 333).length]).toEqual([1, 1])
  })

  test('a contact that a person made is never deleted by heysync (I4)', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'auto' })
    people(world, 20)
    await world.cycle('full', {
      onPlan: () => void world.sandbox.store.fill([{ phone: nthPhone(3), first: 'Typed' }]),
    })
    await world.cycle()
    const deleting = await anEngine({
      box: world,
      db: world.db,
      source: { ...RICH, onRemoved: 'delete' },
      guard: FREE,
      writes: 'auto',
    })
    deleting.rows = { ...world.rows }
    delete deleting.rows.r3
    await deleting.cycle()
    expect(bearers(world, 3)).toHaveLength(1)
  })

  test('a contact that a person made does not keep a late account from being asked for the others', async () => {
    const world = await aBentEngine({
      dialects: { visibilityDelayMs: 10_000, duplicatePhone: 'duplicate' },
      source: RICH,
      writes: 'auto',
    })
    people(world, 5)
    aroundBatch(world, 'before', () => world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Typed' }]))
    await world.cycle()
    world.clock.advance(60_000)
    expect(madeTwice(world)).toEqual([])
  })
})

describe('between a batch and its reading back', () => {
  test('what somebody typed stays under onHeymarketEdit: heymarket', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'auto', fields: KEEP_EDITS })
    people(world, 20)
    await world.cycle()
    renamed(world, 20)
    aroundBatch(world, 'after', () => world.sandbox.store.edit(nthPhone(3), { first: 'Typed' }))
    await world.cycle()
    await world.cycle()
    expect(world.sandbox.store.contact(nthPhone(3))).toMatchObject({ first: 'Typed' })
  })

  test('whoever writes STOP is put on no list of the same cycle', async () => {
    const world = await aBentEngine({
      source: RICH,
      writes: 'auto',
      lists: [{ title: 'All', where: '!contact.optedOut' }],
    })
    people(world, 12, { stop: 'no' })
    aroundBatch(world, 'after', () => world.sandbox.store.stop(nthPhone(3)))
    await world.cycle()
    const [list] = world.sandbox.store.lists()
    expect(list?.members).toHaveLength(11)
    expect(list?.members).not.toContain(nthPhone(3))
  })
})

test('an edit of what Heymarket had stored in its own way stays under onHeymarketEdit: heymarket', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'single', fields: KEEP_EDITS })
  world.rows.r1 = person(1, { email: 'Ann@example.com' })
  // An account that stores addresses in small letters.
  world.bend(async (request, pass) => {
    const body = request.json as { email?: string } | undefined
    if (body?.email !== undefined) body.email = body.email.toLowerCase()
    return pass()
  })
  await world.cycle()
  await world.cycle()
  world.sandbox.store.edit(nthPhone(1), { email: 'corrected@example.com' })
  world.clock.advance(3_600_000)
  await world.cycle()
  expect(world.sandbox.store.contact(nthPhone(1))).toMatchObject({ email: 'corrected@example.com' })
})
