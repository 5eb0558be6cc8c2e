// Owns the checks of bad days: answers that are late, cut, wrong or refused, and somebody who stops the pull.
import assert from 'node:assert/strict'
import type { Check, Subject } from './check.ts'
import { people } from './people.ts'
import type { ConnectorWorld, Trouble } from './world.ts'

const remote = (_subject: Subject, world: ConnectorWorld) =>
  world.trouble ? null : 'nothing comes between the connector and this source'

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
        idle: remote,
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
      idle: remote,
      run: async ({ subject, world, reader, put, knows, clock }) => {
        const everybody = people(1, 4 * subject.pageSize)
        await put(everybody)
        await reader.pull('full')
        clock.advance(60_000)
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
    idle: remote,
    run: async ({ world, reader, put }) => {
      await put(people(1, 2))
      world.trouble?.('signed out', 1_000)
      await assert.rejects(reader.pull('full'), { code: 'ERR_SOURCE_UNAUTHORIZED' })
    },
  },
  {
    name: 'stops within the page when it is told to',
    run: async ({ subject, world, reader, put, knows }) => {
      const everybody = people(1, 5 * subject.pageSize)
      await put(everybody)
      const stop = new AbortController()
      const onPage = () => stop.abort(new Error('stopped by the operator'))
      await assert.rejects(
        reader.pull('full', { signal: stop.signal, onPage }),
        /stopped by the operator|abort/i,
      )
      const asked = world.requests?.()
      assert(reader.pages.length <= 2, `${reader.pages.length} pages came after the stop`)
      assert.equal(world.requests?.(), asked)
      await reader.pull('full')
      knows(everybody)
    },
  },
]
