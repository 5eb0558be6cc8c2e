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
  /** Calls it at each SIGHUP from now on, which otherwise would end the process. */
  onHangUp(act: () => void): void
  /** How long this process has been running, in milliseconds. */
  uptimeMs(): number
  readonly clock: Clock
  readonly random: () => number
  readonly errorStream: NodeJS.WritableStream
}

export interface Progress {
  /** `total`: null while nobody knows. `left`: the time left in words; without it, it is worked out from the pace. */
  update(done: number, total: number | null, left?: string): void
  stop(): void
}

/** Fewer than this many are done before anybody wonders. */
const WORTH_A_LINE = 100

/** A bar on a terminal; elsewhere a line at each quarter of something long. */
export function progress(io: Io, label: string): Progress {
  return io.terminal ? progressBar(io, label) : progressLines(io, label)
}

function progressBar(io: Io, label: string): Progress {
  const { color } = io
  const barsize = Math.max(10, Math.min(40, io.columns - 60))
  const bar = new cliProgress.SingleBar({
    format: (_options, { value, total, progress: share, eta }, { known, left }) => {
      const done = value.toLocaleString('en-US')
      if (!known) return `  ${done} ${label}`
      const full = Math.round(share * barsize)
      const bar = color.cyan('━'.repeat(full)) + color.dim('─'.repeat(barsize - full))
      const rest = color.dim(left ?? `${Math.round(eta)} s left`)
      return `  ${bar}  ${Math.floor(share * 100)} %  ${done} of ${total.toLocaleString('en-US')} ${label}  ${rest}`
    },
    hideCursor: true,
    clearOnComplete: true,
    stream: io.errorStream,
    etaBuffer: 100,
    fps: 20,
  })
  let started = false
  return {
    update: (done, total, left) => {
      const payload = { known: total !== null, left }
      if (!started) bar.start(total ?? 0, done, payload)
      started = true
      bar.setTotal(Math.max(done, total ?? 0))
      bar.update(done, payload)
    },
    stop: () => {
      if (started) bar.stop()
    },
  }
}

function progressLines(io: Io, label: string): Progress {
  let quarters = 0
  return {
    update: (done, total, left) => {
      if (total === null) return
      const reached = Math.floor((done / total) * 4)
      if (total < WORTH_A_LINE || reached <= quarters) return
      quarters = reached
      const rest = left && done < total ? `, ${left}` : ''
      io.say(`  ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')} ${label}${rest}`)
    },
    stop: () => {},
  }
}
