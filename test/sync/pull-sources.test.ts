// Several sources are pulled side by side, and what each comes to is told as if they had been pulled in turn.
import { defineConnector, type Page } from 'heysync/connector'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { App } from '../../src/app.ts'
import { pushBeside } from '../../src/service/beside.ts'
import { type CycleRequest, runCycle } from '../../src/sync/cycle.ts'
import type { Engine } from '../../src/sync/engine.ts'
import { compileNormalizer } from '../../src/sync/normalize/normalize.ts'
import type { Progress } from '../../src/sync/progress.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource } from '../support/engine.ts'

type Pages = (resumeAfter: string | null) => AsyncIterable<Page>

/** Something that is waited for, and happens once. */
function moment() {
  let happens = () => {}
  const happened = new Promise<void>((resolve) => {
    happens = resolve
  })
  return { happens, happened }
}

/** Of person `n`; the last page says that this is everything. */
function page(n: number, last = false): Page {
  const records = [{ id: `r${n}`, fields: { phone: nthPhone(n), first: `P${n}`, last: '' }, updatedAt: null }]
  return {
    records,
    position: `r${n}`,
    ...(last ? { end: { covers: 'everything' as const, count: null } } : {}),
  }
}

/** An engine whose sources yield these pages. */
async function several(
  sources: Readonly<Record<string, { pages: Pages; resumable?: boolean }>>,
  pullConcurrency = 4,
) {
  const world = await anEngine()
  const made = Object.entries(sources).map(([id, { pages, resumable = false }]) => {
    const config = aSource({ id })
    const connector = defineConnector<unknown>({
      kind: 'memory',
      summary: 'Records that a test keeps in memory.',
      options: z.unknown(),
      capabilities: { incremental: 'none', deletes: false, merges: false, consent: true, resumable },
      fixedFields: false,
      discover: async () => ({ fields: [], count: null }),
      pull: (_options, { resumeAfter }) => pages(resumeAfter),
    })
    const normalizer = compileNormalizer(config, { defaultCountry: 'US', keyPath: ['sources', 0] })
    return { config, connector, options: {}, normalizer }
  })
  const ids = Object.keys(sources)
  const stop = new AbortController()
  const engine: Engine = {
    ...world.engine,
    sources: made,
    resolvePolicy: { ...world.engine.resolvePolicy, sourceOrder: ids },
    pullConcurrency,
    signal: stop.signal,
    connectorContext: (id) => ({ ...world.engine.connectorContext(id), signal: stop.signal }),
  }
  let last = ''
  const progress: Progress[] = []
  return {
    ...world,
    engine,
    stop,
    progress,
    /** Id of the cycle that began last. */
    last: () => last,
    run: (more: Partial<CycleRequest> = {}) => {
      last = engine.cycles.nextId(world.clock.now())
      const fixed = {
        id: last,
        mode: 'full',
        trigger: 'test',
        allowEmpty: [],
        planOnly: false,
      } as const
      return runCycle(
        engine,
        { ...fixed, sources: ids, ...more },
        { onProgress: (at) => void progress.push(at) },
      )
    },
  }
}

test('two sources are read at the same time, and reported in the order of the config', async () => {
  const [a, b] = [moment(), moment()]
  const world = await several({
    clinic: {
      pages: async function* () {
        a.happens()
        await b.happened
        yield page(1, true)
      },
    },
    shop: {
      pages: async function* () {
        await a.happened
        yield page(2, true)
        b.happens()
      },
    },
  })
  const { report } = await world.run()
  expect(report).toMatchObject({ status: 'ok', plan: { create: 2 }, push: { acked: 2 } })
  expect(report.sources.map(({ id }) => id)).toEqual(['clinic', 'shop'])
  expect(world.sandbox.store.contacts()).toHaveLength(2)
})

