// Results that are kept: one for each case and number of records, all of them of one machine.
import { availableParallelism, cpus, totalmem } from 'node:os'

export function machine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    system: `${process.platform} ${process.arch}`,
  }
}

/** New results take the place of older ones; those of another machine say nothing beside these, and go. */
export function withResults(before, here, results) {
  const same = before !== null && JSON.stringify(before.machine) === JSON.stringify(here)
  const key = (one) => `${one.case} ${one.records}`
  const fresh = new Set(results.map(key))
  const kept = same ? before.results.filter((one) => !fresh.has(key(one))) : []
  return { machine: here, results: [...kept, ...results] }
}
