// I3: consent only tightens, whatever becomes of the records and whatever the account shows.
import { describe, expect, test } from 'vitest'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import { allow } from '../../src/sync/consent-by-hand.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'
import {
  aBoxWhere,
  idOf,
  type Meanwhile,
  once,
  optsOut,
  people,
  person,
  shown,
  somebody,
  typed,
} from './situations.ts'

const STOPPABLE = aSource({ map: { optedOut: 'out' } })
const FILTERED = aSource({ filter: 'record.status != "archived"', map: { optedOut: 'out' } })
const CLEARED = aSource({ ...FILTERED, onRemoved: 'clear' })
const ARCHIVED_AND_OUT = { out: 'yes', status: 'archived' }

async function start(source = STOPPABLE, dialects: Partial<Dialects> = {}): Promise<TestEngine> {
  return anEngine({ box: await withSandbox({ dialects }), source })
}

const optOuts = (world: TestEngine) => world.sandbox.store.contacts().map((one) => one.is_opted_out)

describe('I3 an opt-out that somebody made in Heymarket', () => {
  test('survives an edit of the record where the account never shows opt-outs', async () => {
    const world = await start(STOPPABLE, { optedOutRead: 'absent', omittedOptOut: 'clear' })
    world.rows = people(2, { out: '' })
    await world.cycle()
    // What our own opt-out of another contact left in the mirror says nothing about what the account shows.
    world.rows.r1 = person(1, { out: 'yes' })
    await world.cycle()
    await world.cycle()
    await optsOut(world, idOf(world, 2))
    world.rows.r2 = person(2, { first: 'New', out: '' })
    await world.cycle()
    expect(shown(world, 2)).toMatchObject({ first: 'New', is_opted_out: true })
  })

  test('counts for the number, so that its other contact is opted out too', async () => {
    const box = await withSandbox({ dialects: { duplicatePhone: 'duplicate' } })
    const [, younger = 0] = box.sandbox.store.fill([
      { phone: nthPhone(1), first: 'Old' },
      { phone: nthPhone(1), first: 'Young' },
    ])
    const world = await anEngine({ box })
    world.rows = people(1)
    await world.cycle()
    await optsOut(world, younger)
    await world.cycle()
    await world.cycle()
    expect(world.engine.mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(optOuts(world)).toEqual([true, true])
  })

  test('is not lifted by a write that was planned before it', async () => {
    const meanwhile: Meanwhile = {}
    const box = await aBoxWhere(meanwhile, { omittedOptOut: 'clear', defaultLimit: 30, maxLimit: 30 })
    const world = await anEngine({ box })
    world.rows = people(90)
    await world.cycle()
    const unsubscribe = once(() => optsOut(world, idOf(world, 90)))
    let pages = 0
    // While the walk is on its way down, its contact moves to the head, where the walk has been already.
    meanwhile.before = (request) => (request === 'page' && ++pages === 3 ? unsubscribe() : undefined)
    world.rows.r90 = person(90, { first: 'New' })
    await world.cycle()
    expect(shown(world, 90)).toMatchObject({ first: 'New', is_opted_out: true })
  })
})

describe('I3 an opt-out of a record', () => {
  test.each([0, 60_000, -60_000])(
    'reaches Heymarket when the same edit filters the record out (clock %i ms on)',
    async (ms) => {
      const world = await start(FILTERED)
      world.rows.r1 = person(1, { out: '', status: 'active' })
      await world.cycle()
      world.clock.advance(ms)
      world.rows.r1 = person(1, ARCHIVED_AND_OUT)
      await world.cycle()
      expect(shown(world, 1)?.is_opted_out).toBe(true)
    },
  )

  test('reaches a contact that only Heymarket knows, from a record that is filtered out', async () => {
    const world = await start(FILTERED)
    world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Ann' }])
    world.rows.r1 = person(1, ARCHIVED_AND_OUT)
    await world.cycle()
    expect(shown(world, 1)).toMatchObject({ first: 'Ann', is_opted_out: true })
  })

  test('reaches every contact of its number, also when no record wants one', async () => {
    const world = await start(FILTERED, { duplicatePhone: 'duplicate' })
    world.sandbox.store.fill([
      { phone: nthPhone(1), first: 'Old' },
      { phone: nthPhone(1), first: 'Young' },
    ])
    world.rows.r1 = person(1, ARCHIVED_AND_OUT)
    await world.cycle()
    await world.cycle()
    expect(optOuts(world)).toEqual([true, true])
  })

  test('counts when the record is rejected for another field', async () => {
    const world = await start(aSource({ map: { optedOut: 'out', email: '=[record.mail][int(record.n)]' } }))
    world.rows.r1 = person(1, { out: '', n: '0', mail: 'a@example.com' })
    await world.cycle()
    world.rows.r1 = person(1, { out: 'yes', n: 'none', mail: 'a@example.com' })
    expect((await world.cycle()).report.sources).toMatchObject([{ rejected: 1 }])
    expect(shown(world, 1)?.is_opted_out).toBe(true)
  })

  test('does not wait for a record whose owner is not on the team', async () => {
    const world = await start(aSource({ map: { assignee: 'owner', optedOut: 'out' } }))
    world.rows.r1 = person(1, { owner: '', out: '' })
    await world.cycle()
    world.rows.r1 = person(1, { owner: '', out: 'yes' })
    world.rows.r2 = person(2, { owner: 'gone@example.com', out: '' })
    expect((await world.cycle()).report.warnings).toEqual([expect.stringContaining('gone@example.com')])
    expect(shown(world, 1)?.is_opted_out).toBe(true)
  })

  test('does not wait for the rest of its change, which is held', async () => {
    const world = await anEngine({
      source: aSource({ map: { email: 'email', optedOut: 'out' } }),
      guard: dials({ blanks: { ratio: 0, min: 1 } }),
    })
    world.rows.r1 = person(1, { email: 'a@example.com', out: '' })
    await world.cycle()
    world.rows.r1 = person(1, { email: '', out: 'yes' })
    expect((await world.cycle()).report).toMatchObject({ status: 'held', plan: { held: 1 } })
    expect(shown(world, 1)).toMatchObject({ email: 'a@example.com', is_opted_out: true })
  })

  test('is followed by the removal of its record, which then writes nothing more', async () => {
    const world = await start(CLEARED)
    world.rows.r1 = person(1, { out: '', status: 'active' })
    await world.cycle()
    world.rows.r1 = person(1, ARCHIVED_AND_OUT)
    for (let n = 0; n < 3; n += 1) {
      world.clock.advance(60_000)
      await world.cycle()
    }
    expect(shown(world, 1)).toMatchObject({ first: '', is_opted_out: true })
    const before = world.writes().length
    await world.cycle()
    expect(world.writes()).toHaveLength(before)
  })

  test('that its dial holds does not get through because the record left', async () => {
    const world = await anEngine({
      source: CLEARED,
      guard: dials({ optOuts: { ratio: 0, min: 1 }, removals: { ratio: 0, min: 1 } }),
    })
    world.rows.r1 = person(1, { out: '', status: 'active' })
    await world.cycle()
    world.rows.r1 = person(1, ARCHIVED_AND_OUT)
    await world.cycle()
    world.clock.advance(60_000)
    expect((await world.cycle()).report.plan.held).toBe(1)
    expect(shown(world, 1)).toMatchObject({ first: 'P1', is_opted_out: false })
    expect(world.engine.mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
  })

  test('is kept when the record takes it back', async () => {
    const world = await start(STOPPABLE, { omittedOptOut: 'clear', optedOutFalse: 'clears' })
    world.rows.r1 = person(1, { out: 'yes' })
    await world.cycle()
    world.rows.r1 = person(1, { first: 'New', out: '' })
    await world.cycle()
    expect(shown(world, 1)).toMatchObject({ first: 'New', is_opted_out: true })
  })
})

describe('I3 an approval', () => {
  test('is kept while the opt-out that went ahead fails', async () => {
    const meanwhile: Meanwhile = {}
    const box = await aBoxWhere(meanwhile)
    const world = await anEngine({
      box,
      source: aSource({ map: { email: 'email', optedOut: 'out' } }),
      guard: dials({ blanks: { ratio: 0, min: 1 } }),
    })
    world.rows.r1 = person(1, { email: 'a@example.com', out: '' })
    await world.cycle()
    world.clock.advance(60_000)
    world.rows.r1 = person(1, { email: '', out: 'yes' })
    world.sandbox.configure({ faults: { error500Before: 1, writesOnly: 1 } })
    const { report } = await world.cycle()
    world.engine.held.approve(report.cycle, world.clock.now())
    await world.cycle('incremental')
    expect(shown(world, 1)).toMatchObject({ email: 'a@example.com', is_opted_out: false })
    world.sandbox.configure({ faults: { error500Before: 0 } })
    world.engine.outbox.redrive(null)
    await world.cycle('incremental')
    await world.cycle('incremental')
    expect(shown(world, 1)).toMatchObject({ email: '', is_opted_out: true })
  })

  test('does not wipe what somebody typed after the change was held', async () => {
    const world = await anEngine({
      source: aSource({ map: { email: 'email' } }),
      guard: dials({ blanks: { ratio: 0, min: 1 } }),
    })
    world.rows.r1 = person(1, { email: 'old@example.com' })
    await world.cycle()
    world.rows.r1 = person(1, { email: '' })
    const { report } = await world.cycle()
    expect(report.plan.held).toBe(1)
    await somebody(world).update(idOf(world, 1), typed(1, { email: 'typed@example.com' }), false)
    world.engine.held.approve(report.cycle, world.clock.now())
    expect((await world.cycle('incremental')).report.plan.held).toBe(1)
    expect(shown(world, 1)?.email).toBe('typed@example.com')
  })
})

describe('I3 an opt-out', () => {
  test('that a webhook tells of is written to Heymarket too', async () => {
    const world = await start()
    world.rows = people(2)
    await world.cycle()
    const { consent } = world.engine.mirror
    openSeenMessages(world.db, consent).take(
      { kind: 'opt-out', phone: nthPhone(1), type: 'target_opt_out' },
      world.clock.now(),
    )
    await world.cycle()
    await world.cycle()
    expect(consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(optOuts(world)).toEqual([true, false])
  })

  test.each(['archived', 'active'])(
    'on a record that loses its number counts for the number it had (%s)',
    async (status) => {
      const world = await start(FILTERED)
      world.rows = people(3)
      await world.cycle()
      world.rows.r1 = person(1, { phone: '', out: 'yes', status })
      for (let cycle = 0; cycle < 3; cycle += 1) await world.cycle()
      expect(world.engine.mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
      expect(optOuts(world)).toEqual([true, false, false])
    },
  )

  test.each(['always', 'omitFalse', 'absent'] as const)(
    'that was lifted by hand stays lifted after the next edit of the record (shown %s)',
    async (optedOutRead) => {
      const world = await start(STOPPABLE, { optedOutRead })
      world.rows = { ...people(2), r1: person(1, { out: 'yes' }) }
      await world.cycle()
      await world.cycle()
      expect(shown(world, 1)?.is_opted_out).toBe(true)
      world.rows.r1 = person(1, { out: 'no' })
      await world.cycle()
      const { mirror, client, clock } = world.engine
      await allow({ mirror, client, clock }, nthPhone(1), 'asked')
      expect(shown(world, 1)?.is_opted_out).toBe(false)
      world.rows.r1 = person(1, { first: 'New', out: 'no' })
      await world.cycle()
      await world.cycle()
      expect(shown(world, 1)).toMatchObject({ first: 'New', is_opted_out: false })
      expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(false)
    },
  )
})