test('no more of them at a time than the config says', async () => {
  let now = 0
  let most = 0
  const one = (n: number) => ({
    pages: async function* () {
      now += 1
      most = Math.max(most, now)
      await new Promise((go) => setImmediate(go))
      now -= 1
      yield page(n, true)
    },
  })
  const world = await several({ a: one(1), b: one(2), c: one(3), d: one(4), e: one(5) }, 2)
  const { report } = await world.run()
  expect(most).toBe(2)
  expect(report.sources.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e'])
})

/** Fails before its first page. */
const closed = (name: string, before: () => unknown): Pages =>
  async function* () {
    await before()
    if (name !== '') throw new Error(`the ${name} is closed`)
    yield page(0)
  }

test('those that fail are named in the order of the config, and the others are written', async () => {
  const failed = moment()
  const world = await several({
    clinic: { pages: closed('clinic', () => failed.happened) },
    crm: {
      pages: async function* () {
        await failed.happened
        yield page(1, true)
      },
    },
    shop: { pages: closed('shop', failed.happens) },
  })
  const { report } = await world.run()
  expect(report.failures.map(({ source }) => source)).toEqual(['clinic', 'shop'])
  expect(report).toMatchObject({ status: 'failed', sources: [{ id: 'crm' }], push: { acked: 1 } })
})

test('where all of them fail the cycle does, by the first of the config', async () => {
  const failed = moment()
  const world = await several({
    clinic: { pages: closed('clinic', () => failed.happened) },
    shop: { pages: closed('shop', failed.happens) },
  })
  await expect(world.run()).rejects.toThrow('the clinic is closed')
})

test('one that gives way brings the others to a safe stop, and all of them go on later', async () => {
  const half = moment()
  const read: string[] = []
  const inParts = (id: string, from: number, before: () => Promise<void>): Pages =>
    async function* (resumeAfter) {
      for (let n = resumeAfter === null ? from : Number(resumeAfter.slice(1)) + 1; n < from + 3; n += 1) {
        if (n === from + 1) await before()
        read.push(`${id} ${n}`)
        yield page(n, n === from + 2)
      }
    }
  const world = await several(
    {
      crm: {
        resumable: true,
        pages: inParts('crm', 10, async () => {
          world.clock.advance(40_000)
          half.happens()
        }),
      },
      shop: {
        resumable: true,
        pages: inParts('shop', 20, async () => {
          await half.happened
        }),
      },
      // It cannot go on in the middle, so it is read to its end.
      file: {
        pages: async function* () {
          yield page(30)
          await half.happened
          yield page(31, true)
        },
      },
      later: { resumable: true, pages: inParts('later', 40, async () => {}) },
    },
    3,
  )
  // Asked once more, nobody would wait any more: the others stop because the first did.
  let asked = 0
  const first = await world.run({ yieldNow: () => asked++ === 0 })
  expect(first.goOn).toEqual({ sources: ['crm', 'shop', 'later'] })
  expect(first.report.sources.map(({ id, part }) => [id, part ?? false])).toEqual([
    ['crm', true],
    ['shop', true],
    ['file', false],
  ])
  expect(read).toEqual(['crm 10', 'shop 20', 'crm 11'])
  expect(world.sandbox.store.contacts()).toHaveLength(0)
  const second = await world.run({ ...first.goOn, yieldNow: () => false })
  expect(second.goOn).toBeNull()
  expect(read.slice(3).sort()).toEqual(['crm 12', 'later 40', 'later 41', 'later 42', 'shop 21', 'shop 22'])
  expect(world.sandbox.store.contacts()).toHaveLength(11)
})

test('a cycle that is stopped ends only once nobody reads any more', async () => {
  const begun = moment()
  let reading = 0
  const world = await several({
    clinic: {
      pages: async function* () {
        reading += 1
        try {
          await begun.happened
          world.stop.abort()
          yield page(1)
        } finally {
          reading -= 1
        }
      },
    },
    shop: {
      pages: async function* () {
        reading += 1
        try {
          yield page(2)
          begun.happens()
          await new Promise((go) => setImmediate(go))
          yield page(3, true)
        } finally {
          reading -= 1
        }
      },
    },
  })
  await expect(world.run()).rejects.toMatchObject({ name: 'AbortError' })
  expect(reading).toBe(0)
  expect(world.engine.cycles.latest(1)).toMatchObject([{ status: 'interrupted' }])
})

test('progress is that of all sources together', async () => {
  const world = await several({
    clinic: {
      pages: async function* () {
        yield page(1)
        yield page(2, true)
      },
    },
    shop: {
      pages: async function* () {
        yield page(3, true)
      },
    },
  })
  await world.run()
  world.progress.length = 0
  await world.run()
  const pulled = world.progress.filter(({ phase }) => phase === 'pull')
  // One source has shown itself: how many there will be in all is not known yet.
  expect(pulled[0]).toMatchObject({ source: null, total: null })
  expect(pulled.at(-1)).toMatchObject({ source: null, done: 3, total: 3 })
})

test('what is in the outbox is sent while a source is read, and nobody leaves who only moves to a later page', async () => {
  const row = (id: string, n: number) => ({
    id,
    fields: { phone: nthPhone(n), first: `P${n}`, last: '' },
    updatedAt: null,
  })
  const end = { covers: 'everything' as const, count: null }
  let pages: Pages = async function* () {
    yield { records: [row('r1', 1), row('r2', 2)], position: 'end', end }
  }
  const world = await several({ crm: { pages: (resumeAfter) => pages(resumeAfter) } })
  const there = () => world.sandbox.store.contacts().length
  await world.run()
  expect(there()).toBe(2)
  // Somebody new cannot be written yet.
  pages = async function* () {
    yield { records: [row('r1', 1), row('r2', 2), row('r3', 3)], position: 'end', end }
  }
  world.sandbox.configure({ faults: { error500Before: 1, writesOnly: 1 } })
  expect((await world.run()).report.push).toMatchObject({ acked: 0, retrying: 1 })
  world.sandbox.configure({ faults: { error500Before: 0, writesOnly: 0 } })
  world.clock.advance(120_000)
  const app = { engine: world.engine } as App
  const running: (string | undefined)[] = []
  pages = async function* () {
    // The number of the first is gone from its row, and comes with another one further down.
    yield { records: [row('r1', 9), row('r2', 2)], position: 'a' }
    const over = pushBeside({
      ...{ app, clock: world.clock, reads: world.last(), stopNow: () => false },
      log: world.engine.log,
    })
    world.clock.advance(20_000)
    while (there() < 3) await new Promise((go) => setImmediate(go))
    await over()
    running.push(world.engine.cycles.find(world.last())?.status)
    yield { records: [row('r3', 3), row('r4', 1)], position: 'b', end }
  }
  const { report } = await world.run()
  expect(running).toEqual(['running'])
  expect(world.engine.cycles.latest(9).filter(({ status }) => status === 'ok')).toHaveLength(3)
  // The one who is new is 9; of 1 nothing changed but where it stands.
  expect(report).toMatchObject({
    status: 'ok',
    plan: { create: 1, update: 0, remove: 0 },
    push: { acked: 1 },
  })
  const phones = world.sandbox.store.contacts().map(({ phone }) => phone)
  expect(phones.sort()).toEqual([1, 2, 3, 9].map(nthPhone).sort())
})
