// Owns the checks of reading everything: no record missing, none twice, nothing bent on the way.
import assert from 'node:assert/strict'
import { instantKey } from '../../lib/instant.ts'
import type { Page } from '../contract.ts'
import type { Bench, Check } from './check.ts'
import { LOOKALIKES, people, person } from './people.ts'

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
  {
    name: 'counts what it reads, where it counts at all',
    run: async ({ subject, reader, put, clock }) => {
      await put(people(1, 2 * subject.pageSize + 1))
      // A source may count only whom nobody touched while it was read.
      clock.advance(3_600_000)
      await reader.pull('full')
      const ids = new Set(reader.pages.flatMap(({ records }) => records.map(({ id }) => id)))
      const count = reader.pages.at(-1)?.end?.count ?? null
      assert(count === null || count === ids.size, `the end counts ${count}, and ${ids.size} ids were shown`)
    },
  },
  {
    name: 'keeps each id with its person when others go',
    run: async (bench) => {
      const { subject, world, reader, put, clock } = bench
      await put(people(1, 2 * subject.pageSize))
      await reader.pull('full')
      const before = idsByPhone(bench, reader.pages.splice(0))
      await world.delete(['p1', 'p3'])
      clock.advance(60_000)
      await reader.pull('full')
      for (const [phone, id] of idsByPhone(bench, reader.pages))
        assert.equal(id, before.get(phone), `the person with the number ${phone} came under another id`)
    },
  },
  {
    name: 'gives the id and the time of change to the last digit, as the source writes them',
    needs: ['written'],
    run: async (bench) => {
      const { subject, world, reader, put } = bench
      await put(people(1, subject.pageSize + 1))
      await reader.pull('full')
      const records = reader.pages.flatMap((page) => page.records)
      for (const { key } of people(1, subject.pageSize + 1)) {
        const wanted = world.written?.(key)
        const record = records.find(({ id }) => id === wanted?.id)
        assert(record, `no record came with the id ${wanted?.id}`)
        assert.equal(instantKey(record.updatedAt), instantKey(wanted?.updatedAt), `updatedAt of ${record.id}`)
      }
    },
  },
  {
    name: 'keeps text that looks like something else',
    run: async ({ reader, put, knows }) => {
      const everybody = LOOKALIKES.map((text, index) => person(index + 1, { first: text, last: text }))
      await put(everybody)
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'keeps nothing between two pulls: they may run beside each other',
    run: async ({ subject, reader, put }) => {
      const everybody = people(1, 3 * subject.pageSize)
      await put(everybody)
      const both = [reader.pagesOf(), reader.pagesOf()]
      const seen = both.map(() => new Set<string>())
      const open = new Set(both.keys())
      while (open.size > 0) {
        for (const index of [...open]) {
          const { done, value } = (await both[index]?.next()) ?? { done: true }
          if (done) open.delete(index)
          else for (const { id } of (value as Page).records) seen[index]?.add(id)
        }
      }
      assert.deepEqual(
        seen.map(({ size }) => size),
        [everybody.length, everybody.length],
      )
    },
  },
]

function idsByPhone({ world }: Bench, pages: readonly Page[]): ReadonlyMap<string, string> {
  const there = pages.flatMap(({ records }) => records).filter(({ deleted }) => deleted !== true)
  return new Map(there.map(({ id, fields }) => [String(valueAt(fields, world.map.phone)), id]))
}

/** As a mapping does: a field of this name, else a way into objects. */
function valueAt(fields: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in fields) return fields[path]
  return path.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown> | null)?.[part], fields)
}
