// The budget (I6) on a clock that jumps from event to event: hours of requests in a moment, and every run the same.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openDatabase } from '../../src/db/open.ts'
import { openBudget } from '../../src/heymarket/budget.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { leapingClock, START } from '../support/clock.ts'
import { aDatabase, tempFolder } from '../support/folder.ts'

const WINDOW_MS = 60_000

/** Real time that runs from one sleeper to the next; what the machine's clock shows may differ from it. */
function eventTime() {
  let real = 0
  let shift = 0
  let sleepers: { at: number; order: number; wake: () => void }[] = []
  let orders = 0
  const clock: Clock = {
    now: () => START + real + shift,
    sleep: (ms) =>
      new Promise((wake) => {
        orders += 1
        sleepers.push({ at: real + ms, order: orders, wake })
      }),
  }
  return {
    clock,
    real: () => real,
    /** The machine's clock is corrected by so much. */
    correct: (ms: number) => {
      shift += ms
    },
    /** Runs until nobody sleeps any more. */
    run: async () => {
      for (;;) {
        await new Promise((settled) => setImmediate(settled))
        sleepers.sort((a, b) => a.at - b.at || a.order - b.order)
        const [next, ...rest] = sleepers
        if (!next) return
        sleepers = rest
        real = next.at
        next.wake()
      }
    },
  }
}

interface Sent {
  readonly startedAt: number
  readonly endedAt: number
}

interface World {
  readonly limit: number
  readonly lanes: number
  readonly requestsPerLane: number
  /** Milliseconds, used in turn. */
  readonly latencies: readonly number[]
  /** Milliseconds between two requests of one lane, used in turn. */
  readonly pauses: readonly number[]
  /** The clock goes back by `by` at the real time `at`. */
  readonly jumps: readonly { readonly at: number; readonly by: number }[]
  /** Requests after which a process is replaced by a new one. */
  readonly restartEvery: number
}

/** Two processes on one database, each with its lanes; every request that was sent, in real time. */
async function simulate(world: World): Promise<Sent[]> {
  const time = eventTime()
  const path = join(tempFolder(), 'heysync.db')
  const sent: Sent[] = []
  let n = 0
  const openings: { close(): void }[] = []
  const startProcess = () => {
    const db = openDatabase(path)
    openings.push(db)
    return openBudget(db, world.limit, time.clock)
  }
  const processes = [startProcess(), startProcess()]
  const lane = async (index: number) => {
    const which = index % processes.length
    for (let request = 0; request < world.requestsPerLane; request += 1) {
      const release = await processes[which]?.acquire()
      const startedAt = time.real()
      n += 1
      await time.clock.sleep(world.latencies[n % world.latencies.length] ?? 0)
      release?.()
      sent.push({ startedAt, endedAt: time.real() })
      if (n % world.restartEvery === 0) processes[which] = startProcess()
      await time.clock.sleep(world.pauses[n % world.pauses.length] ?? 0)
    }
  }
  for (const { at, by } of world.jumps) void time.clock.sleep(at).then(() => time.correct(-by))
  const lanes = Array.from({ length: world.lanes }, (_, index) => lane(index))
  await time.run()
  await Promise.all(lanes)
  for (const one of openings) one.close()
  return sent
}

/** The most requests that 60 seconds hold, when the other side counts each wherever `instant` says. */
function fullestWindow(sent: readonly Sent[], instant: (one: Sent, index: number) => number): number {
  const at = sent.map(instant).sort((a, b) => a - b)
  let first = 0
  let most = 0
  for (const [last, end] of at.entries()) {
    while (end - (at[first] ?? end) >= WINDOW_MS) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

/** The worst that the other side can do: each request counted early or late, whichever fills one window more. */
function fullestWindowAnyInstant(sent: readonly Sent[]): number {
  // A request is in the window that begins at W when some instant of it is; only ends of requests are worth trying as W.
  return sent.reduce((most, { endedAt: from }) => {
    const inside = sent.filter(({ startedAt, endedAt }) => endedAt >= from && startedAt < from + WINDOW_MS)
    return Math.max(most, inside.length)
  }, 0)
}

const worlds = (more: Partial<Record<keyof World, fc.Arbitrary<unknown>>> = {}) =>
  fc.record({
    limit: fc.integer({ min: 1, max: 40 }),
    lanes: fc.integer({ min: 2, max: 10 }),
    requestsPerLane: fc.integer({ min: 5, max: 30 }),
    latencies: fc.array(fc.integer({ min: 0, max: 500 }), { minLength: 1, maxLength: 20 }),
    pauses: fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 20 }),
    jumps: fc.constant([]),
    restartEvery: fc.integer({ min: 3, max: 1_000 }),
    ...more,
  }) as fc.Arbitrary<World>

