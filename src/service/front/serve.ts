// Owns what the daemon opens: the front in its thread, which is begun anew where it ends by itself, and what its webhooks
// bring, worked off between two awaits.
import type { App } from '../../app.ts'
import type { LoadedConfig } from '../../config/load.ts'
import type { Clock } from '../../lib/clock.ts'
import { asHeysyncError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { programVersion } from '../../lib/version.ts'
import type { Control, DaemonState } from '../control.ts'
import type { Front } from '../daemon.ts'
import { openJournal } from '../webhook-journal.ts'
import { workOff } from '../work-off.ts'
import type { Front as FrontThread } from './front.ts'
import type { FrontTold } from './open.ts'
import type { FrontOptions } from './options.ts'

export interface ServeDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
  /** Opens the front, e.g. in a thread of its own. */
  readonly open: (options: FrontOptions, control: Control, told: FrontTold) => Promise<FrontThread>
}

/** How soon what the database was too busy for is tried again, in milliseconds. */
const AGAIN_MS = 500
/** Before a front that ended by itself is begun again: at first, and at most, in milliseconds. */
const REVIVE_MS = { first: 1000, most: 60_000 }

/** Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
export async function serveFront(
  { app, clock, log, open }: ServeDeps,
  control: Control,
  state: DaemonState,
): Promise<Front> {
  const { databasePath, config } = app.loaded
  let { loaded } = app
  let shown = state
  const journal = config.service.webhookSecret === undefined ? null : openJournal(databasePath)
  let thread: FrontThread | null = null
  const workWith = ({ db, engine: { mirror } }: App) =>
    journal === null
      ? () => true
      : workOff({
          ...{ db, mirror, journal, log },
          now: clock.now,
          onTaken: (kind) => thread?.tell({ type: 'webhook', kind }),
        })
  let work = workWith(app)
  let again: NodeJS.Timeout | undefined
  const turn = () => {
    clearTimeout(again)
    if (!work()) again = setTimeout(turn, AGAIN_MS)
  }
  const stop = () => {
    clearTimeout(again)
    journal?.close()
  }
  const closing = new AbortController()
  const begin = (listen: string): Promise<FrontThread> => {
    const options = frontOptions(loaded, shown)
    const { config: all } = options
    const config = { ...all, service: { ...all.service, listen } }
    return open({ ...options, config }, control, { onWebhook: turn, onEnd: () => void revive() })
  }
  /** Where it was, so that whoever knew its address finds it again. */
  const revive = async (): Promise<void> => {
    thread = null
    for (let wait = REVIVE_MS.first; ; wait = Math.min(wait * 2, REVIVE_MS.most)) {
      log.error({ code: 'ERR_INTERNAL' }, 'The admin API and the dashboard ended, and are begun again.')
      try {
        await clock.sleep(wait, closing.signal)
        const { hostname, port } = new URL(url)
        const begun = await begin(`${hostname}:${port === '' ? 80 : port}`)
        if (closing.signal.aborted) return await begun.close()
        thread = begun
        return
      } catch (error) {
        if (closing.signal.aborted) return
        log.error({ code: asHeysyncError(error).code }, asHeysyncError(error).message)
      }
    }
  }
  let url = ''
  try {
    // What an earlier process left.
    turn()
    const opened = await begin(config.service.listen)
    thread = opened
    url = opened.url
    return {
      url,
      tell: (event) => thread?.tell(event),
      show: (now) => {
        shown = now
        thread?.state(now)
      },
      adopt: (next) => {
        work = workWith(next)
        loaded = next.loaded
        thread?.configure(frontOptions(loaded, shown))
      },
      close: async () => {
        closing.abort()
        await thread?.close()
        turn()
        stop()
      },
    }
  } catch (error) {
    stop()
    throw error
  }
}

export function frontOptions(loaded: LoadedConfig, state: DaemonState): FrontOptions {
  const { config, path: configPath, databasePath, secrets, warnings } = loaded
  return {
    ...{ config, configPath, databasePath, secrets, state },
    warnings: warnings.map(({ place, message }) => `${place}: ${message}`),
    version: programVersion(),
  }
}
