// Owns "did you mean …?": the nearest of the names that would have been right.
import { distance } from 'fastest-levenshtein'

/**
 * The candidate nearest to what was written, or null when none is within a third of its
 * letters, or `most` edits. Case, `-`, `_` and spaces do not count.
 */
export function nearest(written: string, candidates: Iterable<string>, most = Infinity): string | null {
  const wanted = plain(written)
  const reach = Math.min(most, wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3)))
  let best: string | null = null
  let bestDistance = reach + 1
  for (const candidate of candidates) {
    const away = editsBetween(wanted, plain(candidate))
    if (away < bestDistance) {
      best = candidate
      bestDistance = away
    }
  }
  return best
}

/** `, did you mean x?` for the end of a message, or nothing. */
export function didYouMean(written: string, candidates: Iterable<string>, most = Infinity): string {
  const near = nearest(written, candidates, most)
  return near === null || near === written ? '' : `; did you mean ${near}?`
}

/** `a, b or c`. */
export function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`
}

/** Letters in another order, as in `cvs`, are one slip of the fingers. */
function editsBetween(a: string, b: string): number {
  const edits = distance(a, b)
  return edits === 2 && [...a].sort().join('') === [...b].sort().join('') ? 1 : edits
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_\s]/g, '')
}
