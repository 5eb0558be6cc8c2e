// The daemon: a long push gives way to what came due, goes on afterwards, and a resync that was stopped is begun again.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pc from 'picocolors'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openApp, TURN_MS } from '../../src/app.ts'
import type { Io } from '../../src/cli/io.ts'
import { watchCycle } from '../../src/cli/run-cycle.ts'
import { loadConfig } from '../../src/config/load.ts'
import { isWanted, POLL_MS } from '../../src/db/lock.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { Control, DaemonState } from '../../src/service/control.ts'
import { runDaemon } from '../../src/service/daemon.ts'
import { leapingClock } from '../support/clock.ts'
import { connectors } from '../support/connectors.ts'
import { tempFolder } from '../support/folder.ts'

const PEOPLE = 1000
const HOUR = 60 * 60_000
const CALL = { args: [], options: {} }

interface CycleLine {
  readonly msg: string
  readonly status?: string
  readonly sources?: readonly { mode: string; reason: string | null }[]
  readonly push?: { acked: number; deferred: number }
}

/** A service for a file of people, on a clock that leaps; schedules come due when the test says so. */
async function service(people = PEOPLE) {
  const folder = tempFolder()
  const clock = leapingClock()
  const advance = () => clock.advance(1000)
  const watchers = new Set<() => void>()
  const sandbox = await startSandbox({
    port: 0,
    requestsPerMinute: 100_000,
    dialects: { maxLimit: 30 },
    clock,
    onRequest: () => watchers.forEach((look) => void look()),
  })
  onTestFinished(() => sandbox.close())
  const file = join(folder, 'people.csv')
  const write = (firsts: Readonly<Record<number, string>> = {}) => {
    const rows = Array.from(
      { length: people },
      (_, n) => `${n},${14_152_000_000 + n},${firsts[n] ?? 'Before'}`,
    )
    writeFileSync(file, `id,phone,first\n${rows.join('\n')}\n`)
  }
  write()
  writeFileSync(
    join(folder, 'heysync.yaml'),
    `heymarket:
  baseUrl: ${sandbox.url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  writes: single
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    schedule: "* * * * *"
    fullSchedule: "0 3 * * *"
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first }
`,
  )
  const loaded = loadConfig({ path: join(folder, 'heysync.yaml'), env: {}, cwd: folder, connectors })
  const tick = () => new Promise<void>((go) => setImmediate(go))
  /** For two who work in turn: whoever waits for the other lets it work, and whoever made room sees it taken. */
  const polite: Clock = {
    now: clock.now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      // Others may wait for as long as that, too.
      if (ms === POLL_MS && isWanted(loaded.databasePath)) return tick()
      await clock.sleep(ms, signal)
      if (ms !== TURN_MS) return
      do await tick()
      while (isWanted(loaded.databasePath))
    },
  }
  return {
    clock,
    sandbox,
    write,
    remove: () => rmSync(file),
    /** Resolves at the first request that finds it so. */
    once: (so: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!so()) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
      }),
    /** A resync by hand; resolves with its report and what was said. */
    resync: async () => {
      const { signal } = new AbortController()
      const log = pino({ level: 'silent' })
      const app = openApp({ loaded, clock: polite, random: () => 1, signal, log })
      const said: string[] = []
      const io = { say: (text: string) => void said.push(text), clock: polite, color: pc.createColors(false) }
      const request = { mode: 'full', trigger: 'resync', sources: ['people'], allowEmpty: [] } as const
      const outcome = watchCycle(app, { columns: 80, terminal: false, ...io } as unknown as Io, CALL, request)
      const { report } = await outcome.finally(() => app.close())
      return { report, said }
    },
    start: (clock: Clock = polite) => {
      const stop = new AbortController()
      const lines: CycleLine[] = []
      const readers = new Set<() => void>()
      const log = pino(
        { base: null },
        {
          write: (line: string) => {
            lines.push(JSON.parse(line) as CycleLine)
            readers.forEach((read) => void read())
          },
        },
      )
      const app = openApp({ loaded, clock, random: () => 1, signal: stop.signal, log })
      let due: ((mode: 'full' | 'incremental', source: string) => void) | undefined
      const follow = ({ onDue }: { onDue: NonNullable<typeof due> }) => {
        due = onDue
        const stop = () => {
          due = undefined
        }
        return { look: () => {}, next: () => ({}), stop }
      }
      let control: Control | undefined
      let state: DaemonState | undefined
      const ended = runDaemon({
        ...{ app, clock, random: () => 1, signal: stop.signal, log, follow },
        openFront: async (_app, asks) => {
          control = asks
          return {
            url: 'http://127.0.0.1',
            tell: () => {},
            show: () => {},
            adopt: () => {},
            close: async () => {},
          }
        },
        show: (now) => {
          state = now
          readers.forEach((read) => void read())
        },
      })
      return {
        tick: (mode: 'full' | 'incremental') => due?.(mode, 'people'),
        find: (id: string) => app.engine.cycles.find(id),
        control: () => {
          if (control === undefined) throw new Error('the daemon did not begin yet')
          return control
        },
        state: () => state,
        /** Resolves once it shows these problems. */
        shows: (...codes: string[]) =>
          new Promise<void>((resolve) => {
            const read = () => {
              if (state?.problems.map(({ code }) => code).join() !== codes.join()) return
              readers.delete(read)
              resolve()
            }
            readers.add(read)
            read()
          }),
        cycles: () => lines.filter(({ msg }) => msg.startsWith('cycle ')),
        said: (msg: string) =>
          new Promise<void>((resolve) => {
            const read = () => {
              if (!lines.some((line) => line.msg.includes(msg))) return
              readers.delete(read)
              resolve()
            }
            readers.add(read)
            read()
          }),
        /** Resolves once so many cycles have come to an end, other than by an error. */
        ended: (count: number) =>
          new Promise<void>((resolve) => {
            const read = () => {
              if (lines.filter(({ msg }) => msg.startsWith('cycle ')).length < count) return
              readers.delete(read)
              resolve()
            }
            readers.add(read)
            read()
          }),
        stop: async () => {
          // The ids of cycles go by the clock.
          advance()
          stop.abort()
          await ended
        },
      }
    },
  }
}

