// Owns how progress is shown: a bar where somebody is looking, else a line now and then.
import cliProgress from 'cli-progress'
import type { Io } from './io.ts'

export interface Progress {
  /** `total`: null while nobody knows. `left`: the time left in words; without it, it is worked out from the pace. */
  update(done: number, total: number | null, left?: string): void
  stop(): void
}

/** Fewer than this many are done before anybody wonders. */
const WORTH_A_LINE = 100

const LONGEST_BAR = 40
/** Where there is less room, the words stand alone. */
const SHORTEST_BAR = 6
const MARGIN = '  '

/** A bar on a terminal; elsewhere a line at each quarter of something long. */
export function progress(io: Io, label: string): Progress {
  return io.terminal ? progressBar(io, label) : progressLines(io, label)
}

function progressBar(io: Io, label: string): Progress {
  const { color } = io
  // What the words leave of the line; it never grows again, so that it does not flicker with them.
  let barsize = LONGEST_BAR
  const bar = new cliProgress.SingleBar({
    format: (_options, { value, total, progress: share, eta }, { known, left }) => {
      const done = value.toLocaleString('en-US')
      if (!known) return `  ${done} ${label}`
      const words = `  ${Math.floor(share * 100)} %  ${done} of ${total.toLocaleString('en-US')} ${label}`
      const rest = `  ${left ?? `${Math.round(eta)} s left`}`
      // What stands in the last column is cleared with what is behind it.
      barsize = Math.min(barsize, io.columns - 1 - MARGIN.length - words.length - rest.length)
      if (barsize < SHORTEST_BAR) return `${words}${color.dim(rest)}`
      const full = Math.round(share * barsize)
      const bar = color.cyan('━'.repeat(full)) + color.dim('─'.repeat(barsize - full))
      return `${MARGIN}${bar}${words}${color.dim(rest)}`
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
