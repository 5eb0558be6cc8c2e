// Resolve: which of the records that claim one phone says what the contact looks like.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { contentHash } from '../../../src/lib/hash.ts'
import { instantKey } from '../../../src/lib/instant.ts'
import type { ContactFields } from '../../../src/sync/contact.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import type { StoredClaim, StoredRecord } from '../../../src/sync/mirror/records.ts'
import { removalOf } from '../../../src/sync/removal.ts'
import { fillBlanks, orderClaims, type ResolvePolicy, resolve } from '../../../src/sync/resolve/resolve.ts'
import { nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const ORDER = ['clinic', 'crm']
const removal = () => removalOf(undefined)
const POLICY: ResolvePolicy = { sourceOrder: ORDER, mode: 'winner', removal }

function record(given: Partial<StoredRecord> & { fields?: ContactFields } = {}): StoredRecord {
  const { fields = { first: 'Ann' }, updated_at = null, ...rest } = given
  return {
    source_id: 'clinic',
    record_id: 'r1',
    state: 'accepted',
    raw_hash: contentHash('x'),
    // The pull keeps instants in this form.
    updated_at: instantKey(updated_at),
    place: null,
    phone: nthPhone(1),
    contact: JSON.stringify(fields),
    notes: null,
    seen_pull: 1,
    gone_cycle: null,
    changed_at: 0,
    merged_into: null,
    way: null,
    num: null,
    ...rest,
  }
}

/** A mirror with these records, all of their phones due to be resolved. */
function mirrorWith(records: readonly StoredRecord[]) {
  const mirror = openMirror(aDatabase())
  for (const one of records) {
    mirror.records.put(one)
    if (one.phone) mirror.records.markDirty(one.phone)
  }
  return mirror
}

const ids = (records: readonly StoredClaim[]) => records.map((one) => `${one.source_id}/${one.record_id}`)

describe('the winner', () => {
  test('is of the source listed first, then the newest, then the one with the smaller id', () => {
    const older = record({ record_id: 'b', updated_at: '2030-01-01T00:00:00Z' })
    const newer = record({ record_id: 'c', updated_at: '2030-01-02T00:00:00Z' })
    const twin = record({ record_id: 'a', updated_at: '2030-01-01T00:00:00Z' })
    const undated = record({ record_id: '0' })
    const crm = record({ source_id: 'crm', record_id: 'a', updated_at: '2031-01-01T00:00:00Z' })
    expect(ids(orderClaims([crm, undated, older, newer, twin], ORDER))).toEqual([
      'clinic/c',
      'clinic/a',
      'clinic/b',
      'clinic/0',
      'crm/a',
    ])
  })

  test.each([
    ['2030-01-01T09:30:05.123Z', '2030-01-01T09:30:05.12Z'],
    ['2030-01-01T09:30:00Z', '2030-01-01T10:00:00+01:00'],
    ['2030-01-01T09:30:00.000001Z', '2030-01-01T09:30:00Z'],
  ])('is the newest by time, not by text: %s before %s', (later, earlier) => {
    const claims = [
      record({ record_id: 'a', updated_at: earlier }),
      record({ record_id: 'b', updated_at: later }),
    ]
    expect(ids(orderClaims(claims, ORDER))).toEqual(['clinic/b', 'clinic/a'])
  })

  test('is the same in whatever order the claims come', () => {
    const claim = fc.record({
      source_id: fc.constantFrom('clinic', 'crm', 'left'),
      record_id: fc.stringMatching(/^[a-d]{1,2}$/),
      updated_at: fc.constantFrom(
        null,
        '2030-01-01T00:00:00Z',
        '2030-01-01T01:00:00+01:00',
        '2030-01-01T00:00:00.5Z',
      ),
    })
    const claims = fc.uniqueArray(claim, {
      selector: ({ source_id, record_id }) => `${source_id}/${record_id}`,
      maxLength: 8,
    })
    fc.assert(
      fc.property(
        claims.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const order = (given: typeof list) =>
            ids(
              orderClaims(
                given.map((one) => record(one)),
                ORDER,
              ),
            )
          expect(order(shuffled)).toEqual(order(list))
          expect(order(list)).toHaveLength(list.filter((one) => one.source_id !== 'left').length)
        },
      ),
    )
  })

  test('gives all fields, and how many claim the phone is kept', () => {
    const mirror = mirrorWith([
      record({ record_id: 'a', fields: { first: 'Ann', email: '' } }),
      record({ record_id: 'b', fields: { first: 'Bob', email: 'b@example.com' } }),
    ])
    resolve(mirror, POLICY, 'c1')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({
      state: 'wanted',
      record_id: 'a',
      claims: 2,
      fields: JSON.stringify({ first: 'Ann', email: '' }),
    })
    expect(mirror.contacts.collisions()).toBe(1)
  })

  test('owns the tags that it gives', () => {
    const mirror = mirrorWith([record({ fields: { tags: ['VIP'] } })])
    resolve(mirror, POLICY, 'c1')
    expect([...mirror.contacts.ownedTags()]).toEqual(['VIP'])
  })
})

