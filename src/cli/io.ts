// Owns the terminal: data on stdout, talk on stderr, colours only where somebody is looking.
import type { createColors } from 'picocolors'
import type { Clock } from '../lib/clock.ts'
import type { Prompts } from './prompts.ts'

export type Colors = ReturnType<typeof createColors>

/** Everything a command may touch of the world outside. */
export interface Io {
  /** Data: what a script reads. */
  data(text: string): void
  /** The same in parts, each as soon as there is room for it. */
  dataParts(parts: Iterable<string>): Promise<void>
  /** Talk: what a person reads. */
  say(text: string): void
  /** A question with yes or no; false where nobody can answer. */
  confirm(question: string): Promise<boolean>
  readonly interactive: boolean
  /** Questions of all kinds; null where nobody can answer. */
  prompts(): Promise<Prompts | null>
  /** True when talk goes to a terminal. */
  readonly terminal: boolean
  readonly columns: number
  readonly color: Colors
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signal: AbortSignal
  /** Calls it at each SIGHUP from now on, which otherwise would end the process. */
  onHangUp(act: () => void): void
  /** How long this process has been running, in milliseconds. */
  uptimeMs(): number
  readonly clock: Clock
  readonly random: () => number
  readonly errorStream: NodeJS.WritableStream
}
