// What the pipedrive tests share: a world, heysync's own reading of it, and a clock that whoever sleeps moves.
import { tmpdir } from 'node:os'
import { onTestFinished } from 'vitest'
import { pipedriveConnector } from '../../../connectors/pipedrive/pipedrive.ts'
import { openReader, type Reader } from '../../../src/connector/testing/reader.ts'
import type { FakeOptions, FakePipedrive } from './fake.ts'
import { openWorld } from './world.ts'

export const HOUR = 3_600_000

export interface Bench {
  readonly clock: { now(): number; advance(ms: number): void }
  readonly fake: FakePipedrive
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
    const reader = openReader(pipedriveConnector, other, { clock, folder: tmpdir() })
    onTestFinished(reader.close)
    return reader
  }
  const reader = newcomer({})
  const names = () =>
    reader
      .known()
      .map(({ first }) => first)
      .sort()
  return { clock, fake: world.fake, reader, newcomer, names }
}

/** Somebody with a valid number for each n below 2,000,000. */
export function person(n: number) {
  return {
    first_name: `Ana ${n}`,
    last_name: 'Silva',
    phones: [{ value: `+${15_102_000_000 + n}`, label: 'work', primary: true }],
  }
}
