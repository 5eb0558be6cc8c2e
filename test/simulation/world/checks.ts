// Owns the checks of what a cycle says of itself.
import { HeysyncError } from '../../../src/lib/errors.ts'
import type { CycleReport } from '../../../src/sync/report.ts'

/** What a cycle may fail with while things go wrong. */
export function isWeather(error: unknown): boolean {
  return error instanceof HeysyncError && /^ERR_(HEYMARKET|SOURCE)_/.test(error.code)
}

/** Nothing waits any more; what the account does not take is a dead letter once. */
export function settled({ failures, plan, push }: CycleReport): boolean {
  const { create, update, remove } = plan
  return failures.length === 0 && create + update + remove === 0 && push.retrying === 0
}

/** I1: what does not add up in a report; null when everything does. */
export function miscounted({ sources, plan, push }: CycleReport): string | null {
  for (const one of sources) {
    const sum = one.unchanged + one.accepted + one.rejected + one.filtered + one.deleted
    if (sum !== one.read) return `I1: ${one.id} read ${one.read}, and ${sum} are accounted for`
  }
  const planned = plan.create + plan.update + plan.remove
  const ended = push.acked + push.retrying + push.deadLettered + plan.held
  return planned === ended ? null : `I1: ${planned} planned, ${ended} accounted for`
}
