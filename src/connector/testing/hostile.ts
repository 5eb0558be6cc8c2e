// Owns the checks of answers that are well-formed and not what they should be. A pull may fail by them; it may not lose
// anybody, and may not go round in circles.
import assert from 'node:assert/strict'
import type { Check } from './check.ts'
import { people } from './people.ts'
import type { Trouble } from './world.ts'

/** How many answers go wrong: all, or one. */
const KINDS: readonly (readonly [Trouble, number])[] = [
  ['a list where an object was', 1_000],
  ['an empty object', 1_000],
  ['very deep JSON', 1_000],
  ['numbers without end', 1_000],
  ['another order', 1_000],
  ['the answer before, again', 1],
  ['more than anybody can hold', 1],
]

export const hostile: readonly Check[] = KINDS.map(
  ([what, times]): Check => ({
    name: `loses nobody by: ${what}`,
    needs: ['trouble'],
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 3 * subject.pageSize)
      await put(everybody)
      await reader.pull('full')
      for (const after of [0, 1]) {
        clock.advance(60_000)
        world.trouble?.(what, times, after)
        await reader.pull('full').catch((error: unknown) => {
          assert.doesNotMatch(String(error), /came to no end/)
        })
        knows(everybody)
      }
      world.trouble?.(what, 0)
      clock.advance(60_000)
      await reader.pull('full')
      knows(everybody)
    },
  }),
)
