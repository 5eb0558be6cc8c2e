// Owns chance: seeded, so that the same requests in the same order meet the same faults.
import { FAULT_TABLE, type FaultName, type Faults } from './faults.ts'

const PICKABLE = Object.keys(FAULT_TABLE).filter(
  (name) => !/^(slowMs|writesOnly|webhook.*|.*Meanwhile)$/.test(name),
) as FaultName[]

export interface Dice {
  /** The fault that hits this request, or null. With `writesOnly`, reads do not even roll. */
  pick(faults: Faults, write: boolean): FaultName | null
  /** How long the answer to this request waits, in milliseconds. */
  delayMs(faults: Faults, write: boolean): number
  /** Back to the first roll, of the same dice or of others. */
  restart(seed?: number): void
}

export function makeDice(seed: number): Dice {
  let rolls = mulberry32(seed)
  // A sequence of its own, so that slowMs does not change which request is hit.
  let delays = mulberry32(seed + 1)
  return {
    pick(faults, write) {
      if (faults.writesOnly === 1 && !write) return null
      for (const name of PICKABLE) {
        if (faults[name] > 0 && rolls() < faults[name]) return name
      }
      return null
    },
    delayMs(faults, write) {
      if (faults.slowMs === 0 || (faults.writesOnly === 1 && !write)) return 0
      return Math.round(delays() * faults.slowMs)
    },
    restart(another = seed) {
      rolls = mulberry32(another)
      delays = mulberry32(another + 1)
    },
  }
}

/** Tommy Ettinger's mulberry32: numbers in [0, 1) from a 32-bit seed. */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
