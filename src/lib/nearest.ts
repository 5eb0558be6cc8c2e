// Owns "did you mean": the known name that a mistyped one most likely stands for.
import { distance } from 'fastest-levenshtein'

/** The nearest of `names` to `wanted`, when it is near enough to be a slip; else null. */
export function nearest(wanted: string, names: readonly string[]): string | null {
  let best: { name: string; far: number } | null = null
  for (const name of names) {
    const far = distance(wanted.toLowerCase(), name.toLowerCase())
    if (!best || far < best.far) best = { name, far }
  }
  return best && best.far <= Math.max(2, wanted.length / 3) ? best.name : null
}
