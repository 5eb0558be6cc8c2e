// Owns the drain: once the service is told to stop, what is under way has a while to come to a clean end, and then ends where it is.
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'

/** How long it may take, in milliseconds. */
export const DRAIN_MS = 10_000

export interface Drain {
  /** Fires when the while is over. */
  readonly signal: AbortSignal
  /** It came to its end by itself. */
  done(): void
}

/** `signal`: the service is told to stop. */
export function drain({ clock, signal, log }: { clock: Clock; signal: AbortSignal; log: Logger }): Drain {
  const hard = new AbortController()
  const ended = new AbortController()
  const begin = () => {
    clock.sleep(DRAIN_MS, ended.signal).then(
      () => {
        log.warn(`what is under way takes longer than ${DRAIN_MS / 1000} s and is left where it is`)
        hard.abort()
      },
      () => {},
    )
  }
  if (signal.aborted) begin()
  else signal.addEventListener('abort', begin, { once: true })
  return {
    signal: hard.signal,
    done: () => {
      signal.removeEventListener('abort', begin)
      ended.abort()
    },
  }
}
