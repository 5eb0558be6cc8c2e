// The budgets of a HubSpot account: ten seconds, the day, and searches apart from both, with the answers that go with them.
import type { VendorAnswer } from 'heysync/connector/testing'

export interface Limits {
  /** Other apps of the account used the day up, or it begins anew. */
  useUp(isUsedUp: boolean): void
  /** The answer when there was too much; else null. */
  refuse(isSearch: boolean): VendorAnswer | null
  /** Searches say nothing of limits. */
  headers(isSearch: boolean): Record<string, string>
  /** Requests that were too many. */
  refused(): number
}

export interface LimitSizes {
  readonly per10Seconds: number
  readonly perDay: number
  readonly searchesPerSecond: number
}

export function openLimits(now: () => number, sizes: LimitSizes): Limits {
  let recent: number[] = []
  let searches: number[] = []
  let today = 0
  let usedUp = false
  let refused = 0
  const tooMuch = (policyName: string): VendorAnswer => {
    refused += 1
    return {
      status: 429,
      body: {
        status: 'error',
        message: `You have reached your ${policyName} limit.`,
        errorType: 'RATE_LIMIT',
        correlationId: 'c033cdaa-2c40-4a64-ae48-b4cec88dad24',
        policyName,
      },
    }
  }
  return {
    useUp: (isUsedUp) => {
      usedUp = isUsedUp
    },
    refused: () => refused,
    refuse: (isSearch) => {
      today += 1
      if (usedUp || today > sizes.perDay) return tooMuch('DAILY')
      if (isSearch) {
        searches = searches.filter((at) => at > now() - 1_000)
        if (searches.length >= sizes.searchesPerSecond) return tooMuch('SECONDLY')
        searches.push(now())
        return null
      }
      recent = recent.filter((at) => at > now() - 10_000)
      if (recent.length >= sizes.per10Seconds) return tooMuch('TEN_SECONDLY_ROLLING')
      recent.push(now())
      return null
    },
    headers: (isSearch) =>
      isSearch
        ? {}
        : {
            'x-hubspot-ratelimit-max': String(sizes.per10Seconds),
            'x-hubspot-ratelimit-remaining': String(sizes.per10Seconds - recent.length),
            'x-hubspot-ratelimit-interval-milliseconds': '10000',
            'x-hubspot-ratelimit-daily': String(sizes.perDay),
            'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, sizes.perDay - today)),
          },
  }
}
