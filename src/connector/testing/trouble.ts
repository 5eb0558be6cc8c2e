// Owns the checks of bad days: answers that are late, cut, wrong or refused.
import assert from 'node:assert/strict'
import type { Check } from './check.ts'
import { people } from './people.ts'
import type { Trouble } from './world.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** These pass: the pull waits, asks again, and ends whole. */
const PASSING: readonly Trouble[] = [
  'busy: retry-after in seconds',
  'busy: retry-after as a date',
  'busy: reset in seconds',
  'busy: reset as an instant',
  'busy: without a word',
  'down',
  'cut before the answer',
  'cut in the answer',
]

/** Here the pull may fail, and then nobody is missed or removed by it. */
const BREAKING: readonly Trouble[] = ['half an answer', 'a page of HTML', 'signed out']

export const trouble: readonly Check[] = [
  ...PASSING.flatMap((what) =>
    [0, 2].map(
      (after): Check => ({
        name: `gets over: ${what}, ${after === 0 ? 'from the first request on' : 'in the middle'}`,
        needs: ['trouble'],
        run: async ({ subject, world, reader, put, knows }) => {
          const everybody = people(1, 4 * subject.pageSize)
          await put(everybody)
          world.trouble?.(what, 2, after)
          await reader.pull('full')
          knows(everybody)
        },
      }),
    ),
  ),
  ...BREAKING.map(
    (what): Check => ({
      name: `loses nobody by: ${what}`,
      needs: ['trouble'],
      run: async ({ subject, world, reader, put, knows, clock }) => {
        const everybody = people(1, 4 * subject.pageSize)
        await put(everybody)
        await reader.pull('full')
        clock.advance(MINUTE_MS)
        world.trouble?.(what, 1_000, 1)
        await assert.rejects(reader.pull('full'))
        knows(everybody)
        world.trouble?.(what, 0)
        await reader.pull('full')
        knows(everybody)
      },
    }),
  ),
  {
    name: 'says in its error that it is the credential, where it is',
    needs: ['trouble'],
    run: async ({ world, reader, put }) => {
      await put(people(1, 2))
      world.trouble?.('signed out', 1_000)
      await assert.rejects(reader.pull('full'), { code: 'ERR_SOURCE_UNAUTHORIZED' })
    },
  },
  {
    name: 'stops at a quota that is used up for hours, and reads on when it has begun anew',
    needs: ['trouble'],
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 4 * subject.pageSize)
      await put(everybody)
      const before = clock.now()
      const asked = world.requests?.() ?? 0
      world.trouble?.('quota: used up for hours', 1_000)
      await assert.rejects(reader.pull('full'), { code: 'ERR_SOURCE_QUOTA' })
      assert(clock.now() - before < HOUR_MS, 'it waited for the quota instead of stopping')
      assert((world.requests?.() ?? 0) - asked <= 3, 'it went on asking after it was told to stop')
      world.trouble?.('quota: used up for hours', 0)
      clock.advance(6 * HOUR_MS)
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'signs in again when its access has run out, and misses nobody',
    needs: ['signOut'],
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 4 * subject.pageSize)
      await put(everybody)
      let pages = 0
      await reader.pull('full', {
        onPage: () => {
          pages += 1
          if (pages <= 2) world.signOut?.()
        },
      })
      knows(everybody)
      clock.advance(24 * HOUR_MS)
      world.signOut?.()
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'takes its credential to no other origin',
    needs: ['trouble', 'strayed'],
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 3 * subject.pageSize)
      await put(everybody)
      await reader.pull('full')
      clock.advance(MINUTE_MS)
      world.trouble?.('links to elsewhere', 1_000)
      await reader.pull('full').catch(() => null)
      assert.equal(world.strayed?.(), 0, 'it followed a link to another origin')
      knows(everybody)
    },
  },
]
