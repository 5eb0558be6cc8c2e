// Owns an engine whose line to Heymarket can be watched and bent.
import { onTestFinished } from 'vitest'
import { httpLine, type Line, type LineAnswer, type LineRequest } from '../../src/heymarket/line.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { Faults } from '../../src/sandbox/faults.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import { leapingClock } from '../support/clock.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../support/engine.ts'
import { aLine } from '../support/heymarket.ts'

export type Bend = (request: LineRequest, pass: () => Promise<LineAnswer>, nth: number) => Promise<LineAnswer>

export const answer = (status: number, body: unknown = ''): LineAnswer => ({
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

export const FREE = dials({
  updates: { ratio: 1 },
  blanks: { ratio: 1 },
  removals: { ratio: 1 },
  optOuts: { ratio: 1 },
})

export interface Bent extends TestEngine {
  bend: Bend | null
  /** Every request that was made, as `POST /v1/contact`. */
  readonly log: LineRequest[]
}

export async function bent(
  given: {
    dialects?: Partial<Dialects>
    faults?: Partial<Faults>
    seed?: number
    most?: number
  } & Parameters<typeof anEngine>[0] = {},
): Promise<Bent> {
  const { dialects = {}, faults, seed = 1, most = 5000, ...more } = given
  const clock = leapingClock()
  const sandbox = await startSandbox({
    port: 0,
    requestsPerMinute: 1_000_000,
    clock,
    dialects,
    seed,
    ...(faults ? { faults } : {}),
  })
  onTestFinished(() => sandbox.close())
  const http = httpLine({ baseUrl: sandbox.url, timeoutMs: 30_000, concurrency: 8 })
  const log: LineRequest[] = []
  const state: { bend: Bend | null } = { bend: null }
  const line: Line = {
    exchange: async (request, signal) => {
      log.push(request)
      if (log.length > most) throw new Error(`RUNAWAY: more than ${most} requests`)
      const pass = () => http.exchange(request, signal)
      return state.bend ? state.bend(request, pass, log.length) : pass()
    },
    close: () => http.close(),
  }
  const wire = aLine(sandbox.url, { clock, line })
  const writes = () =>
    sandbox.store
      .requests()
      .filter(({ method, path }) => path === '/v1/contact' || method === 'PUT' || method === 'DELETE')
      .map(({ method, path }) => `${method} ${path}`)
  const world = await anEngine({ guard: FREE, ...more, box: { ...wire, sandbox, writes } })
  const made = Object.assign(world, { log, bend: null as Bend | null })
  Object.defineProperty(made, 'bend', {
    get: () => state.bend,
    set: (b: Bend | null) => {
      state.bend = b
    },
  })
  return made
}

export const RICH = aSource({
  map: { tags: 'tags', custom: { Plan: 'plan' }, email: 'email', optedOut: 'stop' },
})

export function person(n: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    phone: nthPhone(n),
    first: `P${n}`,
    last: 'X',
    email: `p${n}@example.com`,
    plan: n % 2 === 0 ? 'Gold' : '',
    tags: n % 3 === 0 ? 'VIP' : '',
    stop: n % 10 === 0 ? 'yes' : 'no',
    ...more,
  }
}

export function people(world: TestEngine, count: number, more: Record<string, unknown> = {}): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = person(n, more)
}

export function madeTwice(world: TestEngine): string[] {
  const made = world.sandbox.store.creations().map(({ phone }) => phone)
  return made.filter((one, index) => made.indexOf(one) !== index) as string[]
}
