// Owns the ground that a pull stands on: what stops it, what time it is, and where it says something.

export interface Ground {
  /** Aborts when the user or the service stops. Pass it to everything that waits. */
  readonly signal: AbortSignal
  readonly clock: { now(): number; sleep(ms: number, signal?: AbortSignal): Promise<void> }
  readonly log: { debug(message: string): void; info(message: string): void; warn(message: string): void }
}
