// Owns what seeded histories share: chances by a seed, the story so far, and the command that lives one of them again.
import { dice } from './dice.ts'

export interface Fate {
  chance(share: number): boolean
  pick<const T>(from: readonly [T, ...T[]]): T
  /** Up to `most` of them, in any order. */
  some<T>(from: readonly T[], most: number): T[]
}

export function fate(seed: number): Fate {
  const roll = dice(Math.imul(seed, 7919))
  return {
    chance: (share) => roll(1_000_000) < share * 1_000_000,
    pick: <const T>(from: readonly [T, ...T[]]) => from[roll(from.length)] ?? from[0],
    some: (from, most) => {
      const rest = [...from]
      const count = roll(most + 1)
      return Array.from({ length: Math.min(count, rest.length) }, () =>
        rest.splice(roll(rest.length), 1),
      ).flat()
    },
  }
}

/** What happened so far, as the message of an assertion: its first line replays the history. */
export interface Story {
  tell(what: string): void
  toString(): string
}

export function story(file: string, seed: number): Story {
  const lines = [`replay: npx vitest run ${file} -t 'history ${seed}$'`]
  return { tell: (what) => void lines.push(what), toString: () => lines.join('\n') }
}

export const seeds = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)
