// Owns progress: what a cycle is at, and how much time is left.

export type Phase = 'pull' | 'reconcile' | 'push'

export interface Progress {
  readonly phase: Phase
  /** Which source is pulled; null where several are, side by side. */
  readonly source: string | null
  /** When the phase began, in milliseconds since 1970, and how many were done by then. */
  readonly startedAt: number
  readonly startedWith: number
  readonly done: number
  /** Of a push: how many of those Heymarket has been seen to hold since it accepted them; else as many as are done. Not saved. */
  readonly confirmed?: number
  /** Null while nobody knows. */
  readonly total: number | null
}

/** A rate that was measured for less than this is not worth much, in milliseconds. */
const MEASURED_AFTER_MS = 60_000

/**
 * Seconds until the phase is through; null when nobody can tell. Changes are taken to need one request each, until there
 * is a minute of experience, or more than a minute's worth was written.
 */
export function secondsLeft(progress: Progress, now: number, requestsPerMinute: number): number | null {
  const { phase, done, total, startedAt, startedWith } = progress
  if (total === null) return null
  const elapsedMs = now - startedAt
  const came = done - startedWith
  const measured = came > 0 && elapsedMs > 0 ? came / (elapsedMs / 1000) : null
  const trusted = phase !== 'push' || elapsedMs >= MEASURED_AFTER_MS || came > requestsPerMinute
  const perSecond = trusted ? measured : requestsPerMinute / 60
  return perSecond === null ? null : Math.round(Math.max(0, total - done) / perSecond)
}
