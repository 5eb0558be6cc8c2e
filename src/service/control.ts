// Owns what the outside may ask of the running service, and what the service tells: the seam between the daemon, which
// works, and the front, which answers HTTP from a thread of its own and is never kept waiting by a cycle.
import type { z } from 'zod'
import type { event, problem } from './api/contract.ts'

export type Problem = z.infer<typeof problem>
export type ServiceEvent = z.infer<typeof event>

/** Asked by HTTP or by a signal. Each answers as soon as the work is accepted; errors are HeysyncErrors. */
export interface Control {
  /** Runs a cycle as soon as the one under way gives way. Resolves to its id. Errors: ERR_SOURCE_UNKNOWN. */
  sync(request: SyncRequest): Promise<{ cycle: string }>
  /** Errors: ERR_CYCLE_UNKNOWN. */
  approve(cycle: string): Promise<{ cycle: string }>
  /** Puts dead letters back: those with this cause, or of this phone; all of them without either. */
  redrive(pick: { cause?: string; phone?: string }): Promise<{ cycle: string }>
  /** No source: all of them. Resolves to the sources that are paused now. */
  pause(source: string | null): Promise<readonly string[]>
  resume(source: string | null): Promise<readonly string[]>
  /** Reads all of Heymarket's contacts without the sources, and writes what differs. */
  reconcile(): Promise<{ cycle: string }>
  /** Reads the config again. A broken one is refused, and what ran before runs on. Errors: ERR_CONFIG_*. */
  reload(): Promise<{ changed: readonly string[]; warnings: readonly string[] }>
}

export interface SyncRequest {
  /** Empty: all of them. */
  readonly sources: readonly string[]
  readonly mode: 'full' | 'incremental'
  readonly allowEmpty: readonly string[]
  /** Who asked, e.g. `api` or `sync`. */
  readonly trigger: string
}

/** What only the daemon knows; the rest is in the database. Told anew whenever it changes. */
export interface DaemonState {
  readonly startedAt: number
  /** When each source is due next, in milliseconds since 1970; null without a schedule. */
  readonly next: Readonly<Record<string, { incremental: number | null; full: number | null }>>
  readonly paused: readonly string[]
  readonly problems: readonly Problem[]
  /** Ids of cycles that were accepted and have not begun. */
  readonly waiting: readonly string[]
}
