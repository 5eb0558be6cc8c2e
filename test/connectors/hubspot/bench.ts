// What the hubspot tests share: a world, heysync's own reading of it, and a clock that whoever sleeps moves.
import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { hubspotConnector } from '../../../connectors/hubspot/hubspot.ts'
import { openReader, type Reader } from '../../../src/connector/testing/reader.ts'
import type { FakeHubspot, FakeOptions } from './fake.ts'
import { type HubspotWorld, openWorld } from './world.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export interface Bench {
  readonly clock: { now(): number; advance(ms: number): void }
  readonly world: HubspotWorld
  readonly fake: FakeHubspot
  readonly reader: Reader
  /** Another process over the same source, with nothing read yet. */
  newcomer(options: Readonly<Record<string, unknown>>): Reader
  /** First names of everybody who is known, sorted. */
  names(): string[]
}

export async function openBench(
  options: Readonly<Record<string, unknown>> = {},
  fakeOptions: FakeOptions = {},
): Promise<Bench> {
  let now = Date.parse('2030-01-15T12:00:00Z')
  const clock = {
    now: () => now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted()
      now += ms
    },
    advance: (ms: number) => {
      now += ms
    },
  }
  const world = await openWorld({ clock }, options, fakeOptions)
  onTestFinished(async () => void (await world.close?.()))
  const newcomer = (more: Readonly<Record<string, unknown>>) => {
    const other = { ...world, options: { ...(world.options as object), ...more } }
    const reader = openReader(hubspotConnector, other, { clock, folder: tmpdir(), mostPages: 2_000 })
    onTestFinished(reader.close)
    return reader
  }
  const reader = newcomer({})
  return {
    clock,
    world,
    fake: world.fake,
    reader,
    newcomer,
    names: () =>
      reader
        .known()
        .map(({ first }) => first)
        .sort(),
  }
}

/** Somebody with a valid number for each n below 2,000,000. */
export function contact(n: number, more: Readonly<Record<string, string | null>> = {}) {
  return {
    phone: `+${15_102_000_000 + n}`,
    firstname: `Ana ${n}`,
    lastname: 'Silva',
    email: `ana${n}@example.com`,
    ...more,
  }
}
