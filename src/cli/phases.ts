// Owns how the phases of a cycle look while they go on: what is done, out of how much, and the time that is left.
import { type Progress, secondsLeft } from '../sync/progress.ts'
import { type Progress as Bar, type Io, progress } from './io.ts'

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
      shown.bar.update(at.done, at.total, leftText(secondsLeft(at, io.clock.now(), requestsPerMinute)))
    },
  }
}

/** To be put after a count. */
export function phaseText({ phase, source }: Pick<Progress, 'phase' | 'source'>): string {
  if (phase === 'pull') return `pulled from ${source ?? 'the sources'}`
  return phase === 'reconcile' ? 'read from Heymarket' : 'written'
}

/** "about 12 min left"; empty while nobody can tell. */
export function leftText(seconds: number | null): string {
  if (seconds === null) return ''
  const minutes = Math.round(seconds / 60)
  if (minutes < 1) return 'less than a minute left'
  if (minutes < 60) return `about ${minutes} min left`
  const rest = minutes % 60
  return `about ${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`} left`
}
