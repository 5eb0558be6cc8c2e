// The conformance kit, exported as `heysync/connector/testing`: what every connector has to get right, as tests of vitest.
//
//   describeConnector('rolodex', { connector: rolodex, pageSize: 5, open: (stage) => openRolodexWorld(stage) })
import { describe, test } from 'vitest'
import { concerns, lookAt, runCheck, type Subject } from './check.ts'
import { CHECKS } from './checks.ts'
import { onStage } from './stage.ts'

export type { Subject } from './check.ts'
export { type Measured, measureConnector } from './memory.ts'
export { startVendor, type VendorAnswer, type VendorRequest, type VendorServer } from './server.ts'
export type { ConnectorWorld, Means, Person, Stage, Trouble } from './world.ts'

/** The runner's own limit is too short for a large answer on a busy machine; in milliseconds. */
const TIMEOUT_MS = 120_000

/** Registers every check that says something about this connector: none is skipped. */
export function describeConnector(name: string, given: Subject): void {
  describe(`connector ${name}`, async () => {
    const { subject, has } = await onStage((stage) => lookAt(given, stage))
    for (const [title, all] of CHECKS) {
      const checks = all.filter((check) => concerns(check, subject, has))
      if (checks.length === 0) continue
      describe(title, () => {
        for (const check of checks)
          test(check.name, { timeout: TIMEOUT_MS }, () => onStage((stage) => runCheck(check, given, stage)))
      })
    }
  })
}
