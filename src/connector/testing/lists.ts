// Owns the check of lists: who is on a list or segment of the source, and who came and went since.
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import type { Check } from './check.ts'
import { people, person } from './people.ts'
import { openReader } from './reader.ts'

const HOUR_MS = 3_600_000

export const lists: readonly Check[] = [
  {
    name: 'shows who is on a list of the source, also when nobody changed but the list',
    needs: ['list'],
    run: async ({ subject, world, put, clock }) => {
      await put(people(1, subject.pageSize + 3))
      const listed = await world.list?.(['p1', 'p2', 'p3'])
      assert(listed, 'the world cannot list()')
      clock.advance(HOUR_MS)
      const place = { clock, folder: tmpdir() }
      const reader = openReader(subject.connector, { ...world, options: listed.options }, place)
      const on = (...numbers: readonly number[]) =>
        numbers.map((n) => person(n).phone.replace('+', '')).sort()
      try {
        await reader.pull('full')
        assert.deepEqual(reader.onList(listed.title), on(1, 2, 3))
        clock.advance(HOUR_MS)
        await world.list?.(['p2', 'p3', `p${subject.pageSize + 3}`])
        clock.advance(2 * HOUR_MS)
        await reader.pull(subject.connector.capabilities.incremental === 'none' ? 'full' : 'incremental')
        assert.deepEqual(reader.onList(listed.title), on(2, 3, subject.pageSize + 3))
      } finally {
        reader.close()
      }
    },
  },
]
