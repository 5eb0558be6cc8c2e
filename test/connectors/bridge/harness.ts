// What the tests of traps share: a context that remembers what was logged and kept, and a pull read to its end.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector, Page, PullRequest } from 'heysync/connector'
import { onTestFinished } from 'vitest'
import { connectorContext } from '../../../src/connector/context.ts'
import { commandOf, SECRET } from './world.ts'

const FULL: PullRequest = {
  mode: 'full',
  window: { from: null, to: '2030-01-15T12:00:00Z' },
  token: null,
  resumeAfter: null,
}

export async function bridge(connector: Connector, program: string, signal = new AbortController().signal) {
  const baseDir = await mkdtemp(join(tmpdir(), 'heysync-bridge-'))
  onTestFinished(() => rm(baseDir, { recursive: true, force: true }))
  const logged: string[] = []
  const kept = new Map<string, string>()
  const log = (message: string) => void logged.push(message)
  const context = connectorContext({
    signal,
    baseDir,
    clock: { now: () => Date.parse('2030-01-15T12:00:00Z'), sleep: async () => {} },
    log: { debug: log, info: log, warn: log },
    keep: {
      get: (name) => kept.get(name) ?? null,
      set: (name, value, how) => void (how?.forGood && kept.set(name, value)),
    },
  })
  return {
    logged,
    kept,
    baseDir,
    context,
    /** One pull; `config` goes to the program. */
    pull: async (config: object, options: object = {}, request: Partial<PullRequest> = {}) => {
      const parsed = connector.options.parse({
        command: commandOf(program),
        config: { api_key: SECRET, ...config },
        stream: 'people',
        ...options,
      })
      const pages: Page[] = []
      for await (const page of connector.pull(parsed, { ...FULL, ...request }, context)) pages.push(page)
      return {
        pages,
        records: pages.flatMap(({ records }) => records),
        bad: pages.flatMap(({ bad = [] }) => bad),
        end: pages.at(-1)?.end,
      }
    },
  }
}

/** What a promise is rejected with, as somebody would read it. */
export async function failureOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('It did not fail.'),
    (reason: unknown) => reason as Error & { hint?: string },
  )
  return `${error.message} ${'hint' in error ? error.hint : ''}`
}