describe('no 60 seconds hold more requests than the limit', () => {
  test('over two processes, restarts, any arrivals and any latencies, at whatever instant each is counted', async () => {
    await fc.assert(
      fc.asyncProperty(worlds(), async (world) => {
        expect(fullestWindowAnyInstant(await simulate(world))).toBeLessThanOrEqual(world.limit)
      }),
      { numRuns: 40 },
    )
  })

  test('when the clock goes back', async () => {
    const jumps = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 200_000 }), by: fc.integer({ min: 1, max: 7_200_000 }) }),
      {
        minLength: 1,
        maxLength: 3,
      },
    )
    await fc.assert(
      fc.asyncProperty(worlds({ jumps }), async (world) => {
        expect(fullestWindowAnyInstant(await simulate(world))).toBeLessThanOrEqual(world.limit)
      }),
      { numRuns: 40 },
    )
  })
})

describe('while work waits', () => {
  test.each([
    ['at once', [0]],
    ['in 50 ms', [50]],
    ['in 500 ms', [500]],
    ['in anything up to 500 ms', [3, 480, 77, 500, 210, 12, 350]],
  ])('and answers come %s, at least 98 of 100 places are used', async (_name, latencies) => {
    const limit = 450
    const sent = await simulate({
      limit,
      lanes: 8,
      requestsPerLane: (limit * 4) / 8 + 1,
      latencies,
      pauses: [0],
      jumps: [],
      restartEvery: 100_000,
    })
    // The first burst is free: from the start of the second on, each full budget takes a minute and little more.
    const starts = sent.map((one) => one.startedAt).sort((x, y) => x - y)
    const minutes = ((starts[4 * limit] ?? Number.NaN) - (starts[limit] ?? Number.NaN)) / WINDOW_MS
    expect(3 / minutes).toBeGreaterThanOrEqual(0.98)
    expect(fullestWindow(sent, (one) => one.startedAt)).toBeLessThanOrEqual(limit)
    expect(fullestWindow(sent, (one) => one.endedAt)).toBeLessThanOrEqual(limit)
  })
})

test('a place is free a minute after its answer, not after the longest that an answer may take', async () => {
  const clock = leapingClock()
  const budget = openBudget(aDatabase(), 1, clock)
  const release = await budget.acquire()
  clock.advance(100)
  release()
  await budget.acquire()
  const waited = clock.now() - START - 100
  expect(waited).toBeGreaterThanOrEqual(WINDOW_MS)
  expect(waited).toBeLessThan(WINDOW_MS + 100)
})

test('a process that died with a request under way gives its slot back after a minute, not before and not never', async () => {
  const db = aDatabase()
  const clock = leapingClock()
  await openBudget(db, 1, clock).acquire()
  const next = openBudget(db, 1, clock)
  await next.acquire()
  const waited = clock.now() - START
  expect(waited).toBeGreaterThan(WINDOW_MS)
  expect(waited).toBeLessThan(WINDOW_MS + 2_000)
})

test('a clock that went back a day costs at most a minute of waiting', async () => {
  const clock = leapingClock()
  const budget = openBudget(aDatabase(), 2, clock)
  ;(await budget.acquire())()
  ;(await budget.acquire())()
  clock.advance(-86_400_000)
  const before = clock.now()
  ;(await budget.acquire())()
  expect(clock.now() - before).toBeLessThan(WINDOW_MS + 2_000)
})

test('who waits stops waiting when told to', async () => {
  const clock = leapingClock()
  const budget = openBudget(aDatabase(), 1, clock)
  await budget.acquire()
  await expect(budget.acquire(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
})

test('used tells the requests of the last minute', async () => {
  const clock = leapingClock()
  const budget = openBudget(aDatabase(), 10, clock)
  ;(await budget.acquire())()
  clock.advance(30_000)
  ;(await budget.acquire())()
  expect(budget.used()).toBe(2)
  clock.advance(30_000)
  expect(budget.used()).toBe(1)
  clock.advance(30_000)
  expect(budget.used()).toBe(0)
})
