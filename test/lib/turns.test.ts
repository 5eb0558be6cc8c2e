// Long works in one thread: whatever else waits goes between two of their steps, whichever of them these are of.
import { expect, test } from 'vitest'
import { byTurns, othersTurn } from '../../src/lib/turns.ts'

/** Counts how often the event loop came round. */
function rounds() {
  let n = 0
  let handle = setImmediate(function next() {
    n += 1
    handle = setImmediate(next)
  })
  return { now: () => n, stop: () => clearImmediate(handle) }
}

test('of several works that take turns one goes on in each round of the event loop', async () => {
  const loop = rounds()
  const at: number[] = []
  function* steps() {
    for (let step = 0; step < 5; step += 1) {
      yield
      at.push(loop.now())
    }
  }
  await othersTurn()
  await Promise.all([byTurns(steps()), byTurns(steps()), byTurns(steps())])
  loop.stop()
  expect(at).toHaveLength(15)
  expect(new Set(at).size).toBe(15)
})
