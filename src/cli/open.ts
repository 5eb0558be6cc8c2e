// Owns how a command opens the app: config found and loaded, warnings said once, everything closed again.
import { connectors } from '../../connectors/index.ts'
import { type App, openApp } from '../app.ts'
import { connectorsInUse } from '../config/connectors-in-use.ts'
import { type LoadedConfig, loadConfig } from '../config/load.ts'
import { upgradeText } from '../db/migrate.ts'
import { createLogger } from '../lib/logger.ts'
import { type Call, text } from './command.ts'
import type { Io } from './io.ts'

/** Loads the config that this call means. Errors: ERR_CONFIG_*. */
export async function readFor(call: Call, io: Io): Promise<LoadedConfig> {
  const where = { path: text(call, 'config'), env: io.env, cwd: io.cwd }
  return loadConfig({ ...where, connectors: await connectorsInUse(where, connectors) })
}

/** The same, and says its warnings. */
export async function loadFor(call: Call, io: Io): Promise<LoadedConfig> {
  const loaded = await readFor(call, io)
  for (const warning of loaded.warnings)
    io.say(`${io.color.yellow('warning')} ${warning.place}: ${warning.message}`)
  return loaded
}

/** Opens the app for as long as `work` takes. */
export async function withApp<T>(call: Call, io: Io, work: (app: App) => Promise<T>): Promise<T> {
  const loaded = await loadFor(call, io)
  const app = openApp({
    loaded,
    clock: io.clock,
    random: io.random,
    signal: io.signal,
    onUpgrade: (upgrade) => io.say(upgradeText(upgrade)),
    // A person is told in words what went wrong; lines of log beside them would only get in the way.
    log: await createLogger({
      level: call.options.verbose === true ? 'debug' : 'silent',
      pretty: io.terminal,
      secrets: loaded.secrets,
      stream: io.errorStream,
    }),
  })
  try {
    return await work(app)
  } finally {
    app.close()
  }
}
