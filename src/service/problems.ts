// Owns what is wrong with the service at the moment: each problem since when, until it is over; and how long is waited before
// what it stops is tried again.
import { type Clock, toIso } from '../lib/clock.ts'
import type { Problem } from './control.ts'

/** The first wait, which doubles with each try that fails, and the longest; in milliseconds. */
export interface Patience {
  readonly firstMs: number
  readonly mostMs: number
}

export interface Problems {
  /** It is so, or is so still. With patience, it is not to be tried again before `retryAt`. */
  raise(name: string, problem: Omit<Problem, 'since'>, patience?: Patience): void
  clear(name: string): void
  /** When what this problem stops may be tried again; 0 when it stops nothing. */
  retryAt(name: string): number
  /** Of the problem of this name. */
  has(name: string): boolean
  all(): readonly Problem[]
}

interface Entry {
  readonly problem: Problem
  readonly tries: number
  readonly retryAt: number
}

/** `onChange` is called when there is one more or one less, or one says something else. */
export function problemBook(clock: Clock, onChange: () => void): Problems {
  const entries = new Map<string, Entry>()
  return {
    raise: (name, problem, patience) => {
      const before = entries.get(name)
      const same = before?.problem.code === problem.code ? before : undefined
      const tries = (same?.tries ?? 0) + 1
      const waitMs = patience ? Math.min(patience.mostMs, patience.firstMs * 2 ** (tries - 1)) : 0
      const since = same?.problem.since ?? toIso(clock.now())
      const retryAt = patience ? clock.now() + waitMs : 0
      entries.set(name, { problem: { ...problem, since }, tries, retryAt })
      if (same?.problem.message !== problem.message) onChange()
    },
    clear: (name) => {
      if (entries.delete(name)) onChange()
    },
    retryAt: (name) => entries.get(name)?.retryAt ?? 0,
    has: (name) => entries.has(name),
    all: () => [...entries.values()].map(({ problem }) => problem),
  }
}
