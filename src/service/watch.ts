// Owns when alerts are looked at: after each cycle, when a problem comes or goes, and each minute, because time alone makes
// a source stale.
import type { App } from '../app.ts'
import type { Clock } from '../lib/clock.ts'
import type { Logger } from '../lib/logger.ts'
import { openAlerts } from './alerts/alerts.ts'
import { factsOf } from './alerts/facts.ts'
import type { DaemonState } from './control.ts'

const EVERY_MS = 60_000

export interface Watch {
  look(): void
  /** Ends what is being sent, and looks no more; who was not told yet is told by the next one. */
  stop(): Promise<void>
}

export interface WatchDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
  readonly state: () => DaemonState
}

export function startWatch({ app, clock, log, state }: WatchDeps): Watch {
  const ended = new AbortController()
  const { config } = app.loaded
  const alerts = openAlerts({ db: app.db, config: config.alerts, clock, signal: ended.signal, log })
  const read = factsOf(app.db)
  let last: Promise<void> = Promise.resolve()
  const look = () => {
    if (ended.signal.aborted) return
    const { problems, paused, startedAt } = state()
    last = alerts.look(() => ({ ...read(config), problems, paused, startedAt, now: clock.now() }))
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    look,
    stop: () => {
      clearInterval(timer)
      ended.abort()
      return last
    },
  }
}
