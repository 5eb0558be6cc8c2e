// Owns what the daemon opens: the front in its thread, and what its webhooks bring, worked off between two awaits.
import type { App } from '../../app.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { programVersion } from '../../lib/version.ts'
import type { Control, DaemonState } from '../control.ts'
import type { Front } from '../daemon.ts'
import { openJournal } from '../webhook-journal.ts'
import { workOff } from '../work-off.ts'
import type { Front as FrontThread } from './front.ts'
import type { ConfigPart, FrontOptions } from './options.ts'

export interface ServeDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
  /** Opens the front, e.g. in a thread of its own. */
  readonly open: (
    options: FrontOptions,
    control: Control,
    told: { readonly log: Logger; onWebhook(): void },
  ) => Promise<FrontThread>
}

/** How soon what the database was too busy for is tried again, in milliseconds. */
const AGAIN_MS = 500

/** Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
export async function serveFront(
  { app, clock, log, open }: ServeDeps,
  control: Control,
  state: DaemonState,
): Promise<Front> {
  const { path: configPath, databasePath, config } = app.loaded
  const options: FrontOptions = { ...partOf(app), configPath, databasePath, version: programVersion(), state }
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
  try {
    // What an earlier process left.
    turn()
    const opened = await open(options, control, { log, onWebhook: turn })
    thread = opened
    return {
      url: opened.url,
      tell: opened.tell,
      show: opened.state,
      adopt: (next) => {
        work = workWith(next)
        opened.configure(partOf(next))
      },
      close: async () => {
        await opened.close()
        turn()
        stop()
      },
    }
  } catch (error) {
    stop()
    throw error
  }
}

function partOf({ loaded: { config, secrets, warnings } }: App): ConfigPart {
  return { config, secrets, warnings: warnings.map(({ place, message }) => `${place}: ${message}`) }
}
