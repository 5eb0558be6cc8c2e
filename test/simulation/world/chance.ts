// Owns chance in a simulated world: seeded, and in streams of their own, so that a step rolls the same whatever went before.
import { mulberry32 } from '../../../src/sandbox/dice.ts'

export interface Chance {
  /** A whole number from 0 up to, not including, `sides`. */
  roll(sides: number): number
  /** True so often. */
  odds(share: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
  /** One of a list that may be empty. */
  maybe<T>(list: readonly T[]): T | undefined
  shuffle<T>(list: readonly T[]): T[]
}

export function chance(seed: number, stream: number): Chance {
  const next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream + 1, 0x85ebca6b))
  const roll = (sides: number) => Math.floor(next() * sides)
  return {
    roll,
    odds: (share) => next() < share,
    pick: (list) => list[roll(list.length)] ?? list[0],
    maybe: (list) => list[roll(list.length)],
    shuffle: (list) => {
      const rest = [...list]
      return list.map(() => rest.splice(roll(rest.length), 1)[0] as (typeof list)[number])
    },
  }
}
