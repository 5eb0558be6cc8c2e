// Vitest reporter: ends a run with `N passed, N failed` on a line of its own, and adds the same counts to a JSON file.
//
// The file is named by HEYSYNC_TEST_TOTALS; .ci/run reads it to sum up over several runs.
import { writeFileSync } from 'node:fs'

/** The counts as one line: `12 passed, 0 failed`, and how many were skipped when any were. */
export function closingLine({ passed, failed, skipped }) {
  const line = `${passed} passed, ${failed} failed`
  return skipped > 0 ? `${line}, ${skipped} skipped` : line
}

/** Counts tests. A file that failed outside its tests, and an error outside every file, count as one failure each. */
function count(modules, unhandledErrors) {
  const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
  for (const module of modules) {
    let failedTests = 0
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') totals.passed += 1
      else if (state === 'failed') failedTests += 1
      else totals.skipped += 1
    }
    totals.failed += module.state() === 'failed' ? Math.max(failedTests, 1) : failedTests
  }
  return totals
}

/** The reporter that vitest.config.ts names beside the default one. */
export default class TestTotals {
  onTestRunEnd(modules, unhandledErrors, reason) {
    const totals = count(modules, unhandledErrors)
    // A run that stopped early is no success, whatever its tests said.
    if (reason === 'interrupted') totals.failed += 1
    const file = process.env.HEYSYNC_TEST_TOTALS
    if (file !== undefined && file !== '') writeFileSync(file, `${JSON.stringify(totals)}\n`)
    // The default reporter writes its summary in the same turn; this line comes after it.
    setImmediate(() => process.stdout.write(`${closingLine(totals)}\n`))
  }
}
