// I6: no 60 seconds hold more requests than the limit, whoever sends them, and while work waits the limit is used.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { pino } from 'pino'
import { ulid } from 'ulid'
import { expect, onTestFinished, test } from 'vitest'
import { type App, openApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config/load.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { Faults } from '../../src/sandbox/faults.ts'
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts'
import { type CycleOutcome, runCycle } from '../../src/sync/cycle.ts'
import { connectors } from '../support/connectors.ts'
import { phoneOf } from './support.ts'

const LIMIT = 500
const PEOPLE = 1_200

interface Office {
  readonly sandbox: Sandbox
  readonly clock: IdleClock
  /** Opens the config as one more process would. */
  open(signal?: AbortSignal): App
  sync(app: App): Promise<CycleOutcome>
}

async function openOffice(options: {
  faults?: Partial<Faults>
  dialects?: Partial<Dialects>
  onRequest?: () => void
}): Promise<Office> {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-budget-'))
  const clock = idleClock(() => requestsUnderWay())
  const sandbox = await startSandbox({
    ...options,
    port: 0,
    requestsPerMinute: LIMIT,
    clock: clock.forSandbox,
  })
  const rows = Array.from({ length: PEOPLE }, (_, index) => `${index},${phoneOf(index)},First${index}`)
  writeFileSync(join(folder, 'people.csv'), `id,phone,first\n${rows.join('\n')}\n`)
  writeFileSync(join(folder, 'heysync.yaml'), configText(sandbox.url))
  const loaded = loadConfig({ path: join(folder, 'heysync.yaml'), env: {}, cwd: folder, connectors })
  const apps: App[] = []
  const open: Office['open'] = (signal = new AbortController().signal) => {
    const app = openApp({ loaded, clock, random: () => 0.5, signal, log: pino({ level: 'silent' }) })
    apps.push(app)
    return app
  }
  open()
  const db = new Database(join(folder, 'heysync.db'), { readonly: true })
  const underWay = db.prepare<[], number>('SELECT count(*) FROM request_slot WHERE ended_at IS NULL').pluck()
  const requestsUnderWay = () => underWay.get() ?? 0
  onTestFinished(async () => {
    for (const app of apps) app.close()
    db.close()
    await sandbox.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    sandbox,
    clock,
    open,
    sync: (app) =>
      app.alone('test', () =>
        runCycle(app.engine, {
          id: ulid(clock.now()),
          mode: 'incremental',
          trigger: 'test',
          sources: app.sourceIds([]),
          allowEmpty: [],
          planOnly: false,
        }),
      ),
  }
}

function configText(url: string): string {
  return `heymarket:
  baseUrl: ${url}
  auth: { secretId: sandbox, secretKey: sandbox-secret }
  requestsPerMinute: ${LIMIT}
  writes: single
database: ./heysync.db
defaultCountry: US
sources:
  - id: people
    connector: csv
    options: { path: ./people.csv, idColumn: id }
    map: { phone: phone, first: first }
`
}

function expectBudgetKept({ sandbox }: Office): void {
  const requests = sandbox.store.requests()
  expect(requests.filter((one) => one.status === 429)).toEqual([])
  const instants = requests.map((one) => one.at).sort((a, b) => a - b)
  expect(instants.length).toBeGreaterThan(2 * LIMIT)
  expect(busiestMinute(instants)).toBeLessThanOrEqual(LIMIT)
  expect(shareUsed(instants, LIMIT)).toBeGreaterThanOrEqual(0.98)
}

test.each([
  { label: 'quick answers', faults: {}, dialects: {} },
  { label: 'answers that take up to 1.5 seconds', faults: { slowMs: 1_500 }, dialects: {} },
  {
    label: 'an account that counts by the minute of the clock',
    faults: {},
    dialects: { rateWindow: 'fixed' } as const,
  },
])('1,200 writes with $label stay inside the limit and use it', async ({ faults, dialects }) => {
  const office = await openOffice({ faults, dialects })
  const { report } = await office.clock.drive(office.sync(office.open()))
  expect(report).toMatchObject({ status: 'ok', push: { acked: PEOPLE } })
  expect(office.sandbox.store.creations()).toHaveLength(PEOPLE)
  expectBudgetKept(office)
})

test('two processes on one database share the limit', async () => {
  const office = await openOffice({})
  const [service, command] = [office.open(), office.open()]
  const asks = async () => {
    for (let n = 0; n < 300; n++) await command.client.contacts.count()
  }
  const [{ report }] = await office.clock.drive(Promise.all([office.sync(service), asks(), asks()]))
  expect(report).toMatchObject({ status: 'ok', push: { acked: PEOPLE } })
  expectBudgetKept(office)
})

test('a restart in the middle begins no new window', async () => {
  const stop = new AbortController()
  let seen = 0
  const office = await openOffice({
    onRequest: () => {
      seen += 1
      if (seen === 700) stop.abort()
    },
  })
  const first = office.open(stop.signal)
  await expect(office.clock.drive(office.sync(first))).rejects.toThrow(/abort/i)
  first.close()
  const { report } = await office.clock.drive(office.sync(office.open()))
  expect(report.status).toBe('ok')
  expect(office.sandbox.store.creations()).toHaveLength(PEOPLE)
  expectBudgetKept(office)
})

interface IdleClock extends Clock {
  /** The same hour for a sandbox whose answers take their time: its sleepers hold a request open. */
  readonly forSandbox: Clock
  /** Lets time pass, whenever nobody is at work, until `work` is done. */
  drive<T>(work: Promise<T>): Promise<T>
}

/** Turns of the event loop without any news after which everybody is taken to be waiting for the clock. */
const QUIET_TURNS = 30

/**
 * An hour that only moves while everybody waits for it: `open` says how many requests are under way, and time stands
 * still until each of them is answered or sleeps in the sandbox. Moving too early could only show a rate that is
 * worse than the real one, never a better one.
 */
function idleClock(open: () => number): IdleClock {
  let now = Date.now()
  const sleepers = new Set<{ until: number; wake: () => void; inSandbox: boolean }>()
  const sleep = (inSandbox: boolean) => (ms: number, signal?: AbortSignal) =>
    new Promise<void>((wake, fail) => {
      signal?.throwIfAborted()
      const abort = () => {
        if (sleepers.delete(sleeper)) fail(new DOMException('Aborted', 'AbortError'))
      }
      const awake = () => {
        signal?.removeEventListener('abort', abort)
        wake()
      }
      const sleeper = { until: now + Math.ceil(ms), wake: awake, inSandbox }
      sleepers.add(sleeper)
      signal?.addEventListener('abort', abort)
    })
  const idle = () => sleepers.size > 0 && open() === [...sleepers].filter((one) => one.inSandbox).length
  const leap = () => {
    now = Math.max(now, Math.min(...[...sleepers].map((one) => one.until)))
    for (const one of [...sleepers]) {
      if (one.until <= now && sleepers.delete(one)) one.wake()
    }
  }
  return {
    now: () => now,
    sleep: sleep(false),
    forSandbox: { now: () => now, sleep: sleep(true) },
    async drive(work) {
      let done = false
      void work.then(
        () => (done = true),
        () => (done = true),
      )
      for (let quiet = 0; !done; ) {
        await turn()
        quiet = idle() ? quiet + 1 : 0
        if (quiet < QUIET_TURNS) continue
        leap()
        quiet = 0
      }
      return work
    },
  }
}

const MINUTE_MS = 60_000

/** Most requests that any 60 seconds held; instants in milliseconds, in order. */
function busiestMinute(instants: readonly number[]): number {
  let first = 0
  return instants.reduce((most, at, index) => {
    while ((instants[first] ?? at) <= at - MINUTE_MS) first += 1
    return Math.max(most, index - first + 1)
  }, 0)
}

/** Share of the limit that was used while work waited: how much later than possible the last full batch began. */
function shareUsed(instants: readonly number[], limit: number): number {
  const batches = Math.floor((instants.length - 1) / limit)
  const took = (instants[batches * limit] ?? 0) - (instants[0] ?? 0)
  return (batches * MINUTE_MS) / took
}
