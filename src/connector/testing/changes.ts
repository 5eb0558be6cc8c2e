// Owns the checks of news: what changed, came late, left, was put aside or became one with another.
import assert from 'node:assert/strict'
import type { Bench, Check, Subject } from './check.ts'
import { people, person } from './people.ts'
import type { Person } from './world.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

const incremental = ({ connector }: Subject) => connector.capabilities.incremental !== 'none'
const windowed = ({ connector }: Subject) => connector.capabilities.incremental === 'watermark'

/** Changed one by one, so far apart that no overlap brings one back by chance, and an hour passed. */
async function oneByOne({ put, clock }: Bench, everybody: readonly Person[]): Promise<void> {
  for (const one of everybody) {
    await put([one])
    clock.advance(10 * MINUTE_MS)
  }
  clock.advance(HOUR_MS)
}

/** Made one by one, read once, and an hour passed. */
export async function settled(bench: Bench, everybody: readonly Person[]): Promise<void> {
  const { reader, clock } = bench
  await oneByOne(bench, everybody)
  await reader.pull('full')
  clock.advance(HOUR_MS)
}

/** A pull under which the first and the last of everybody are edited, once its first page is there. */
async function disturbed(
  { subject, world, reader, clock }: Bench,
  mode: 'full' | 'incremental',
  first: string,
): Promise<readonly Person[]> {
  const edited = [person(1, { first }), person(3 * subject.pageSize, { first })]
  let under: unknown
  await reader.pull(mode, {
    onPage: () => {
      if (under !== undefined) return
      clock.advance(MINUTE_MS)
      under = world.put(edited) ?? null
    },
  })
  await under
  return edited
}

function merged(...versions: readonly (readonly Person[])[]): Person[] {
  return [...new Map(versions.flat().map((one) => [one.key, one])).values()]
}

export const changes: readonly Check[] = [
  {
    name: 'reads only news after it has read everything',
    concerns: (subject) => incremental(subject) && subject.whole === undefined,
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
    concerns: incremental,
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
    concerns: incremental,
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
    name: 'takes both ends of its window for inside',
    concerns: windowed,
    run: async (bench) => {
      const { world, reader, put, knows, clock } = bench
      await settled(bench, people(1, 3))
      await put([person(4)])
      // Until then it is behind the window of a source that lags.
      clock.advance(1_000 * (world.lagSeconds ?? 0))
      const { window } = await reader.ask('incremental')
      await put([person(5)], { changedAt: Date.parse(window.from ?? ''), shownAt: clock.now() })
      await put([person(6)], { changedAt: Date.parse(window.to) })
      await reader.pull('incremental')
      knows(people(1, 6))
    },
  },
  {
    name: 'takes away what was cleared, and keeps the last of several edits',
    concerns: incremental,
    run: async (bench) => {
      const { reader, put, knows, clock } = bench
      await settled(bench, people(1, 4))
      const cleared = person(2, { blank: true })
      await put([cleared, person(3, { first: 'Once' })])
      clock.advance(MINUTE_MS)
      await put([person(3, { first: 'Twice' })])
      clock.advance(MINUTE_MS)
      await reader.pull('incremental')
      knows([person(1), cleared, person(3, { first: 'Twice' }), person(4)])
    },
  },
  {
    name: 'says where it stands on each page of news too',
    concerns: incremental,
    run: async (bench) => {
      const { subject, reader, put, clock } = bench
      await settled(bench, people(1, 3))
      await put(people(1, 3 * subject.pageSize))
      clock.advance(MINUTE_MS)
      const before = reader.pages.length
      await reader.pull('incremental')
      const positions = reader.pages.slice(before).map(({ position }) => position)
      assert.deepEqual([...new Set(positions)], positions)
    },
  },
  {
    name: 'reads a row that shows late, with a time before the last pull',
    concerns: (subject) => incremental(subject) && subject.lateMs !== undefined,
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
    concerns: incremental,
    run: async (bench) => {
      const { subject, knows, clock } = bench
      const everybody = people(1, 3 * subject.pageSize)
      await oneByOne(bench, everybody)
      const first = await disturbed(bench, 'full', 'During')
      clock.advance(HOUR_MS)
      await bench.reader.pull('incremental')
      knows(merged(everybody, first))
      const edited = everybody.map((one) => ({ ...one, last: 'Anew' }))
      await oneByOne(bench, edited)
      const second = await disturbed(bench, 'incremental', 'Once more')
      clock.advance(HOUR_MS)
      await bench.reader.pull('incremental')
      knows(merged(edited, second))
    },
  },
  {
    name: 'takes nobody for gone who is edited while everything is read',
    run: async (bench) => {
      const { subject, reader, put, knows, clock } = bench
      const everybody = people(1, 3 * subject.pageSize)
      await put(everybody)
      await reader.pull('full')
      clock.advance(HOUR_MS)
      const edited = await disturbed(bench, 'full', 'During')
      const known = new Set(reader.known().map(({ phone }) => `+${phone}`))
      for (const { phone } of everybody) assert(known.has(phone), `${phone} was taken for gone`)
      clock.advance(HOUR_MS)
      await reader.pull('full')
      knows(merged(everybody, edited))
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
    concerns: ({ connector }) => connector.capabilities.resumable,
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
    concerns: incremental,
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
    name: 'reads everything when its cursor is no longer taken',
    needs: ['expire'],
    concerns: incremental,
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
