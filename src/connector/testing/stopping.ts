// Owns the checks of a pull that somebody stops: between two pages, and while it waits for an answer.
import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import type { Check } from './check.ts'
import { people } from './people.ts'

export const stopping: readonly Check[] = [
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
  {
    name: 'stops while it waits for an answer',
    needs: ['trouble', 'requests'],
    run: async ({ subject, world, reader, put, knows }) => {
      const everybody = people(1, 2 * subject.pageSize)
      await put(everybody)
      const asked = world.requests?.()
      world.trouble?.('no answer for now', 1)
      const stop = new AbortController()
      const pull = reader.pull('full', { signal: stop.signal })
      const stopped = assert.rejects(pull, /stopped by the operator|abort/i)
      while (world.requests?.() === asked) await setImmediate()
      stop.abort(new Error('stopped by the operator'))
      await setImmediate()
      // Whoever did not stop gets the answer now, and makes a page of it.
      world.trouble?.('no answer for now', 0)
      await stopped
      assert.equal(reader.pages.length, 0, 'a page came after the stop')
      await reader.pull('full')
      knows(everybody)
    },
  },
]
