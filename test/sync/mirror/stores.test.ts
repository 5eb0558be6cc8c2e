import { describe, expect, test } from 'vitest'
import { contentHash } from '../../../src/lib/hash.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const A = '2030-01-01T00:00:00.000000000Z'
const B = '2030-01-02T00:00:00.000000000Z'
const C = '2030-01-03T00:00:00.000000000Z'

describe('consent', () => {
  test('is opted out once and for all, and each step is kept with where it came from', () => {
    const { consent } = openMirror(aDatabase())
    expect([consent.isOptedOut(nthPhone(1)), consent.countOptedOut()]).toEqual([false, 0])
    expect(consent.optOut(nthPhone(1), 'source', 'clinic record 17', 5)).toBe(true)
    expect(consent.optOut(nthPhone(1), 'heymarket', 'Heymarket contact 9', 6)).toBe(false)
    expect([
      consent.isOptedOut(nthPhone(1)),
      consent.isOptedOut(nthPhone(2)),
      consent.countOptedOut(),
    ]).toEqual([true, false, 1])
    expect(consent.history(nthPhone(1))).toEqual([
      { state: 'opted_out', origin: 'source', evidence: 'clinic record 17', at: 5 },
    ])
  })
})

describe('a transaction', () => {
  test('that throws leaves nothing behind', () => {
    const mirror = openMirror(aDatabase())
    expect(() =>
      mirror.transaction(() => {
        mirror.meta.set('account', '41')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(mirror.meta.get('account')).toBeUndefined()
  })

  test('gives back what its work gives, and may hold another one', () => {
    const mirror = openMirror(aDatabase())
    const inner = () => {
      mirror.meta.set('account', '41')
      return 7
    }
    expect(mirror.transaction(() => mirror.transaction(inner))).toBe(7)
    expect(mirror.meta.get('account')).toBe('41')
  })
})

describe('where the pulls of a source stand', () => {
  const begin = { mode: 'full', from: null, to: B, mapping: 'm' } as const
  const end = {
    startedAt: B,
    token: null,
    mapping: 'm',
    normalizer: 'n',
    at: 7,
    shownTo: B,
    scope: null,
    full: true,
    proved: true,
    inParts: false,
    watermark: 'moves' as const,
  }

  test('moves with a completed pull, and never back', () => {
    const { sources } = openMirror(aDatabase())
    expect([sources.begin('clinic', begin), sources.begin('clinic', begin)]).toEqual([1, 2])
    sources.checkpoint('clinic', 'p1', A)
    sources.checkpoint('clinic', 'p2', null)
    expect(sources.find('clinic')).toMatchObject({ pull_position: 'p2', pull_newest: A, watermark: null })
    sources.complete('clinic', end)
    expect(sources.find('clinic')).toMatchObject({
      watermark: A,
      pull_mode: null,
      pull_position: null,
      mapping: 'm',
      completed_at: 7,
      full_at: 7,
    })
    sources.begin('clinic', { ...begin, to: C })
    sources.checkpoint('clinic', 'p1', C)
    sources.complete('clinic', { ...end, full: false, at: 8 })
    // Not past the start of the pull.
    expect(sources.find('clinic')).toMatchObject({ watermark: B, completed_at: 8, full_at: 7 })
    sources.begin('clinic', begin)
    sources.complete('clinic', end)
    expect(sources.find('clinic')?.watermark).toBe(B)
  })

  test('keeps the token of the pull before where one ends without', () => {
    const { sources } = openMirror(aDatabase())
    sources.begin('clinic', begin)
    sources.complete('clinic', { ...end, token: 't1' })
    sources.begin('clinic', begin)
    sources.complete('clinic', { ...end, token: null })
    expect(sources.find('clinic')?.token).toBe('t1')
  })
})

test('a wanted contact keeps what it was settled with until it changes, leaves or is unsettled', () => {
  const { contacts } = openMirror(aDatabase())
  const [desired, shown] = [contentHash('desired'), contentHash('shown')]
  const row = {
    phone: nthPhone(1),
    source_id: 'clinic',
    record_id: 'r1',
    fields: '{}',
    hash: desired,
    claims: 1,
  }
  contacts.want(row)
  contacts.settle(nthPhone(1), desired, shown)
  contacts.want({ ...row, claims: 2 })
  expect(contacts.find(nthPhone(1))).toMatchObject({
    claims: 2,
    settled_desired: desired,
    settled_remote: shown,
  })
  contacts.unsettle(nthPhone(1))
  expect(contacts.find(nthPhone(1))?.settled_desired).toBeNull()
  contacts.settle(nthPhone(1), desired, shown)
  contacts.unsettleStretch({ after: '', to: null })
  expect(contacts.find(nthPhone(1))?.settled_desired).toBeNull()
  contacts.settle(nthPhone(1), desired, shown)
  contacts.leave(nthPhone(1), 'c1', 'absent')
  expect(contacts.find(nthPhone(1))).toMatchObject({
    state: 'left',
    left_cycle: 'c1',
    claims: 2,
    settled_desired: null,
  })
  contacts.leave(nthPhone(1), 'c2', 'absent')
  expect(contacts.find(nthPhone(1))?.left_cycle).toBe('c1')
})
