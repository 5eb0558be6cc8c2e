// The conformance kit, exported as `heysync/connector/testing`: what every connector has to get right, as tests of vitest.
//
//   describeConnector('rolodex', { connector: rolodex, pageSize: 5, open: (stage) => openRolodexWorld(stage) })
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'vitest'
import { changes } from './changes.ts'
import { type Check, runCheck, type Subject } from './check.ts'
import { reading } from './reading.ts'
import { settingUp } from './setting-up.ts'
import { trouble } from './trouble.ts'
import type { Stage } from './world.ts'

export type { Subject } from './check.ts'
export { startVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './server.ts'
export type { ConnectorWorld, Person, Stage, Trouble } from './world.ts'

const GROUPS: readonly (readonly [string, readonly Check[]])[] = [
  ['setting up', settingUp],
  ['reading everything', reading],
  ['reading news', changes],
  ['bad days', trouble],
]

/** Registers every check. One that says nothing about this connector is skipped, with the reason in its note. */
export function describeConnector(name: string, subject: Subject): void {
  describe(`connector ${name}`, () => {
    for (const [title, checks] of GROUPS) {
      describe(title, () => {
        for (const check of checks) {
          test(check.name, async ({ skip }) => {
            const folder = mkdtempSync(join(tmpdir(), 'heysync-connector-'))
            try {
              const idle = await runCheck(check, subject, { folder, clock: leapingClock() })
              if (idle !== null) skip(idle)
            } finally {
              rmSync(folder, { recursive: true, force: true })
            }
          })
        }
      })
    }
  })
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
