// Owns the front as its tests use it: a real database that real cycles filled, served over real HTTP on loopback.
import { onTestFinished } from 'vitest'
import { type Config, configSchema } from '../../../src/config/schema.ts'
import type { Control } from '../../../src/service/control.ts'
import { type Front, startFront } from '../../../src/service/front/front.ts'
import type { FrontOptions } from '../../../src/service/front/options.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'

/** What the daemon was asked, in order. */
export type Asked = readonly [what: keyof Control, ...args: unknown[]]

export interface World {
  readonly front: Front
  readonly engine: TestEngine
  readonly asked: Asked[]
  readonly log: string[]
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect in it
  readonly body: any
}

export interface Wish {
  readonly service?: Partial<Config['service']>
  readonly control?: Partial<Control>
  readonly options?: Partial<FrontOptions>
  readonly engine?: TestEngine
  readonly onWebhook?: () => void
}

export const LISTS = [{ title: 'Lees', where: 'contact.last == "Lee"' }]

/** An engine with people, some of them rejected, and one cycle behind it. */
export async function peopled(): Promise<TestEngine> {
  const engine = await anEngine({ source: aSource({ schedule: '*/5 * * * *' }), lists: LISTS })
  engine.rows = {
    'P-1': { phone: '+1 415 555 2671', first: 'Ann', last: 'Lee' },
    'P-2': { phone: '+1 415 555 2672', first: 'Bob', last: 'Stone' },
    'P-3': { phone: '+1 415 555 2673', first: 'Annabel', last: 'Cole' },
    'P-4': { phone: '12', first: 'Short', last: 'Number' },
    'P-5': { phone: '', first: '=HYPERLINK("x")', last: 'None' },
    'P-6': { phone: '', first: 'Nobody', last: 'None' },
  }
  await engine.cycle('full')
  return engine
}

export async function aFront(wish: Wish = {}): Promise<World> {
  const engine = wish.engine ?? (await peopled())
  const asked: Asked[] = []
  const log: string[] = []
  const config = configSchema.parse({
    heymarket: { auth: { secretId: 'sandbox', secretKey: 'sandbox-secret' } },
    defaultCountry: 'US',
    sources: [engine.engine.sources[0]?.config],
    lists: LISTS,
    service: { listen: '127.0.0.1:0', ...wish.service },
  })
  const front = await startFront(
    {
      config,
      configPath: '/etc/heysync.yaml',
      databasePath: engine.db.name,
      version: '1.2.3',
      warnings: ['heysync.yaml:1:1: a warning'],
      secrets: ['sandbox-secret'],
      state: { startedAt: engine.clock.now(), next: {}, paused: [], problems: [], waiting: [] },
      ...wish.options,
    },
    { ...recording(asked), ...wish.control },
    {
      log: (...line) => void log.push(JSON.stringify(line)),
      now: engine.clock.now,
      // No answer takes any time, so none is kept once something changed.
      tick: () => 0,
      onWebhook: wish.onWebhook ?? (() => {}),
    },
  )
  onTestFinished(() => front.close())
  const call = async (method: string, path: string, headers: object, body?: string): Promise<Answer> => {
    const answer = await fetch(`${front.url}${path}`, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.startsWith('application/json')
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null }
  }
  return {
    front,
    engine,
    asked,
    log,
    get: (path, headers = {}) => call('GET', path, headers),
    post: (path, body = {}, headers = {}) =>
      call('POST', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body)),
  }
}

/** A daemon that accepts everything and writes it down. */
function recording(asked: Asked[]): Control {
  const accept =
    (what: keyof Control) =>
    async (...args: unknown[]) => {
      asked.push([what, ...args])
      return { cycle: '01K0000000000000000000000A' }
    }
  const sources =
    (what: keyof Control) =>
    async (...args: unknown[]) => {
      asked.push([what, ...args])
      return ['clinic']
    }
  return {
    sync: accept('sync'),
    approve: accept('approve'),
    redrive: accept('redrive'),
    reconcile: accept('reconcile'),
    pause: sources('pause'),
    resume: sources('resume'),
    reload: async () => {
      asked.push(['reload'])
      return { changed: ['sources'], warnings: [] }
    },
  }
}
