// Owns the checks of reading everything: no record missing, none twice, nothing bent on the way.
import assert from 'node:assert/strict'
import type { Check } from './check.ts'
import { people, person } from './people.ts'

export const reading: readonly Check[] = [
  {
    name: 'reads a source of nobody to its end',
    run: async ({ reader, knows }) => {
      const result = await reader.pull('full')
      assert.equal(result.read, 0)
      knows([])
    },
  },
  ...[1, 2, 3].map(
    (pages): Check => ({
      name: `reads ${pages} ${pages === 1 ? 'page' : 'pages'}, full to the last row, and ends there`,
      run: async ({ subject, reader, put, knows }) => {
        const everybody = people(1, pages * subject.pageSize)
        await put(everybody)
        const result = await reader.pull('full')
        assert.equal(result.read, everybody.length)
        knows(everybody)
      },
    }),
  ),
  {
    name: 'reads one record more than fits on a page',
    run: async ({ subject, reader, put, knows }) => {
      const everybody = people(1, subject.pageSize + 1)
      await put(everybody)
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'proves that it saw everything: whoever a second full pull does not show is gone',
    run: async ({ subject, world, reader, put, knows, clock }) => {
      const everybody = people(1, 2 * subject.pageSize + 1)
      await put(everybody)
      await reader.pull('full')
      await world.delete(['p1', 'p2'])
      clock.advance(60_000)
      await reader.pull('full')
      knows(everybody.slice(2))
    },
  },
  {
    name: 'reads more records of one instant than fit on a page',
    run: async ({ subject, reader, put, knows, clock }) => {
      const everybody = people(1, 4 * subject.pageSize + 2)
      await put(everybody, { changedAt: clock.now() })
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'recognises what it has read: the same again is unchanged',
    run: async ({ subject, reader, put, knows, clock }) => {
      const everybody = people(1, subject.pageSize + 3)
      await put(everybody)
      await reader.pull('full')
      clock.advance(3_600_000)
      const again = await reader.pull('full')
      assert.equal(again.accepted, 0, 'a record that nobody touched came as a new version')
      assert.equal(again.unchanged, again.read)
      knows(everybody)
    },
  },
  {
    name: 'gives each record an id that outlives an edit',
    run: async ({ reader, put, knows, clock }) => {
      await put(people(1, 3))
      await reader.pull('full')
      clock.advance(60_000)
      const edited = person(2, { phone: '+15102009999', first: 'Another' })
      await put([edited])
      clock.advance(3_600_000)
      const result = await reader.pull('full')
      assert.equal(result.gone, 0, 'the edited record came under another id')
      knows([person(1), edited, person(3)])
    },
  },
  {
    name: 'reads records whose fields are empty or null',
    run: async ({ reader, put, knows }) => {
      const hollow = people(1, 4).map((one) => ({ ...one, blank: true }))
      await put(hollow)
      await reader.pull('full')
      knows(hollow)
    },
  },
  {
    name: 'gives ids as text, and times that can be read',
    run: async ({ subject, reader, put }) => {
      await put(people(1, subject.pageSize + 1))
      await reader.pull('full')
      for (const { id, updatedAt } of reader.pages.flatMap(({ records }) => records)) {
        assert.equal(typeof id, 'string')
        assert.notEqual(id, '')
        if (updatedAt !== null) assert(!Number.isNaN(Date.parse(updatedAt)), `updatedAt is ${updatedAt}`)
      }
    },
  },
  {
    name: 'says where it stands on each page, and never the same twice',
    run: async ({ subject, reader, put }) => {
      await put(people(1, 3 * subject.pageSize))
      await reader.pull('full')
      const positions = reader.pages.map(({ position }) => position)
      assert.deepEqual([...new Set(positions)], positions)
    },
  },
]