test('an edit that comes due during a long first load gets through before its end', async () => {
  const world = await service()
  const daemon = world.start()
  await world.once(() => world.sandbox.store.contacts().length >= 100)
  world.write({ 0: 'After' })
  daemon.tick('incremental')
  await daemon.said('cycle finished')
  await daemon.stop()
  const [first, second] = daemon.cycles()
  expect(first).toMatchObject({ msg: 'cycle gave way', status: 'ok', sources: [{ reason: 'first' }] })
  expect(second).toMatchObject({ msg: 'cycle finished', status: 'ok', sources: [{ reason: null }] })
  expect((first?.push?.acked ?? 0) + (second?.push?.acked ?? 0)).toBe(PEOPLE + 1)
  const writes = world.sandbox.store
    .requests()
    .filter(({ method, path }) => method === 'PUT' || path === '/v1/contact')
  expect(writes.findIndex(({ method }) => method === 'PUT')).toBeLessThan(PEOPLE - 100)
  expect(world.sandbox.store.creations()).toHaveLength(PEOPLE)
})

test('a resync by hand gives way to what comes due under run, and goes on after it', async () => {
  const world = await service()
  const resync = world.resync()
  await world.once(() => world.sandbox.store.contacts().length >= 100)
  world.write({ 0: 'After' })
  const daemon = world.start()
  const { report, said } = await resync
  await daemon.said('cycle finished')
  await daemon.stop()
  expect(said.join('\n')).toContain('Gives way to another heysync process')
  expect(report).toMatchObject({
    ...{ mode: 'full', status: 'ok', sources: [{ reason: 'hand', read: PEOPLE }] },
    ...{ plan: { create: PEOPLE }, push: { acked: PEOPLE, deferred: 0, retrying: 0, deadLettered: 0 } },
  })
  expect(daemon.cycles()[0]).toMatchObject({ msg: 'cycle gave way', sources: [{ reason: null }] })
  const writes = world.sandbox.store
    .requests()
    .filter(({ method, path }) => method === 'PUT' || path === '/v1/contact')
  expect(writes.findIndex(({ method }) => method === 'PUT')).toBeLessThan(PEOPLE - 100)
  expect(world.sandbox.store.creations()).toHaveLength(PEOPLE)
  expect(world.sandbox.store.contacts().filter(({ first }) => first === 'After')).toHaveLength(1)
})

