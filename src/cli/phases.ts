// Owns the words for the phases of a cycle while they go on, and for the time that is left.
import type { Progress } from '../sync/progress.ts'
import { number } from './table-text.ts'

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

/** "31,000 confirmed"; empty where all that was written is. */
export function confirmedText({ done, confirmed = done }: Progress): string {
  return confirmed < done ? `${number(confirmed)} confirmed` : ''
}
