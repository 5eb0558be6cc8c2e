// Owns what a history is made from: its seed and what narrows it down, and the stage that it plays on.
import { type OpenSandbox, openSandbox } from '../../../src/sandbox/open.ts'
import { type Disk, openDisk } from './crash.ts'
import { type WorldTime, worldTime } from './time.ts'

export interface Story {
  readonly seed: number
  /** Days on which anything may happen. Default: as the seed says. */
  readonly days?: number
  /** Most people. Default 9. */
  readonly people?: number
  /** Without faults of Heymarket and of the sources. */
  readonly calm?: boolean
  /** Nobody dies, and no database is lost. */
  readonly immortal?: boolean
  /** False: without lists. */
  readonly lists?: boolean
  /** Heysync begins with what it learnt of an account that took many at once and kept everything. Default: as the seed says. */
  readonly believes?: boolean
  /** Tells each step. */
  readonly tell?: (line: string) => void
}

/** Some rule was broken. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** What outlives a history, because making it costs more than a history. */
export interface Stage {
  readonly time: WorldTime
  readonly disk: Disk
  readonly sandbox: OpenSandbox
}

export function openStage(): Stage {
  const time = worldTime()
  return { time, disk: openDisk(), sandbox: openSandbox({ clock: time.real, requestsPerMinute: 500 }) }
}
