// Owns how much a plan costs: requests at the least, and minutes at the budget. Pure.
import type { Change } from '../diff/change.ts'

/** Requests that the changes cost when nothing goes wrong. A removal that leaves the contact as it is costs none. */
export function requestsFor(changes: readonly Change[]): number {
  return changes.filter(
    (change) => change.kind !== 'remove' || change.rung === 'delete' || change.fields.length > 0,
  ).length
}

/** Whole minutes, rounded up. */
export function minutesFor(requests: number, requestsPerMinute: number): number {
  return Math.ceil(requests / requestsPerMinute)
}
