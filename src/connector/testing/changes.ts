// Owns the checks of news: what changed, came late, left, was put aside or became one with another.
import assert from 'node:assert/strict'
import type { Bench, Check, Subject } from './check.ts'
import { people, person } from './people.ts'
import type { Person } from './world.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const incremental = ({ connector }: Subject) =>
  connector.capabilities.incremental === 'none' ? 'the connector reads everything each time' : null

/** Made one by one, read once, and an hour passed. */
async function settled({ reader, put, clock }: Bench, everybody: readonly Person[]): Promise<void> {
  for (const one of everybody) {
    await put([one])
    clock.advance(10 * MINUTE_MS)
  }
  clock.advance(HOUR_MS)
  await reader.pull('full')
  clock.advance(HOUR_MS)
}

export const changes: readonly Check[] = [
  {
    name: 'reads only news after it has read everything',
    idle: (subject) => incremental(subject) ?? subject.whole ?? null,
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      const everybody = people(1, 3 * subject.pageSize)
      await settled(bench, everybody)
      // The overlap of the last pull may come again; after a second one nothing is left of it.
      await reader.pull('incremental')
      clock.advance(HOUR_MS)
      const edited = person(2, { first: 'Edited' })
      const added = person(9_001)
      await put([edited, added])
      clock.advance(MINUTE_MS)
      const result = await reader.pull('incremental')
      assert(result.read <= 2 + subject.pageSize, `${result.read} records were read where two had changed`)
      knows([...everybody.map((one) => (one.key === 'p2' ? edited : one)), added])
    },
  },
  {
    name: 'reads more news of one instant than fit on a page',
    idle: incremental,
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      await settled(bench, people(1, 3))
      const many = people(1, 4 * subject.pageSize + 1)
      await put(many, { changedAt: clock.now() })
      clock.advance(MINUTE_MS)
      await reader.pull('incremental')
      knows(many)
    },
  },
  {
    name: 'reads a change of the instant at which the last pull ended',
    idle: incremental,
    run: async (bench) => {
      const { reader, put, knows, clock } = bench
      await settled(bench, people(1, 3))
      await reader.pull('incremental')
      const edited = person(1, { first: 'Just then' })
      await put([edited], { changedAt: clock.now() })
      clock.advance(HOUR_MS)
      await reader.pull('incremental')
      knows([edited, person(2), person(3)])
    },
  },
  {
    name: 'reads a row that shows late, with a time before the last pull',
    idle: (subject) =>
      incremental(subject) ?? (subject.lateMs === undefined ? 'rows of this source show at once' : null),
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      const lateMs = subject.lateMs ?? 0
      await settled(bench, people(1, 2))
      await put([person(3)], { changedAt: clock.now(), shownAt: clock.now() + lateMs })
      await put([person(4)], { changedAt: clock.now() + 1_000 })
      clock.advance(2_000)
      await reader.pull('incremental')
      clock.advance(lateMs)
      await reader.pull('incremental')
      clock.advance(lateMs)
      await reader.pull('incremental')
      knows(people(1, 4))
    },
  },
  {
    name: 'reads what changes while it reads, then or the next time',
    idle: incremental,
    run: async (bench) => {
      const { subject, world, reader, knows, clock } = bench
      const everybody = people(1, 3 * subject.pageSize)
      await bench.put(everybody)
      clock.advance(HOUR_MS)
      const edited = [person(1, { first: 'During' }), person(3 * subject.pageSize, { last: 'During' })]
      let under: unknown
      await reader.pull('full', {
        onPage: () => {
          under ??= world.put(edited)
        },
      })
      await under
      clock.advance(HOUR_MS)
      await reader.pull('incremental')
      const after = new Map([...everybody, ...edited].map((one) => [one.key, one]))
      knows([...after.values()])
    },
  },
  {
    name: 'goes on after a crash at any page, and misses nobody',
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      const everybody = people(1, 6 * subject.pageSize + 1)
      await put(everybody)
      clock.advance(HOUR_MS)
      for (const pages of [1, 1, 2, 1]) {
        let seen = 0
        const crash = () => {
          seen += 1
          if (seen > pages) throw new Error('crash')
        }
        await assert.rejects(reader.pull('full', { onPage: crash }), /crash/)
      }
      await reader.pull('full')
      knows(everybody)
    },
  },
  {
    name: 'goes on from the page that was saved, where it says that it can',
    idle: ({ connector }) => (connector.capabilities.resumable ? null : 'an interrupted pull starts over'),
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      const everybody = people(1, 6 * subject.pageSize)
      await put(everybody)
      clock.advance(HOUR_MS)
      let seen = 0
      const crash = () => {
        seen += 1
        if (seen > 4) throw new Error('crash')
      }
      await assert.rejects(reader.pull('full', { onPage: crash }), /crash/)
      const before = reader.pages.length
      await reader.pull('full').catch(() => reader.pull('full'))
      assert(reader.pages.length - before <= 5, `${reader.pages.length - before} pages were read again of 6`)
      knows(everybody)
    },
  },
  {
    name: 'a pull that failed moves no cursor',
    idle: incremental,
    run: async (bench) => {
      const { reader, put, knows, clock } = bench
      await settled(bench, people(1, 2))
      const edited = person(1, { first: 'Edited' })
      await put([edited])
      clock.advance(MINUTE_MS)
      const crash = () => {
        throw new Error('crash')
      }
      await assert.rejects(reader.pull('incremental', { onPage: crash }), /crash/)
      clock.advance(24 * HOUR_MS)
      await reader.pull('incremental')
      knows([edited, person(2)])
    },
  },
  {
    name: 'says who was deleted',
    idle: ({ connector }) =>
      connector.capabilities.deletes ? null : 'the source has no word for it; a full pull finds out',
    run: async (bench) => {
      const { world, reader, knows, clock } = bench
      await settled(bench, people(1, 5))
      await world.delete(['p2', 'p4'])
      clock.advance(MINUTE_MS)
      await reader.pull(incremental(bench.subject) === null ? 'incremental' : 'full')
      knows([person(1), person(3), person(5)])
    },
  },
  {
    name: 'says who was put aside, and who was taken back',
    idle: (_subject, world) =>
      world.archive && world.restore ? null : 'nobody can be put aside in this source',
    run: async (bench) => {
      const { world, reader, knows, clock } = bench
      await settled(bench, people(1, 4))
      await world.archive?.(['p3'])
      clock.advance(MINUTE_MS)
      await reader.pull('full')
      knows([person(1), person(2), person(4)])
      clock.advance(HOUR_MS)
      await world.restore?.(['p3'])
      clock.advance(MINUTE_MS)
      await reader.pull('full')
      knows(people(1, 4))
    },
  },
  {
    name: 'says which record went into which, and nobody of the two is taken for gone meanwhile',
    idle: (_subject, world) => (world.merge ? null : 'records cannot be merged in this source'),
    run: async (bench) => {
      const { subject, world, reader, knows, clock } = bench
      const everybody = people(1, 4)
      await settled(bench, everybody)
      await world.merge?.('p2', 'p1')
      clock.advance(MINUTE_MS)
      await reader.pull('full')
      knows([person(1), person(3), person(4)])
      const told = reader.pages
        .flatMap(({ records }) => records)
        .filter(({ mergedInto }) => mergedInto !== undefined)
      assert.equal(
        subject.connector.capabilities.merges,
        told.length > 0,
        'capabilities.merges is not what was seen',
      )
    },
  },
  {
    name: 'reads everything when its cursor is no longer taken',
    idle: (subject, world) => incremental(subject) ?? (world.expire ? null : 'its cursors do not expire'),
    run: async (bench) => {
      const { world, reader, put, knows, clock } = bench
      await settled(bench, people(1, 5))
      world.expire?.()
      await world.delete(['p5'])
      const edited = person(1, { first: 'Edited' })
      await put([edited])
      clock.advance(MINUTE_MS)
      const result = await reader.pull('incremental')
      assert.equal(result.mode, 'full')
      knows([edited, ...people(2, 4)])
    },
  },
]
