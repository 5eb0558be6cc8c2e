// onPhoneChange, over whole cycles: a record whose number changes, in accounts that allow, refuse or merge.
import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../../src/lib/errors.ts'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import {
  aBoxWhere,
  idOf,
  madeTwice,
  optsOut,
  person,
  shown,
  somebody,
  typed,
} from '../../invariants/situations.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { type Box, withSandbox } from '../../support/heymarket.ts'

const UPDATES = aSource({ onPhoneChange: 'update', onRemoved: 'clear' })

/** r1 in Heymarket under the first number, with a nickname that somebody gave. */
async function one(dialects: Partial<Dialects> = {}, source = UPDATES, box?: Box): Promise<TestEngine> {
  const world = await anEngine({ source, box: box ?? (await withSandbox({ dialects })) })
  world.rows = { r1: person(1) }
  await world.cycle()
  await somebody(world).update(idOf(world, 1), typed(1, { display_name: 'Nick' }), false)
  return world
}

/** r1 has the second number from now on. */
async function moves(world: TestEngine, more: Record<string, unknown> = {}) {
  world.rows = { ...world.rows, r1: person(2, { first: 'P1', ...more }) }
  return (await world.cycle()).report
}

/** The default: a contact of its own for the new number, and the ladder for the old one. */
function fellBack(world: TestEngine): void {
  expect(shown(world, 1)).toMatchObject({ first: '' })
  expect(shown(world, 2)).toMatchObject({ first: 'P1' })
  expect(madeTwice(world)).toEqual([])
}

describe('a number that changes', () => {
  test('makes a new contact by default, and the old one goes down the ladder', async () => {
    const world = await one({}, aSource({ onRemoved: 'clear' }))
    expect(await moves(world)).toMatchObject({ status: 'ok', plan: { create: 1, update: 0, remove: 1 } })
    fellBack(world)
  })

  test('changes the number of the same contact under update, with everything that was on it', async () => {
    const world = await one()
    const id = idOf(world, 1)
    const report = await moves(world, { last: 'Lee' })
    expect(report).toMatchObject({
      status: 'ok',
      plan: { create: 0, update: 1, remove: 0 },
      push: { acked: 1 },
    })
    expect(shown(world, 1)).toBeNull()
    expect(shown(world, 2)).toMatchObject({ id, first: 'P1', last: 'Lee', display_name: 'Nick' })
    expect((await world.cycle()).report).toMatchObject({ plan: { create: 0, update: 0, remove: 0 } })
    expect(world.engine.mirror.contacts.find(nthPhone(1))).toBeUndefined()
  })

  test('goes back again', async () => {
    const world = await one()
    const id = idOf(world, 1)
    await moves(world)
    world.rows = { r1: person(1) }
    await world.cycle()
    expect([idOf(world, 1), shown(world, 2)]).toEqual([id, null])
  })

  test('is shown by the plan as what it is', async () => {
    const world = await one()
    world.rows = { r1: person(2, { first: 'P1' }) }
    const { plan } = await world.cycle('full', { planOnly: true })
    expect([...plan.released]).toMatchObject([
      {
        kind: 'update',
        phone: nthPhone(2),
        fields: [{ field: 'phone', before: nthPhone(1), after: nthPhone(2) }],
      },
    ])
  })

  test('counts for the updates dial', async () => {
    const world = await anEngine({ source: UPDATES, guard: dials({ updates: { ratio: 0, min: 1 } }) })
    world.rows = { r1: person(1) }
    await world.cycle()
    expect(await moves(world)).toMatchObject({ status: 'held', plan: { update: 1, remove: 0, held: 1 } })
    expect([shown(world, 1)?.first, shown(world, 2)]).toEqual(['P1', null])
    world.rows = { r1: person(1) }
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { update: 0, held: 0 } })
  })
})

describe('where the account takes no other number', () => {
  test('a refused change ends in a new contact and the ladder, and is not tried again', async () => {
    const world = await one({ phoneChange: 'reject' })
    expect(await moves(world)).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect((await world.cycle()).report).toMatchObject({
      status: 'ok',
      plan: { create: 0, update: 0, remove: 1 },
    })
    fellBack(world)
    const writes = world.writes().length
    await world.cycle()
    expect(world.writes()).toHaveLength(writes)
  })

  test.each([0, 60_000])(
    'one that was acknowledged and did not stick ends so too, shown after %i ms',
    async (visibilityDelayMs) => {
      const box = await withSandbox({ dialects: { visibilityDelayMs } })
      const { contacts } = box.client
      const keepsNumber: typeof contacts = {
        ...contacts,
        update: (id, body, overwrite) => contacts.update(id, { ...body, phone: nthPhone(1) }, overwrite),
      }
      const world = await one({}, UPDATES, { ...box, client: { ...box.client, contacts: keepsNumber } })
      world.clock.advance(2 * visibilityDelayMs)
      await moves(world)
      for (let n = 0; n < 3; n += 1) {
        world.clock.advance(2 * visibilityDelayMs)
        await world.cycle()
      }
      fellBack(world)
    },
  )
})

