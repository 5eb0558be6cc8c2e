// Owns the stage of one check: a clock that leaps, and a folder that is removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stage } from './world.ts'

export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'heysync-connector-'))
  try {
    return await work({ folder, clock: leapingClock() })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Later than any real time, so that a real clock that slipped in shows at once. */
const START = Date.parse('2030-01-15T12:00:00Z')

/** Whoever sleeps moves the clock to the end of that sleep and goes on at once. */
function leapingClock(): Stage['clock'] {
  let now = START
  return {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += ms
    },
    advance: (ms) => {
      now += ms
    },
  }
}
