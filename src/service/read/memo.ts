// Owns answers that are kept for a moment: counting a million rows again for each call would keep everybody waiting.
import type { Db } from '../../db/open.ts'

/** An answer is kept for so many times as long as it took, so that at most a hundredth of the time goes into it. */
const KEPT_TIMES = 100

export interface Memo {
  <T>(work: () => T): () => T
  /** From now on everything is worked out anew, once: something changed that somebody waits to see. */
  forget(): void
}

/** Nothing is worked out twice while no other connection wrote. `tick`: milliseconds of any clock that never goes back. */
export function memoOn(db: Db, tick: () => number): Memo {
  const look = db.prepare<[], number>('PRAGMA data_version').pluck()
  // An answer asks for a dozen of these without a pause, and nothing can change for it in between.
  let known: number | null = null
  const version = () => {
    if (known !== null) return known
    known = look.get() ?? 0
    queueMicrotask(() => {
      known = null
    })
    return known
  }
  let forgotten = 0
  const memo = <T>(work: () => T) => {
    let kept: { value: T; version: number; until: number; forgotten: number } | null = null
    return () => {
      const now = tick()
      const seen = version()
      const fits = kept !== null && kept.forgotten === forgotten
      if (kept !== null && fits && (kept.version === seen || now < kept.until)) return kept.value
      const value = work()
      const took = tick() - now
      kept = { value, version: seen, until: now + took * KEPT_TIMES, forgotten }
      return value
    }
  }
  return Object.assign(memo, {
    forget: () => {
      forgotten += 1
    },
  })
}
