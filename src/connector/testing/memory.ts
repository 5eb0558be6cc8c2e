// Owns what a pull holds in memory: a large source must not need more than a small one.
import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { connectorContext } from '../context.ts'
import type { ConnectorContext } from '../contract.ts'
import { sourceRequests } from '../http/source-http.ts'
import type { Check, Subject } from './check.ts'
import { onStage } from './stage.ts'

export interface Measured {
  readonly records: number
  /** By how much the live heap was larger at its largest than before the pull, in bytes. */
  readonly growth: number
}

const RECORDS = 200_000
/** A connector that keeps its records grows by a hundred megabytes; one that streams, by what the garbage collector is unsure of. */
const MOST_GROWTH = 16 * 1024 * 1024
/** Times at which the heap is looked at. */
const LOOKS = 12

/** Reads a world that was filled with so many records in one full pull, and drops each page as it comes. */
export function measureConnector(subject: Subject, records = RECORDS): Promise<Measured> {
  return onStage(async ({ folder, clock }) => {
    const world = await subject.open({ folder, clock })
    const requests = sourceRequests(() => 1)
    try {
      assert(world.fill, 'the world cannot fill() itself')
      const options = subject.connector.options.parse(await world.fill(records))
      const log = { debug: () => {}, info: () => {}, warn: () => {} }
      const signal = new AbortController().signal
      const context = connectorContext({ signal, clock, log, baseDir: folder, requests })
      return await read(subject, options, { context, records })
    } finally {
      requests.close()
      await world.close?.()
    }
  })
}

async function read(
  { connector }: Subject,
  options: unknown,
  { context, records }: { context: ConnectorContext; records: number },
): Promise<Measured> {
  const heap = heapReader()
  const looks: number[] = []
  let seen = 0
  // What is loaded with the first request belongs to the connector, and not to its records.
  await connector.discover(options, context)
  const before = heap()
  const to = new Date(context.clock.now()).toISOString()
  const request = { mode: 'full', window: { from: null, to }, token: null, resumeAfter: null } as const
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
    name: `reads ${RECORDS.toLocaleString('en-US')} records without holding them`,
    needs: ['fill'],
    run: async ({ subject }) => {
      const { growth } = await measureConnector(subject)
      assert(growth < MOST_GROWTH, `the heap grew by ${Math.round(growth / 1024 / 1024)} MB while it read`)
    },
  },
]