describe('it is not certain that it is the same contact', () => {
  test('when another record claims the old number', async () => {
    const world = await one()
    world.rows.r0 = person(1, { first: 'Other' })
    await moves(world)
    expect([shown(world, 1)?.first, shown(world, 2)?.first]).toEqual(['Other', 'P1'])
  })

  test('when another record claimed it until now', async () => {
    const world = await one()
    world.rows = { r1: person(1), r9: person(1) }
    await world.cycle()
    world.rows = { r1: person(2, { first: 'P1' }), r9: person(3) }
    await world.cycle()
    fellBack(world)
  })

  test('when another record claims the new number', async () => {
    const world = await one()
    world.rows.r9 = person(2, { first: 'Twin' })
    await moves(world)
    fellBack(world)
  })

  test('when Heymarket has a contact with the new number', async () => {
    const world = await one({ phoneChange: 'merge' })
    await somebody(world).create(typed(2, { first: 'Typed' }))
    const id = idOf(world, 2)
    await moves(world)
    fellBack(world)
    expect(idOf(world, 2)).toBe(id)
  })

  test('when two contacts of Heymarket bear the old number', async () => {
    const world = await one({ duplicatePhone: 'duplicate' })
    await somebody(world).create(typed(1, {}))
    await moves(world)
    expect(shown(world, 2)?.first).toBe('P1')
    expect(world.writes().filter((line) => line === 'POST /v1/contact')).toHaveLength(3)
  })
})

test.each(['allow', 'merge'] as const)(
  'a contact that somebody makes with the new number meanwhile is left as it is (%s)',
  async (phoneChange) => {
    const world = await one({ phoneChange })
    const before = idOf(world, 1)
    world.rows = { r1: person(2, { first: 'P1' }) }
    await world.cycle('full', {
      onPlan: () => void world.sandbox.store.fill([{ phone: nthPhone(2), first: 'Typed', last: 'X' }]),
    })
    expect(idOf(world, 1)).toBe(before)
    expect(shown(world, 2)?.first).toBe('Typed')
    await world.cycle()
    await world.cycle()
    fellBack(world)
  },
)

describe('consent (I3)', () => {
  test.each(['always', 'omitFalse', 'absent'] as const)(
    'an opt-out goes with the contact to its new number (shown %s)',
    async (optedOutRead) => {
      const world = await one({ optedOutRead, omittedOptOut: 'clear' })
      await optsOut(world, idOf(world, 1))
      await moves(world)
      await world.cycle()
      expect(shown(world, 2)?.is_opted_out).toBe(true)
      expect(world.engine.mirror.consent.isOptedOut(nthPhone(2))).toBe(true)
    },
  )

  test('an opt-out counts for the new number at once, before Heymarket shows it', async () => {
    const world = await one({ visibilityDelayMs: 60_000 })
    await optsOut(world, idOf(world, 1))
    world.clock.advance(120_000)
    await world.cycle()
    await moves(world)
    expect(world.engine.mirror.consent.isOptedOut(nthPhone(2))).toBe(true)
  })

  test('an opt-out of the old number that was not written yet goes first', async () => {
    const world = await one()
    const id = idOf(world, 1)
    world.engine.mirror.consent.optOut(nthPhone(1), 'hand', 'by phone', 0)
    await moves(world)
    expect(shown(world, 1)).toMatchObject({ id, is_opted_out: true })
    await world.cycle()
    expect(shown(world, 2)).toMatchObject({ id, is_opted_out: true })
  })
})

describe('a lost answer (I2)', () => {
  test.each(['before', 'after'] as const)('to a phone change, lost %s it was applied', async (when) => {
    let armed = false
    const box = await aBoxWhere({
      [when]: (request: string) => {
        if (!armed || request !== 'update') return
        armed = false
        throw new HeysyncError('ERR_HEYMARKET_NO_ANSWER', { message: 'reset' })
      },
    })
    const world = await one({}, UPDATES, box)
    const id = idOf(world, 1)
    armed = true
    await moves(world)
    await world.cycle()
    expect([shown(world, 1), shown(world, 2)?.id]).toEqual([null, id])
    expect(world.sandbox.store.contacts()).toHaveLength(1)
  })
})

test('what heysync made stays its own under a new number, and what it found does not become it (I4)', async () => {
  const source = aSource({ onPhoneChange: 'update', onRemoved: 'delete' })
  const made = await one({}, source)
  await moves(made)
  expect(made.engine.mirror.contacts.link(nthPhone(2))).toMatchObject({ origin: 'created' })
  expect(made.engine.mirror.contacts.link(nthPhone(1))).toBeUndefined()

  const found = await anEngine({ source: UPDATES })
  await somebody(found).create(typed(1, {}))
  found.rows = { r1: person(1) }
  await found.cycle()
  await moves(found)
  expect(found.engine.mirror.contacts.link(nthPhone(2))).toMatchObject({ origin: 'adopted', rung: 'clear' })
})

test.each(['create', 'update'] as const)(
  'numbers that are swapped, swapped back, and passed round in a ring end where the source has them (%s)',
  async (onPhoneChange) => {
    const world = await anEngine({ source: aSource({ onPhoneChange, onRemoved: 'delete' }) })
    for (const [a, b, c] of [
      [1, 2, 3],
      [2, 1, 3],
      [1, 2, 3],
      [2, 3, 1],
      [2, 3, 4],
      [2, 2, 4],
      [1, 2, 4],
      [1, 2, 3],
      [3, 2, 1],
    ] as const) {
      const row = (n: number, first: string) => person(n, { first })
      world.rows = { r1: row(a, 'R1'), r2: row(b, 'R2'), r3: row(c, 'R3') }
      for (let cycle = 0; cycle < 3; cycle += 1) await world.cycle()
      const held = world.sandbox.store.contacts().map(({ phone, first }) => [phone, first])
      // Of two records with one number, the first counts.
      const wanted = { [nthPhone(c)]: 'R3', [nthPhone(b)]: 'R2', [nthPhone(a)]: 'R1' }
      expect(Object.fromEntries(held)).toEqual(wanted)
    }
  },
)
