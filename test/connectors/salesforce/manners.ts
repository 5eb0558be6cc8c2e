// How the fake organisation behaves, unless a test wants it otherwise.

/** What the fake does like the vendor, or worse. */
export interface Manners {
  /** Rows in an answer: never more, whatever is asked for. */
  rowsPerPage: number
  /** Links to the next rows live so long, in milliseconds. */
  linkLifeMs: number
  /** Queries that find more rows than this take too long, unless they ask for fewer. */
  slowAbove: number
  /** API requests in 24 hours. */
  quota: { used: number; total: number }
  /** Refresh tokens are taken once, and each answer holds the next one. */
  rotates: boolean
  /** Where the organisation is; the address of the sign-in unless it is said. */
  instanceUrl: string | null
  /** The log of deletions lags behind by so much, in milliseconds. */
  logLagMs: number
  bulk: 'on' | 'off' | 'fails'
  /** Rows in a part of a bulk job: never more. */
  rowsPerPart: number
  /** Rows that go missing at the end of a part, as when a line is cut off between two rows. */
  dropsRows: number
}

export const MANNERS: Manners = {
  rowsPerPage: 2_000,
  linkLifeMs: 15 * 60_000,
  slowAbove: Number.POSITIVE_INFINITY,
  quota: { used: 0, total: 100_000 },
  rotates: false,
  instanceUrl: null,
  logLagMs: 0,
  bulk: 'on',
  rowsPerPart: 100_000,
  dropsRows: 0,
}
