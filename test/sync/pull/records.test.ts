// What a pull makes of each record, with a connector that a test could have got from anywhere.
import type { Page, SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, rec, world } from './world.ts'

const ZERO = { read: 0, unchanged: 0, accepted: 0, rejected: 0, filtered: 0, deleted: 0, gone: 0 }

describe('a record', () => {
  test('is accepted, unchanged, and accepted again when it changes', async () => {
    const { pull, record } = world()
    expect(await pull(all(rec('1'), rec('2')))).toEqual({
      ...ZERO,
      id: 'clinic',
      mode: 'full',
      reason: 'hand',
      read: 2,
      accepted: 2,
    })
    expect(await pull(all(rec('1'), rec('2')))).toMatchObject({ read: 2, unchanged: 2, accepted: 0, gone: 0 })
    expect(await pull(all(rec('1', { first: 'New' }), rec('2')))).toMatchObject({
      read: 2,
      unchanged: 1,
      accepted: 1,
    })
    expect(JSON.parse(record('1')?.contact ?? '')).toEqual({ first: 'New', last: '' })
  })

  test('whose phone became unreadable keeps its last good contact, and says why it is rejected', async () => {
    const { pull, record, rejections, mirror } = world()
    await pull(all(rec('1')))
    expect(await pull(all(rec('1', { phone: '555' })))).toMatchObject({ read: 1, rejected: 1, gone: 0 })
    expect(record('1')).toMatchObject({ state: 'rejected', phone: nthPhone(1) })
    expect(mirror.records.claimants(nthPhone(1))).toHaveLength(1)
    expect(rejections()).toEqual(['1 PHONE_TOO_SHORT'])
    expect(await pull(all(rec('1', { phone: '555' })))).toMatchObject({ unchanged: 1, rejected: 0 })
    expect(rejections()).toEqual(['1 PHONE_TOO_SHORT'])
    expect(await pull(all(rec('1')))).toMatchObject({ accepted: 1 })
    expect(rejections()).toEqual([])
  })

  test('that never had a readable phone claims none', async () => {
    const { pull, record, mirror } = world()
    await pull(all(rec('1', { phone: 'none' })))
    expect(record('1')).toMatchObject({ state: 'rejected', phone: null, contact: null })
    expect(mirror.records.takeDirty(9)).toEqual([])
  })

  test('that the filter leaves out claims nobody, as if it had left', async () => {
    const { pull, record, mirror } = world({ source: aSource({ filter: 'record.status != "archived"' }) })
    await pull(all(rec('1', { status: 'active' })))
    expect(await pull(all(rec('1', { status: 'archived' })))).toMatchObject({ read: 1, filtered: 1, gone: 0 })
    expect(record('1')?.state).toBe('filtered')
    expect(mirror.records.claimants(nthPhone(1))).toEqual([])
    expect(mirror.records.takeDirty(9)).toEqual([nthPhone(1)])
  })

  test('that the source says is deleted claims nobody', async () => {
    const { pull, record } = world()
    await pull(all(rec('1'), rec('2')))
    const gone: SourceRecord = { ...rec('1'), fields: {}, deleted: true }
    expect(await pull(changes(gone), { mode: 'incremental' })).toMatchObject({
      mode: 'incremental',
      read: 1,
      deleted: 1,
    })
    expect([record('1')?.state, record('2')?.state]).toEqual(['deleted', 'accepted'])
  })

  test('that says "do not text" opts its number out, also when the filter leaves it out', async () => {
    const source = aSource({ filter: 'record.status != "archived"', map: { optedOut: 'stop' } })
    const { pull, mirror } = world({ source })
    await pull(all(rec('1', { stop: 'yes', status: 'archived' }), rec('2', { stop: 'no', status: '' })))
    expect([mirror.consent.isOptedOut(nthPhone(1)), mirror.consent.isOptedOut(nthPhone(2))]).toEqual([
      true,
      false,
    ])
    await pull(all(rec('1', { stop: 'no', status: '' }), rec('2', { stop: 'no', status: '' })))
    expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(mirror.consent.history(nthPhone(1))).toMatchObject([
      { state: 'opted_out', origin: 'source', evidence: 'clinic record 1' },
    ])
  })

  test('that moves to another number leaves the old one to be looked at', async () => {
    const { pull, mirror } = world()
    await pull(all(rec('1')))
    mirror.records.takeDirty(9)
    await pull(all(rec('1', { phone: nthPhone(5) })))
    expect(mirror.records.takeDirty(9)).toEqual([nthPhone(1), nthPhone(5)])
  })

  test('is looked at again when the mapping changed, also by an incremental pull', async () => {
    const { pull, remap, record } = world()
    await pull(all(rec('1', { nick: 'Annie' })))
    remap(aSource({ map: { first: 'nick' } }))
    expect(await pull(all(rec('1', { nick: 'Annie' })), { mode: 'incremental' })).toMatchObject({
      mode: 'full',
      accepted: 1,
    })
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Annie' })
  })
})

