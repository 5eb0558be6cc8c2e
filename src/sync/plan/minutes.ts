// Owns how long requests take at the budget.

/** Whole minutes, rounded up. */
export function minutesFor(requests: number, requestsPerMinute: number): number {
  return Math.ceil(requests / requestsPerMinute)
}
