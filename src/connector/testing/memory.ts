// Owns what a pull holds in memory: a large source must not need more than a small one.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connectorContext } from '../context.ts'
import type { ConnectorContext } from '../contract.ts'
import { sourceRequests } from '../http/source-http.ts'
import type { Check, Subject } from './check.ts'
import { person } from './people.ts'
import { onStage } from './stage.ts'
import type { ConnectorWorld, Person } from './world.ts'

export interface Measured {
  readonly records: number
  /** By how much the live heap was larger at its largest than before the pull, in bytes. */
  readonly growth: number
}

/** So many where the world makes them up as it answers. */
const FILLED = 200_000
/** And so many where people are put in: with the pages of the other checks, this is what a source on loopback answers in seconds. */
const PUT = 4_000
/**
 * A connector that keeps its records grows by half a kilobyte and more for each. One that streams may keep the ids, and
 * grows by what the garbage collector is unsure of.
 */
const mostGrowth = (records: number) => 2 * 1024 * 1024 + 70 * records
/** Times at which the heap is looked at. */
const LOOKS = 12
/** Read beforehand, so that the code which runs is there already. */
const WARM_UP = 200
const HOUR_MS = 3_600_000

/** Reads a large source in one full pull, and drops each page as it comes. `records`: unless the kit may choose. */
export function measureConnector(subject: Subject, records?: number): Promise<Measured> {
  return onStage(async ({ folder, clock }) => {
    const world = await subject.open({ folder, clock })
    const requests = sourceRequests(() => 1)
    try {
      const count = records ?? (world.fill ? FILLED : PUT)
      const given = await fill(world, count)
      // What a source hides of its last minutes is out by then.
      clock.advance(HOUR_MS)
      const options = subject.connector.options.parse(given)
      const log = { debug: () => {}, info: () => {}, warn: () => {} }
      const signal = new AbortController().signal
      const context = connectorContext({ signal, clock, log, baseDir: folder, requests })
      return await read(subject, options, { context, records: count })
    } finally {
      requests.close()
      await world.close?.()
    }
  })
}

/** Returns the options that read it all. */
async function fill(world: ConnectorWorld, count: number): Promise<unknown> {
  if (world.fill) return world.fill(count)
  await world.put(Array.from({ length: count }, (_, index) => wordy(index + 1)))
  return world.options
}

/** With a long name and address, so that few of them are enough to be seen in the heap. */
function wordy(n: number): Person {
  return person(n, { last: `${'Long'.repeat(20)} ${n}`, email: `${'long'.repeat(40)}${n}@example.com` })
}

async function read(
  { connector }: Subject,
  options: unknown,
  { context, records }: { context: ConnectorContext; records: number },
): Promise<Measured> {
  const heap = heapReader()
  const looks: number[] = []
  let seen = 0
  const to = new Date(context.clock.now()).toISOString()
  const request = { mode: 'full', window: { from: null, to }, token: null, resumeAfter: null } as const
  // What is loaded and compiled with the first requests belongs to the connector, and not to its records.
  await connector.discover(options, context)
  let warm = 0
  for await (const page of connector.pull(options, request, context)) {
    warm += page.records.length
    if (warm >= WARM_UP) break
  }
  const before = heap()
  for await (const page of connector.pull(options, request, context)) {
    seen += page.records.length
    if (seen >= ((looks.length + 1) * records) / LOOKS) looks.push(heap())
  }
  assert.equal(seen, records)
  return { records: seen, growth: Math.max(...looks) - before }
}

/** The live heap after a collection, in bytes. */
function heapReader(): () => number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return () => {
    collect()
    return process.memoryUsage().heapUsed
  }
}

export const memory: readonly Check[] = [
  {
    name: 'reads a large source without holding it',
    run: async ({ subject }) => {
      const { growth, records } = await measureConnector(subject)
      assert(
        growth < mostGrowth(records),
        `the heap grew by ${(growth / 1024 / 1024).toFixed(1)} MB while it read ${records} records`,
      )
    },
  },
]