test('a source that fails when it comes due keeps nobody waiting whose change was planned before', async () => {
  const world = await service()
  const daemon = world.start()
  await world.once(() => world.sandbox.store.contacts().length >= 100)
  world.remove()
  daemon.tick('incremental')
  await daemon.said('cycle finished')
  await daemon.stop()
  expect(world.sandbox.store.contacts()).toHaveLength(PEOPLE)
  expect(daemon.cycles().map(({ msg }) => msg)).toEqual(['cycle gave way', 'cycle finished'])
})

test('a full resync by schedule that is stopped while it reads is begun again at the next start', async () => {
  const world = await service(300)
  const first = world.start()
  await first.said('cycle finished')
  const pages = () => world.sandbox.store.requests().filter(({ path }) => path === '/v1/contacts').length
  const before = pages()
  first.tick('full')
  await world.once(() => pages() >= before + 5)
  await first.stop()
  const second = world.start()
  await second.said('cycle finished')
  const read = pages()
  await second.stop()
  expect(second.cycles()[0]).toMatchObject({ sources: [{ mode: 'full', reason: 'schedule' }] })
  // 300 contacts are eleven pages; what the first had read is not read again.
  expect(read - before).toBeLessThanOrEqual(17)
  const third = world.start()
  await third.said('cycle finished')
  await third.stop()
  expect(third.cycles()[0]).toMatchObject({ sources: [{ reason: null }] })
})

test('one that was stopped long ago waits for its schedule', async () => {
  const world = await service(100)
  const first = world.start()
  await first.said('cycle finished')
  const before = world.sandbox.store.requests().length
  first.tick('full')
  await world.once(() => world.sandbox.store.requests().length >= before + 2)
  await first.stop()
  world.clock.advance(7 * HOUR)
  const second = world.start()
  await second.said('cycle finished')
  await second.stop()
  expect(second.cycles()[0]).toMatchObject({ sources: [{ reason: null }] })
})

test('a source that fails in the full resync by schedule is read in full again when it next comes due', async () => {
  const world = await service(30)
  const daemon = world.start()
  await daemon.ended(1)
  world.remove()
  daemon.tick('full')
  await daemon.said('Nobody was removed')
  world.write()
  daemon.tick('incremental')
  await daemon.ended(2)
  await daemon.stop()
  expect(daemon.cycles()[1]).toMatchObject({
    status: 'ok',
    sources: [{ mode: 'full', reason: 'schedule' }],
  })
})

test('a cycle that is asked for bears the id that was told, and who asked', async () => {
  const world = await service(10)
  const daemon = world.start()
  await daemon.ended(1)
  world.write({ 0: 'After' })
  const request = { sources: [], mode: 'incremental', allowEmpty: [], trigger: 'api' } as const
  const { cycle } = await daemon.control().sync(request)
  await daemon.ended(2)
  expect(daemon.find(cycle)).toMatchObject({ trigger: 'api', status: 'ok', mode: 'incremental' })
  expect(world.sandbox.store.contacts().filter(({ first }) => first === 'After')).toHaveLength(1)
  await expect(daemon.control().sync({ ...request, sources: ['peple'] })).rejects.toMatchObject({
    code: 'ERR_SOURCE_UNKNOWN',
  })
  await expect(daemon.control().approve('01J')).rejects.toMatchObject({ code: 'ERR_CYCLE_UNKNOWN' })
  await daemon.stop()
})