describe('an id that stands on more than one row', () => {
  test('goes to the later row, and the other is rejected, in every pull alike', async () => {
    const { pull, record, rejections } = world()
    const rows = [rec('1', { first: 'One' }), rec('1', { first: 'Two' }), rec('2')]
    await pull(all(...rows))
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Two' })
    expect(rejections()).toEqual(['1 ID_DUPLICATE'])
    for (let n = 0; n < 3; n += 1) {
      expect(await pull(all(...rows))).toMatchObject({ read: 3, gone: 0 })
      expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Two' })
      expect(rejections()).toEqual(['1 ID_DUPLICATE'])
    }
  })

  test.each([
    ['2030-01-02T00:00:00Z', '2030-01-01T00:00:00Z'],
    ['2030-01-01T09:30:05.123Z', '2030-01-01T09:30:05.12Z'],
    ['2030-01-01T09:30:00Z', '2030-01-01T10:00:00+01:00'],
  ])('goes to the row of %s rather than that of %s, in whatever order they come', async (newer, older) => {
    for (const swap of [false, true]) {
      const { pull, record } = world()
      const rows = [rec('1', { first: 'Newer' }, newer), rec('1', { first: 'Older' }, older)]
      await pull(all(...(swap ? rows.reverse() : rows)))
      expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Newer' })
    }
  })

  test('goes to the other row once the row that was used is gone', async () => {
    const { pull, record, rejections } = world()
    await pull(all(rec('1', { first: 'One' }), rec('1', { first: 'Two' })))
    expect(await pull(all(rec('1', { first: 'One' })))).toMatchObject({ gone: 0 })
    await pull(all(rec('1', { first: 'One' })))
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'One' })
    expect(rejections()).toEqual([])
  })

  test('with the same content twice is one record, read twice', async () => {
    const { pull, rejections } = world()
    expect(await pull(all(rec('1'), rec('1')))).toMatchObject({ read: 2, accepted: 1, unchanged: 1 })
    expect(rejections()).toEqual([])
  })
})

describe('a row that cannot be read', () => {
  const bad = (id: string | null, place: string) => ({
    id,
    place,
    code: 'ROW_MALFORMED' as const,
    message: 'm',
    value: 'raw',
  })
  const page = (records: SourceRecord[], ...rows: ReturnType<typeof bad>[]): Page[] => [
    { records, bad: rows, position: 'p', end: { covers: 'everything', count: null } },
  ]

  test('is rejected, keeps its record from being taken for gone, and is forgotten when it is mended', async () => {
    const { pull, record, rejections } = world()
    await pull(all(rec('1'), rec('2')))
    expect(await pull(page([rec('2')], bad('1', 'x.csv:2')))).toMatchObject({
      read: 2,
      rejected: 1,
      unchanged: 1,
      gone: 0,
    })
    expect(record('1')?.state).toBe('accepted')
    expect(rejections()).toEqual(['1 ROW_MALFORMED'])
    await pull(all(rec('1'), rec('2')))
    expect(rejections()).toEqual([])
  })

  test('and that is rejected for what it says, once it can be read again, is listed with that', async () => {
    const { pull, rejections } = world()
    const unphoned = rec('2', { phone: 'call me' })
    await pull(all(rec('1'), unphoned))
    const listed = rejections()
    expect(listed).toHaveLength(1)
    const [page] = all(rec('1'))
    if (page === undefined) throw new Error('no page')
    await pull([
      { ...page, bad: [{ id: '2', code: 'ROW_MALFORMED', message: 'too many columns', place: 'line 3' }] },
    ])
    expect(rejections()).toHaveLength(1)
    await pull(all(rec('1'), unphoned))
    expect(rejections()).toEqual(listed)
  })

  test('without an id is known by the cycle in which it turned up', async () => {
    const { pull, mirror } = world()
    await pull(page([rec('1')], bad(null, 'x.csv:3')))
    await pull(page([rec('1')], bad(null, 'x.csv:3'), bad(null, 'x.csv:4')))
    expect(mirror.records.unreadableSince('clinic').map((row) => row.first_cycle)).toEqual(['c1', 'c2'])
    await pull(all(rec('1')))
    expect(mirror.records.unreadableSince('clinic')).toEqual([])
  })
})
