// Collisions as a person sees them: numbers that two records claim, and the same winner in whatever order they arrive.

import fc from 'fast-check'
import type { SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { removalOf } from '../../../src/sync/removal.ts'
import { collisions } from '../../../src/sync/resolve/collisions.ts'
import { resolve } from '../../../src/sync/resolve/resolve.ts'
import { nthPhone } from '../../support/contact.ts'
import { changes, rec, world } from '../pull/world.ts'

const ORDER = ['clinic']

/** Pulls these records as changes, one pull each, and tells who shares a number then. */
async function sharedAfter(...pulls: readonly SourceRecord[][]) {
  const made = world()
  for (const records of pulls) {
    await made.pull(changes(...records), { mode: 'incremental' })
    resolve(made.mirror, { sourceOrder: ORDER, mode: 'winner', removal: () => removalOf(undefined) }, 'c1')
  }
  return [...collisions(made.mirror, ORDER)]
}

const claim = (id: string, at: string | null, first = 'Ann') => rec(id, { phone: nthPhone(1), first }, at)
const T = (hour: number) => `2030-01-01T0${hour}:00:00Z`

describe('a number that several records claim', () => {
  test('is listed with its winner, the losers, and what decided', async () => {
    expect(
      await sharedAfter([claim('3', T(1), 'Bob'), claim('1', T(1)), claim('2', T(2)), rec('9')]),
    ).toMatchObject([
      {
        phone: nthPhone(1),
        winner: { source: 'clinic', record: '2', name: 'Ann', updatedAt: '2030-01-01T02:00:00.000Z' },
        losers: [
          { record: '1', decidedBy: 'updatedAt' },
          { record: '3', decidedBy: 'updatedAt', name: 'Bob' },
        ],
        namesDiffer: true,
      },
    ])
  })

  test('is decided by the id where the times are the same, and one name is one person', async () => {
    expect(await sharedAfter([claim('b', T(1), 'ANN'), claim('a', T(1))])).toMatchObject([
      { winner: { record: 'a' }, losers: [{ record: 'b', decidedBy: 'id' }], namesDiffer: false },
    ])
  })

  test('is decided by the source that is listed first', async () => {
    const made = world()
    await made.pull(changes(claim('1', T(1))), { mode: 'incremental' })
    const known = made.record('1')
    if (!known) throw new Error('no record')
    made.mirror.records.put({ ...known, source_id: 'crm', record_id: '0', updated_at: null })
    made.mirror.records.markDirty(nthPhone(1))
    const policy = { mode: 'winner', removal: () => removalOf(undefined) } as const
    resolve(made.mirror, { ...policy, sourceOrder: ['crm', 'clinic'] }, 'c1')
    expect([...collisions(made.mirror, ['crm', 'clinic'])]).toMatchObject([
      { winner: { source: 'crm' }, losers: [{ source: 'clinic', decidedBy: 'source' }] },
    ])
  })

  test('is one no more when one of them gets another number', async () => {
    expect(await sharedAfter([claim('1', T(1)), claim('2', T(1))], [rec('2', {}, T(2))])).toEqual([])
  })

  test('has the same winner in whatever order, and over how many pulls, its records arrive', async () => {
    const at = fc.constantFrom(null, T(1), T(2), '2030-01-01T02:00:00+01:00')
    const claims = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), at }), {
      selector: ({ id }) => id,
      minLength: 2,
    })
    await fc.assert(
      fc.asyncProperty(
        claims.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray(list, { minLength: list.length }),
            fc.nat(list.length),
          ),
        ),
        async ([list, shuffled, cut]) => {
          const records = (given: typeof list) => given.map((one) => claim(one.id, one.at))
          const parts = [records(shuffled.slice(0, cut)), records(shuffled.slice(cut))]
          expect(await sharedAfter(...parts.filter((part) => part.length > 0))).toEqual(
            await sharedAfter(records(list)),
          )
        },
      ),
      { numRuns: 40 },
    )
  })
})
