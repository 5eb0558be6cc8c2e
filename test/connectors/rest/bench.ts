// What the rest tests share: the API of anything.ts, and heysync reading it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorWorld, Stage } from 'heysync/connector/testing'
import { onTestFinished } from 'vitest'
import { restConnector } from '../../../connectors/rest/rest.ts'
import { fitted } from '../../../src/connector/fitted.ts'
import { openReader, type Reader } from '../../../src/connector/testing/reader.ts'
import { type Anything, openAnything } from './anything.ts'

const START = Date.parse('2030-01-15T12:00:00Z')

export interface Bench<World> {
  readonly world: World
  readonly reader: Reader
  readonly clock: Stage['clock']
  readonly slept: number[]
}

export async function openBenchWith<World extends ConnectorWorld>(
  open: (stage: Stage) => Promise<World>,
  change: (options: unknown) => unknown = (options) => options,
): Promise<Bench<World>> {
  let now = START
  const slept: number[] = []
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      slept.push(ms)
      now += ms
    },
    advance: (ms: number) => {
      now += ms
    },
  }
  const folder = mkdtempSync(join(tmpdir(), 'heysync-rest-'))
  const world = await open({ clock, folder })
  const options = change(world.options)
  const connector = fitted(restConnector, restConnector.options.parse(options))
  const reader = openReader(connector, { ...world, options }, { clock, folder })
  onTestFinished(async () => {
    reader.close()
    await world.close?.()
    rmSync(folder, { recursive: true, force: true })
  })
  return { world, reader, clock, slept }
}

export const openBench = (described: (baseUrl: string) => object): Promise<Bench<Anything>> =>
  openBenchWith((stage) => openAnything(stage, described))
