// Owns how the phases of a cycle look while they go on: what is done, out of how much, and the time that is left.
import { type Progress, secondsLeft } from '../sync/progress.ts'
import type { Io } from './io.ts'
import { confirmedText, leftText, phaseText } from './phases.ts'
import { type Progress as Bar, progress } from './progress.ts'

export interface PhaseBars {
  show(at: Progress): void
  /** Takes away the bar, so that a line can be said. */
  clear(): void
}

/** One bar after the other. */
export function phaseBars(io: Io, requestsPerMinute: number): PhaseBars {
  let shown: { label: string; bar: Bar } | null = null
  const clear = () => {
    shown?.bar.stop()
    shown = null
  }
  return {
    clear,
    show: (at) => {
      const label = phaseText(at)
      if (shown?.label !== label) clear()
      shown ??= { label, bar: progress(io, label) }
      const left = at.done === at.total ? '' : leftText(secondsLeft(at, io.clock.now(), requestsPerMinute))
      const rest = [confirmedText(at), left].filter((text) => text !== '').join(', ')
      shown.bar.update(at.done, at.total, rest)
    },
  }
}