describe('fill', () => {
  test('takes each blank or unmapped field from the next claim that has it', () => {
    expect(
      fillBlanks([
        { first: 'Ann', email: '', tags: [], custom: { Plan: '', Notes: 'n' } },
        { first: 'Bob', last: 'Lee', email: 'b@example.com', tags: ['VIP'], custom: { Plan: 'Gold' } },
        { last: 'Li', custom: { Plan: 'Basic', 'Renewal Date': '2031' } },
      ]),
    ).toEqual({
      first: 'Ann',
      last: 'Lee',
      email: 'b@example.com',
      tags: ['VIP'],
      custom: { Plan: 'Gold', Notes: 'n', 'Renewal Date': '2031' },
    })
  })

  test('keeps owned and blank what all claims leave blank', () => {
    expect(fillBlanks([{ first: '', tags: [] }, { first: '' }])).toEqual({ first: '', tags: [] })
    expect(fillBlanks([{ custom: { Plan: '' } }])).toEqual({ custom: { Plan: '' } })
  })

  test('is used when the policy says so, and a change of policy resolves everybody again', () => {
    const mirror = mirrorWith([
      record({ record_id: 'a', fields: { first: '' } }),
      record({ record_id: 'b', fields: { first: 'Bob' } }),
    ])
    resolve(mirror, POLICY, 'c1')
    expect(mirror.contacts.find(nthPhone(1))?.fields).toBe('{"first":""}')
    resolve(mirror, { ...POLICY, mode: 'fill' }, 'c2')
    expect(mirror.contacts.find(nthPhone(1))?.fields).toBe('{"first":"Bob"}')
  })
})

describe('a phone that no record claims any more', () => {
  test('is marked as left, with the cycle that found it', () => {
    const mirror = mirrorWith([record()])
    resolve(mirror, POLICY, 'c1')
    mirror.records.markGone('clinic', 'r1', 'c2', 0)
    mirror.records.markDirty(nthPhone(1))
    resolve(mirror, POLICY, 'c2')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({
      state: 'left',
      left_cycle: 'c2',
      source_id: 'clinic',
    })
  })

  test('is wanted again as soon as a record claims it', () => {
    const mirror = mirrorWith([record({ state: 'gone' })])
    mirror.contacts.want({
      phone: nthPhone(1),
      source_id: 'clinic',
      record_id: 'r1',
      fields: '{}',
      hash: contentHash('{}'),
      claims: 1,
    })
    resolve(mirror, POLICY, 'c1')
    expect(mirror.contacts.find(nthPhone(1))?.state).toBe('left')
    mirror.records.put(record({ source_id: 'crm', record_id: 'p7' }))
    mirror.records.markDirty(nthPhone(1))
    resolve(mirror, POLICY, 'c2')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({
      state: 'wanted',
      source_id: 'crm',
      left_cycle: null,
    })
  })

  test('is still claimed by a rejected record that had a good version', () => {
    const mirror = mirrorWith([record({ state: 'rejected' })])
    resolve(mirror, POLICY, 'c1')
    expect(mirror.contacts.find(nthPhone(1))?.state).toBe('wanted')
  })

  test.each(['filtered', 'deleted', 'gone'] as const)('is not claimed by a record that is %s', (state) => {
    const mirror = mirrorWith([record({ state }), record({ record_id: 'r2' })])
    resolve(mirror, POLICY, 'c1')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ record_id: 'r2', claims: 1 })
  })
})

describe('a source that left the config', () => {
  test('takes nobody with it', () => {
    const mirror = mirrorWith([record(), record({ record_id: 'r2', phone: nthPhone(2) })])
    resolve(mirror, POLICY, 'c1')
    resolve(mirror, { ...POLICY, sourceOrder: ['crm'] }, 'c2')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ left_cycle: null })
    expect(mirror.contacts.find(nthPhone(2))).toMatchObject({ left_cycle: null })
  })

  test('leaves those whom another source claims to that source', () => {
    const mirror = mirrorWith([
      record(),
      record({ source_id: 'crm', record_id: 'p1', fields: { first: 'Crm' } }),
    ])
    resolve(mirror, POLICY, 'c1')
    resolve(mirror, { ...POLICY, sourceOrder: ['crm'] }, 'c2')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ state: 'wanted', source_id: 'crm', claims: 1 })
  })

  test('has them back when it comes back', () => {
    const mirror = mirrorWith([record()])
    resolve(mirror, POLICY, 'c1')
    resolve(mirror, { ...POLICY, sourceOrder: ['crm'] }, 'c2')
    resolve(mirror, POLICY, 'c3')
    expect(mirror.contacts.find(nthPhone(1))).toMatchObject({ state: 'wanted', source_id: 'clinic' })
  })
})

test('thousands are resolved in batches, each phone once, and nothing is left to do', () => {
  const mirror = mirrorWith(
    Array.from({ length: 1_200 }, (_, n) => record({ record_id: `r${n}`, phone: nthPhone(n + 1) })),
  )
  resolve(mirror, POLICY, 'c1')
  expect(mirror.contacts.countWanted()).toBe(1_200)
  expect(mirror.records.takeDirty(10)).toEqual([])
})
