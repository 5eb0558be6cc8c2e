// Owns the terminal: data on stdout, talk on stderr, colours and progress only where somebody is looking.
import cliProgress from 'cli-progress'
import type { createColors } from 'picocolors'
import type { Clock } from '../lib/clock.ts'

export type Colors = ReturnType<typeof createColors>

/** Everything a command may touch of the world outside. */
export interface Io {
  /** Data: what a script reads. */
  data(text: string): void
  /** Talk: what a person reads. */
  say(text: string): void
  /** A question with yes or no; false where nobody can answer. */
  confirm(question: string): Promise<boolean>
  readonly interactive: boolean
  /** True when talk goes to a terminal. */
  readonly terminal: boolean
  readonly columns: number
  readonly color: Colors
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly random: () => number
  readonly errorStream: NodeJS.WritableStream
}

export interface Progress {
  update(done: number, total: number): void
  stop(): void
}

/** A bar on a terminal, nothing elsewhere. */
export function progress(io: Io, label: string): Progress {
  if (!io.terminal) return { update: () => {}, stop: () => {} }
  const bar = new cliProgress.SingleBar(
    {
      format: `  ${io.color.cyan('{bar}')} {value}/{total} ${label}  {eta_formatted} left`,
      barsize: 32,
      hideCursor: true,
      clearOnComplete: true,
      stream: io.errorStream,
      etaBuffer: 100,
    },
    cliProgress.Presets.rect,
  )
  let started = false
  return {
    update: (done, total) => {
      if (!started) bar.start(total, done)
      started = true
      bar.setTotal(total)
      bar.update(done)
    },
    stop: () => {
      if (started) bar.stop()
    },
  }
}
