// Owns the checks of who leaves: deleted, put aside, made one with another; and of who must not be texted.
import assert from 'node:assert/strict'
import { settled } from './changes.ts'
import type { Bench, Check } from './check.ts'
import { people, person } from './people.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** As most pulls of this connector are. */
const news = ({ subject }: Bench) =>
  subject.connector.capabilities.incremental === 'none' ? 'full' : 'incremental'

export const leaving: readonly Check[] = [
  {
    name: 'says who was deleted',
    concerns: ({ connector }) => connector.capabilities.deletes,
    run: async (bench) => {
      const { world, reader, knows, clock } = bench
      await settled(bench, people(1, 5))
      await world.delete(['p2', 'p4'])
      clock.advance(MINUTE_MS)
      await reader.pull(news(bench))
      knows([person(1), person(3), person(5)])
    },
  },
  {
    name: 'says who was put aside, and who was taken back',
    needs: ['archive'],
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
    needs: ['merge'],
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
    name: 'knows somebody again who was deleted and came back',
    run: async (bench) => {
      const { world, reader, put, knows, clock } = bench
      await settled(bench, people(1, 3))
      await world.delete(['p2'])
      clock.advance(MINUTE_MS)
      await reader.pull('full')
      clock.advance(HOUR_MS)
      await put([person(2)])
      clock.advance(MINUTE_MS)
      await reader.pull('full')
      knows(people(1, 3))
    },
  },
  {
    name: 'says who must not be texted, from the first pull on and when it changes',
    needs: ['optOut'],
    run: async (bench) => {
      const { world, reader, put, clock } = bench
      await put(people(1, 4))
      await world.optOut?.(['p2'])
      await reader.pull('full')
      const out = (...numbers: readonly number[]) =>
        numbers.map((n) => person(n).phone.replace('+', '')).sort()
      assert.deepEqual(reader.optedOut(), out(2))
      clock.advance(HOUR_MS)
      await world.optOut?.(['p4'])
      clock.advance(MINUTE_MS)
      await reader.pull(news(bench))
      assert.deepEqual(reader.optedOut(), out(2, 4))
    },
  },
]
