// Owns the taking of turns: long work on the database is cut into steps, and whatever else waits in this thread goes between two.
import { setImmediate } from 'node:timers/promises'

let last: Promise<void> = Promise.resolve()
let pause: Promise<void> = Promise.resolve()

/**
 * Resolves once whatever waits had its turn. Of several that ask one goes on at a time: a turn is never as long as the steps
 * of all of them together. Never to be awaited in a transaction.
 */
export function othersTurn(): Promise<void> {
  last = last.then(() => setImmediate()).then(() => pause)
  return last
}

/** Whoever asks for a turn gets none before `until` is fulfilled; it must not be rejected. */
export function pauseTurns(until: Promise<void>): void {
  pause = pause.then(() => until)
}

/** Works through the steps, and lets others have their turn after each. */
export async function byTurns<T>(steps: Generator<void, T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
    await othersTurn()
  }
}

/** Works through the steps at once. */
export function inOneGo<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