test('what was asked for and had not begun when the service stopped is begun at the next start', async () => {
  const world = await service()
  const daemon = world.start()
  await world.once(() => world.sandbox.store.contacts().length >= 100)
  const request = { sources: ['people'], mode: 'full', allowEmpty: [], trigger: 'api' } as const
  const { cycle } = await daemon.control().sync(request)
  const { cycle: second } = await daemon.control().redrive({ phone: '14152000001' })
  await daemon.stop()
  const again = world.start()
  await again.said('goes on with what was asked for')
  await again.ended(2)
  expect(again.find(cycle)).toMatchObject({ trigger: 'api', mode: 'full', status: 'ok' })
  expect(again.find(second)).toMatchObject({ trigger: 'redrive', status: 'ok' })
  await again.stop()
  const third = world.start()
  await third.ended(1)
  await third.stop()
  expect(third.cycles()).toHaveLength(1)
})

test('a reconcile that is asked for reads all of Heymarket and no source, and puts back what differs', async () => {
  const world = await service(10)
  const daemon = world.start()
  await daemon.ended(1)
  const [someone] = world.sandbox.store.contacts()
  world.sandbox.store.edit(someone?.phone ?? '', { first: 'Edited' })
  const { cycle } = await daemon.control().reconcile()
  await daemon.ended(2)
  expect(daemon.find(cycle)).toMatchObject({
    trigger: 'reconcile',
    status: 'ok',
    mode: 'full',
    sources: '[]',
  })
  expect(daemon.cycles()[1]).toMatchObject({ sources: [], push: { acked: 1 } })
  expect(world.sandbox.store.contacts().filter(({ first }) => first === 'Before')).toHaveLength(10)
  await daemon.stop()
})

test('a paused source is not read by schedule, but by hand, and once at once when it is resumed', async () => {
  const world = await service(10)
  const daemon = world.start()
  await daemon.ended(1)
  expect(await daemon.control().pause('people')).toEqual(['people'])
  expect(daemon.state()?.paused).toEqual(['people'])
  world.write({ 0: 'After' })
  daemon.tick('incremental')
  await daemon.control().redrive({})
  await daemon.ended(2)
  expect(daemon.cycles()[1]).toMatchObject({ sources: [] })
  expect(await daemon.control().resume(null)).toEqual([])
  await daemon.ended(3)
  await daemon.stop()
  expect(daemon.cycles()[2]).toMatchObject({ status: 'ok', push: { acked: 1 } })
})

test('a source that cannot be read is a problem until it can', async () => {
  const world = await service(10)
  const daemon = world.start()
  await daemon.ended(1)
  world.remove()
  daemon.tick('incremental')
  await daemon.shows('ERR_SOURCE_NOT_FOUND')
  world.write()
  daemon.tick('incremental')
  await daemon.shows()
  await daemon.stop()
  expect(daemon.cycles()).toHaveLength(2)
})

test.each([
  ['unauthorized', 'ERR_HEYMARKET_UNAUTHORIZED'],
  ['forbidden', 'ERR_HEYMARKET_FORBIDDEN'],
] as const)(
  'while Heymarket answers %s nothing is read, and all of it is done once it is over',
  async (fault, code) => {
    const world = await service(10)
    const daemon = world.start()
    await daemon.ended(1)
    world.write({ 0: 'After' })
    world.sandbox.configure({ faults: { [fault]: 1 } })
    daemon.tick('incremental')
    await daemon.shows(code)
    world.sandbox.configure({ faults: { [fault]: 0 } })
    await daemon.ended(2)
    await daemon.shows()
    await daemon.stop()
    expect(daemon.cycles()[1]).toMatchObject({ status: 'ok', push: { acked: 1 } })
  },
)
