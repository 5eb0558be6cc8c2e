// Owns how often an address may guess wrong.

export interface FailedTries {
  tooMany(address: string): boolean
  add(address: string): void
}

/** So many addresses are remembered; a flood of them forgets the oldest. */
const MOST_ADDRESSES = 10_000

/** `tick`: milliseconds of any clock that never goes back. */
export function failedTries(
  { max, windowMs }: { max: number; windowMs: number },
  tick: () => number,
): FailedTries {
  const seen = new Map<string, { count: number; until: number }>()
  const current = (address: string) => {
    const one = seen.get(address)
    if (one !== undefined && one.until > tick()) return one
    seen.delete(address)
    return undefined
  }
  return {
    tooMany: (address) => (current(address)?.count ?? 0) >= max,
    add: (address) => {
      const one = current(address) ?? { count: 0, until: tick() + windowMs }
      one.count += 1
      seen.set(address, one)
      const [oldest] = seen.keys()
      if (seen.size > MOST_ADDRESSES && oldest !== undefined) seen.delete(oldest)
    },
  }
}
