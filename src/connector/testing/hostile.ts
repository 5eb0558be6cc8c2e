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

/** Without a list an answer may look like the end of one, and then everybody behind it would be gone. */
const LISTLESS: readonly Trouble[] = ['an empty object', 'a null list', 'nothing but null']

/** Nobody's pull of three pages has more requests that are worth a look. */
const MOST_REQUESTS = 30

const always = KINDS.map(
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

const once = LISTLESS.map(
  (what): Check => ({
    name: `loses nobody by: ${what}, once, at whichever of its requests`,
    needs: ['trouble', 'requests'],
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 3 * subject.pageSize)
      await put(everybody)
      await reader.pull('full')
      for (let nth = 0; nth < MOST_REQUESTS; nth += 1) {
        clock.advance(60_000)
        const asked = world.requests?.() ?? 0
        world.trouble?.(what, 1, nth)
        await reader.pull('full').catch(() => null)
        knows(everybody)
        const wasHit = (world.requests?.() ?? 0) - asked > nth
        // A pull in two parts proves nobody absent: the next one begins at the start.
        world.trouble?.(what, 0)
        await reader.pull('full')
        knows(everybody)
        if (!wasHit) return
      }
    },
  }),
)

export const hostile: readonly Check[] = [...always, ...once]
