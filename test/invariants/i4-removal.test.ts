// I4: nobody is removed, blanked or deleted by accident.

import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../src/lib/errors.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials } from '../support/engine.ts'
import {
  aBoxWhere,
  idOf,
  lastPage,
  once,
  people,
  person,
  record,
  shown,
  somebody,
  typed,
} from './situations.ts'

const CLEARED = aSource({ onRemoved: 'clear' })
const WITH_EMAIL = aSource({ map: { email: 'email' } })

describe('I4 a record that a pull did not show', () => {
  test('stays while a row of the same pull cannot be read, also when that cycle failed afterwards', async () => {
    let down = false
    const box = await aBoxWhere({
      before: () => {
        if (down) throw new HeysyncError('ERR_HEYMARKET_UNREACHABLE', { message: 'no network' })
      },
    })
    const world = await anEngine({ box, source: CLEARED })
    world.rows = people(2)
    await world.cycle()
    const unreadable = { id: null, place: 'contacts.csv:3', code: 'ID_MISSING' as const, message: 'no id' }
    world.source.pages = () => [lastPage([record('r1', person(1))], 'everything', { bad: [unreadable] })]
    down = true
    await expect(world.cycle()).rejects.toThrow('no network')
    down = false
    const { report } = await world.cycle()
    expect(report.plan).toMatchObject({ remove: 1, held: 1 })
    expect(shown(world, 2)?.first).toBe('P2')
  })

  test('is not gone when a page that came twice hides one that did not come', async () => {
    const world = await anEngine({ source: CLEARED })
    world.rows = people(4)
    await world.cycle()
    const rows = [record('r1', person(1)), record('r2', person(2))]
    world.source.pages = () => [{ records: rows, position: 'p1' }, lastPage(rows, 'everything', { count: 4 })]
    await expect(world.cycle()).rejects.toThrow('says that it holds 4 records, and showed 2')
    expect([3, 4].map((n) => shown(world, n)?.first)).toEqual(['P3', 'P4'])
  })
})

describe('I4 a phone that changed', () => {
  test('takes the old number down the ladder', async () => {
    const world = await anEngine({ source: CLEARED })
    world.rows = people(1)
    await world.cycle()
    world.rows = { r1: person(2) }
    await world.cycle()
    expect(shown(world, 1)?.first).toBe('')
    expect(shown(world, 2)?.first).toBe('P2')
  })
})

describe('I4 a contact that a person made', () => {
  test('is not called heysync’s own when a create was refused because of it', async () => {
    const made = once(() => somebody(box).create(typed(1, { first: 'Typed' })))
    const box = await aBoxWhere(
      { before: (request) => request === 'create' && made() },
      { duplicatePhone: 'reject' },
    )
    const world = await anEngine({ box })
    world.rows = people(1)
    await world.cycle()
    expect(world.engine.mirror.contacts.link(nthPhone(1))?.origin).toBe('adopted')
  })
})

describe('I4 the guard', () => {
  test('sees updates that were planned as creates', async () => {
    const everybody = Array.from({ length: 40 }, (_, n) => n + 1)
    const made = once(async () => {
      for (const n of everybody) await somebody(box).create(typed(n, { email: `p${n}@example.com` }))
    })
    const box = await aBoxWhere(
      { before: (request) => request === 'create' && made() },
      { duplicatePhone: 'reject' },
    )
    const world = await anEngine({
      box,
      source: WITH_EMAIL,
      guard: dials({ blanks: { ratio: 0.1, min: 5 } }),
    })
    world.rows = people(40, { email: '' })
    await world.cycle()
    const { report } = await world.cycle()
    expect(report.plan.held).toBe(40)
    expect(everybody.filter((n) => shown(world, n)?.email === '')).toEqual([])
  })

  test('approves what was seen, and not what somebody typed since', async () => {
    const world = await anEngine({ source: WITH_EMAIL, guard: dials({ blanks: { ratio: 0, min: 1 } }) })
    world.rows = people(1, { email: 'old@example.com' })
    await world.cycle()
    world.rows = people(1, { email: '' })
    const { report } = await world.cycle()
    await somebody(world).update(idOf(world, 1), typed(1, { email: 'typed@example.com' }), false)
    expect(world.engine.held.approve(report.cycle, 0)).toBe(1)
    await world.cycle('incremental')
    expect(shown(world, 1)?.email).toBe('typed@example.com')
  })

  test('keeps what is held once, however many cycles hold it, and each of them can release it', async () => {
    const world = await anEngine({ source: CLEARED, guard: dials({ removals: { ratio: 0, min: 1 } }) })
    world.rows = people(2)
    await world.cycle()
    world.rows = people(1)
    const cycles: string[] = []
    for (let n = 0; n < 4; n += 1) cycles.push((await world.cycle()).report.cycle)
    expect(world.engine.held.all()).toHaveLength(1)
    expect(world.engine.held.approve(cycles[1] ?? '', 0)).toBe(1)
    await world.cycle('incremental')
    expect(shown(world, 2)?.first).toBe('')
    expect(world.engine.held.all()).toEqual([])
  })
})
