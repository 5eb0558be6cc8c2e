// Owns the count of failures in a row of each source, read from the reports of the last cycles.
import type { CycleRow } from '../../sync/cycles.ts'
import type { CycleReport } from '../../sync/report.ts'
import type { SourceFailing } from './violations.ts'

/** `cycles`: newest first. Sources whose last cycle went well are not among them. */
export function failuresInARow(
  cycles: readonly Pick<CycleRow, 'report'>[],
): ReadonlyMap<string, SourceFailing> {
  const failing = new Map<string, SourceFailing>()
  const well = new Set<string>()
  for (const { report } of cycles) {
    if (report === null) continue
    const { sources, failures } = JSON.parse(report) as CycleReport
    for (const { source, code, message, hint } of failures) {
      // A full disk is not the source's fault, and is told by itself.
      if (well.has(source) || code.startsWith('ERR_DATABASE_')) continue
      const before = failing.get(source)
      failing.set(
        source,
        before ? { ...before, cycles: before.cycles + 1 } : { cycles: 1, code, message, hint },
      )
    }
    for (const { id } of sources) well.add(id)
  }
  return failing
}
