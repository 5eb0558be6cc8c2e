// Owns what the front is told when it starts, and whom it tells what it did.
import type { Config } from '../../config/schema.ts'
import type { DaemonState } from '../control.ts'

/** Everything here can be sent to another thread. */
export interface FrontOptions extends ConfigPart {
  readonly configPath: string
  readonly databasePath: string
  readonly version: string
  readonly state: DaemonState
  /** Folder of the built dashboard. Default: where the build puts it. */
  readonly dashboard?: string
}

/** What a reload of the config brings; `service` itself is read once, at the start. */
export interface ConfigPart {
  readonly config: Config
  readonly warnings: readonly string[]
  readonly secrets: readonly string[]
}

/** Lines for the daemon's log: no address, no query and no header stands in them. */
export type FrontLog = (level: 'debug' | 'info' | 'warn' | 'error', fields: object, message: string) => void
