// Owns an engine whose line to Heymarket a test can bend: it answers in Heymarket's place, or does something between two requests.
import { httpLine, type Line, type LineAnswer, type LineRequest } from '../../src/heymarket/line.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import type { Faults } from '../../src/sandbox/faults.ts'
import { anEngine, dials, type TestEngine } from './engine.ts'
import { withSandbox } from './heymarket.ts'

/** What becomes of a request; `pass` sends it. */
type Bend = (request: LineRequest, pass: () => Promise<LineAnswer>) => Promise<LineAnswer>

export interface BentEngine extends TestEngine {
  /** Every request so far, also those that never arrived. */
  readonly log: LineRequest[]
  bend(how: Bend): void
  /** As if nothing had ever been bent. */
  straighten(): void
}

/** No dial trips. */
export const FREE = dials({
  updates: { ratio: 1 },
  blanks: { ratio: 1 },
  removals: { ratio: 1 },
  listRemovals: { ratio: 1 },
  optOuts: { ratio: 1 },
})

/** What a cycle that goes round for ever ends with. */
export const RUNAWAY = 'goes round for ever'

interface Given extends Omit<NonNullable<Parameters<typeof anEngine>[0]>, 'box'> {
  readonly dialects?: Partial<Dialects>
  readonly faults?: Partial<Faults>
  readonly seed?: number
  /** More requests than this are a cycle that goes round for ever. */
  readonly most?: number
}

export async function aBentEngine(given: Given = {}): Promise<BentEngine> {
  const { dialects = {}, faults = {}, seed = 1, most = 5000, ...more } = given
  const log: LineRequest[] = []
  let bend: Bend | null = null
  const line = (baseUrl: string): Line => {
    const http = httpLine({ baseUrl, timeoutMs: 30_000, concurrency: 8 })
    return {
      exchange: async (request, signal) => {
        log.push(request)
        if (log.length > most) throw new Error(RUNAWAY)
        const pass = () => http.exchange(request, signal)
        return bend === null ? pass() : bend(request, pass)
      },
      close: () => http.close(),
    }
  }
  const box = await withSandbox({ dialects, faults, seed, line })
  const world = await anEngine({ guard: FREE, ...more, box })
  return Object.assign(world, {
    log,
    bend: (how: Bend) => {
      bend = how
    },
    straighten: () => {
      bend = null
    },
  })
}

/** What Heymarket would answer. */
export function answer(status: number, body: string): LineAnswer {
  return { status, headers: {}, body }
}

/** What a request sends, to look for something in it. */
export function sent(request: LineRequest): string {
  return JSON.stringify(request.json ?? '')
}

export const isBatch = ({ path }: LineRequest): boolean => path === '/v1/batch/contacts'
