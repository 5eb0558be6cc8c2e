// A pull that begins anew after a crash writes nothing into the rows of records that are the same: one bit tells that it showed them.
import { describe, expect, test } from 'vitest'
import { Shown } from '../../../src/sync/pull/shown.ts'
import { nthPhone } from '../../support/contact.ts'
import { all, changes, rec, world } from './world.ts'

const anew = () => world({ can: { resumable: false, merges: false } })
const PAGE = { position: 'p1' }
const END = { covers: 'everything', count: null } as const

describe('a record that is the same', () => {
  test('is not written again, and does not count as gone', async () => {
    const { pull, mirror, record } = anew()
    await pull(all(rec('1'), rec('2')))
    const before = [record('1'), record('2')]
    expect(before.every((one) => typeof one?.num === 'number')).toBe(true)
    expect(await pull(all(rec('1'), rec('2')))).toMatchObject({ read: 2, unchanged: 2, gone: 0 })
    expect([record('1'), record('2')]).toEqual(before)
    expect(mirror.records.countKnown('clinic')).toBe(2)
  })

  test('is told from one that is not shown, whether others changed or not', async () => {
    const { pull, record } = anew()
    await pull(all(rec('1'), rec('2'), rec('3'), rec('4')))
    expect(await pull(all(rec('1'), rec('2', { first: 'New' }), rec('4')))).toMatchObject({
      unchanged: 2,
      accepted: 1,
      gone: 1,
    })
    expect(record('3')?.state).toBe('gone')
    expect(await pull(all(rec('2', { first: 'New' }), rec('3'), rec('4')))).toMatchObject({
      gone: 1,
      accepted: 1,
    })
    expect(record('1')?.state).toBe('gone')
  })

  test('gets a number where it has none, and its new place where that moved', async () => {
    const { pull, mirror, record } = anew()
    await pull(all({ ...rec('1'), place: 'a:2' }))
    const known = record('1')
    mirror.records.drop('clinic', '1')
    if (known) mirror.records.put({ ...known, num: null })
    expect(record('1')?.num).toBe(null)
    expect(await pull(all({ ...rec('1'), place: 'a:2' }))).toMatchObject({ unchanged: 1, gone: 0 })
    expect(record('1')).toMatchObject({ place: 'a:2', num: 2 })
    expect(await pull(all({ ...rec('1'), place: 'a:3' }))).toMatchObject({ unchanged: 1, gone: 0 })
    expect(record('1')).toMatchObject({ place: 'a:3', num: 2 })
  })

  test('on two rows, and on a third that says otherwise, is one record, and the third a duplicate', async () => {
    const { pull, rejections } = anew()
    const one = { ...rec('1'), place: 'a:2' }
    await pull(all(one, rec('2')))
    const again = all(one, { ...one, place: 'a:3' }, { ...rec('1', { first: 'Other' }), place: 'a:4' })
    expect(await pull(again)).toMatchObject({ read: 3, unchanged: 2, accepted: 1, gone: 1 })
    expect(rejections()).toEqual(['1 ID_DUPLICATE'])
  })

  test('that is erased while the pull goes on hides nobody who left', async () => {
    const { pull, mirror, record } = anew()
    await pull(all(rec('1'), rec('2'), rec('3')))
    const pages = function* () {
      yield { ...PAGE, records: [rec('1'), rec('3')] }
      mirror.records.drop('clinic', '1')
      yield { ...PAGE, records: [], position: 'p2', end: END }
    }
    expect(await pull(pages())).toMatchObject({ unchanged: 2, gone: 1 })
    expect(record('2')?.state).toBe('gone')
    expect(record('3')?.state).toBe('accepted')
  })

  test('of a pull that broke off proves nothing for the next one', async () => {
    const { pull, record } = anew()
    await pull(all(rec('1'), rec('2')))
    const broken = function* () {
      yield { ...PAGE, records: [rec('1'), rec('2')] }
      throw new Error('cut')
    }
    await expect(pull(broken())).rejects.toThrow()
    expect(await pull(all(rec('2')))).toMatchObject({ gone: 1 })
    expect(record('1')?.state).toBe('gone')
  })

  test('stays as it is when changes name only others', async () => {
    const { pull, record } = anew()
    await pull(all(rec('1'), rec('2')))
    expect(await pull(changes(rec('1')), { mode: 'incremental' })).toMatchObject({ unchanged: 1, gone: 0 })
    expect(record('2')?.state).toBe('accepted')
  })
})

test('of more records than are looked at in one step, exactly those that are not shown are gone', async () => {
  const ids = Array.from({ length: 40_001 }, (_, n) => String(n).padStart(5, '0'))
  // Where two steps meet, and at both ends.
  const left = new Set(['00000', '19999', '20000', '39999', '40000'])
  const pages = function* (wanted: readonly string[]) {
    const records = wanted.map((id) => rec(id, { phone: nthPhone(Number(id) + 1) }))
    for (let at = 0; at < records.length; at += 5_000)
      yield { position: `p${at}`, records: records.slice(at, at + 5_000) }
    yield {
      ...PAGE,
      records: [],
      position: 'end',
      end: { covers: 'everything', count: wanted.length } as const,
    }
  }
  const stay = ids.filter((id) => !left.has(id))
  for (const { pull, mirror } of [anew(), world()]) {
    await pull(pages(ids))
    expect(await pull(pages(stay))).toMatchObject({ unchanged: stay.length, gone: left.size })
    expect(ids.filter((id) => mirror.records.find('clinic', id)?.state === 'gone')).toEqual([...left])
    expect(await pull(pages(stay))).toMatchObject({ unchanged: stay.length, gone: 0 })
  }
})

test('bits are counted once, and summed by their numbers', () => {
  const shown = new Shown()
  for (const num of [1, 9_000_000, 1, 7]) shown.add(num)
  expect([shown.count, shown.sum]).toEqual([3, 9_000_008])
  for (const num of [7, 7, null, 8]) shown.delete(num)
  expect([shown.count, shown.sum, shown.has(7), shown.has(9_000_000), shown.has(null)]).toEqual([
    2,
    9_000_001,
    false,
    true,
    false,
  ])
})
