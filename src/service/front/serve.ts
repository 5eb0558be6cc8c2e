// Owns what the daemon opens: the front in its thread, and what its webhooks bring, worked off between two awaits.
import type { App } from '../../app.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Logger } from '../../lib/logger.ts'
import { programVersion } from '../../lib/version.ts'
import type { Control, DaemonState } from '../control.ts'
import { openJournal } from '../webhook-journal.ts'
import { workOff } from '../work-off.ts'
import type { Front } from './front.ts'
import { openFront } from './open.ts'
import type { FrontOptions } from './options.ts'

export interface ServeDeps {
  readonly app: App
  readonly clock: Clock
  readonly log: Logger
}

/** Serves the front, e.g. in a thread of its own. */
export type Serve = (deps: ServeDeps, control: Control, state: DaemonState) => Promise<Front>

/** How soon what the database was too busy for is tried again, in milliseconds. */
const AGAIN_MS = 500

/** Errors: ERR_PORT_IN_USE, ERR_DATABASE_OPEN. */
export const serveFront: Serve = async ({ app, clock, log }, control, state) => {
  const { loaded, db, engine } = app
  const { config, path, databasePath, secrets } = loaded
  const warnings = loaded.warnings.map(({ place, message }) => `${place}: ${message}`)
  const options: FrontOptions = {
    config,
    configPath: path,
    databasePath,
    version: programVersion(),
    warnings,
    secrets,
    state,
  }
  if (config.service.webhookSecret === undefined)
    return openFront(options, control, { log, onWebhook: () => {} })
  const journal = openJournal(databasePath)
  let front: Front | null = null
  const work = workOff({
    db,
    mirror: engine.mirror,
    journal,
    now: clock.now,
    log,
    onTaken: (kind) => front?.tell({ type: 'webhook', kind }),
  })
  let again: NodeJS.Timeout | undefined
  const turn = () => {
    clearTimeout(again)
    if (!work()) again = setTimeout(turn, AGAIN_MS)
  }
  try {
    // What an earlier process left.
    turn()
    const opened = await openFront(options, control, { log, onWebhook: turn })
    front = opened
    return {
      ...opened,
      close: async () => {
        await opened.close()
        clearTimeout(again)
        turn()
        clearTimeout(again)
        journal.close()
      },
    }
  } catch (error) {
    clearTimeout(again)
    journal.close()
    throw error
  }
}
