// Owns `heysync/heymarket`: the client on its own, for people who want no more than an API client.
import { openDatabase } from '../db/open.ts'
import { systemClock } from '../lib/clock.ts'
import { type Credential, createAuthorizer } from './auth.ts'
import { openBudget } from './budget.ts'
import { createClient, type HeymarketClient } from './client.ts'
import { createTransport } from './transport.ts'

export { type ErrorCode, HeysyncError } from '../lib/errors.ts'
export type { Credential } from './auth.ts'
export type { HeymarketClient } from './client.ts'

export interface HeymarketOptions {
  /** An API secret, or the legacy team key. */
  readonly auth: Credential
  /** Default `https://api.heymarket.com`. */
  readonly baseUrl?: string
  /** Default 450: Heymarket takes 500, and other integrations share it. */
  readonly requestsPerMinute?: number
  /** A heysync database whose budget is shared with whoever else uses it. Default: a budget of this client alone. */
  readonly budgetFile?: string
  /** Of one request. Default 30,000 milliseconds. */
  readonly timeoutMs?: number
  /** Requests under way at once. Default 16. */
  readonly concurrency?: number
  /** Ends what is under way. */
  readonly signal?: AbortSignal
}

export interface OpenHeymarket extends HeymarketClient {
  /** Closes connections and the budget. */
  close(): void
}

/**
 * Opens a client. Requests are checked before they leave, kept under the limit, and repeated only where that is safe.
 * Errors: ERR_DATABASE_OPEN, ERR_DATABASE_NEWER; those of requests are a HeysyncError with `code`, `hint` and `requestId`.
 */
export function openHeymarket(options: HeymarketOptions): OpenHeymarket {
  const db = openDatabase(options.budgetFile ?? ':memory:')
  const transport = createTransport({
    baseUrl: options.baseUrl ?? 'https://api.heymarket.com',
    authorizer: createAuthorizer(options.auth, systemClock),
    budget: openBudget(db, options.requestsPerMinute ?? 450, systemClock),
    clock: systemClock,
    random: Math.random,
    timeoutMs: options.timeoutMs ?? 30_000,
    concurrency: options.concurrency ?? 16,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  })
  return {
    ...createClient(transport),
    close: () => {
      transport.close()
      db.close()
    },
  }
}
