// A source in memory that is pulled minute by minute, for the tests of the pull.

import type { Page, PullRequest, SourceRecord } from 'heysync/connector'
import type { SourceConfig } from '../../../src/config/schema.ts'
import { connectorContext } from '../../../src/connector/context.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { compileNormalizer } from '../../../src/sync/normalize/normalize.ts'
import { type PullRun, pull } from '../../../src/sync/pull/pull.ts'
import { leapingClock } from '../../support/clock.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { memorySource } from '../../support/memory-source.ts'

export const MINUTE = 60_000

export function rec(
  id: string,
  more: Record<string, unknown> = {},
  updatedAt: string | null = null,
): SourceRecord {
  return { id, fields: { phone: nthPhone(Number(id) || 1), first: `P${id}`, last: '', ...more }, updatedAt }
}

/** Pages that end with the proof that they are everything. */
export function all(...records: SourceRecord[]): Page[] {
  return [{ records, position: 'p1', end: { covers: 'everything', count: null } }]
}

export function changes(...records: SourceRecord[]): Page[] {
  return [{ records, position: 'p1', end: { covers: 'changes', count: null } }]
}

interface WorldOptions {
  readonly source?: SourceConfig
  readonly can?: Parameters<typeof memorySource>[0]
  readonly fixedFields?: boolean
}

export function world({ source = aSource(), can, fixedFields = false }: WorldOptions = {}) {
  const clock = leapingClock()
  const mirror = openMirror(aDatabase())
  const memory = memorySource(can, fixedFields)
  const { signal } = new AbortController()
  let config = source
  let cycles = 0
  const warnings: string[] = []
  const log = { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message) }
  return {
    clock,
    mirror,
    memory,
    warnings,
    remap: (changed: SourceConfig) => {
      config = changed
    },
    record: (id: string) => mirror.records.find('clinic', id),
    rejections: () =>
      mirror.records.rejections('clinic').map(({ record_id, code }) => `${record_id} ${code}`),
    watermark: () => mirror.sources.find('clinic')?.watermark ?? null,
    /** Pulls these pages, a minute after the pull before. */
    pull: (
      pages: Iterable<Page> | ((request: PullRequest) => Iterable<Page>),
      run: Partial<PullRun> = {},
    ) => {
      cycles += 1
      clock.advance(MINUTE)
      memory.pages = typeof pages === 'function' ? pages : () => pages
      const normalizer = compileNormalizer(config, { defaultCountry: 'US', keyPath: ['sources', 0] })
      return pull(
        mirror,
        { config, connector: memory.connector, options: {}, normalizer },
        {
          cycleId: `c${cycles}`,
          mode: 'full',
          asked: 'hand',
          allowEmpty: false,
          clock,
          context: connectorContext({ signal, baseDir: '/', clock, log }),
          ...run,
        },
      )
    },
  }
}
