// Long works in one thread: whatever else waits goes between two of their steps, whichever of them these are of.
import { setImmediate as nextRound } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { byTurns, othersTurn, pauseTurns } from '../../src/lib/turns.ts'

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

test('long works stand still in a pause, and go on after it where they were', async () => {
  const done: string[] = []
  function* steps(name: string) {
    for (let step = 0; step < 3; step += 1) {
      done.push(`${name}${step}`)
      yield
    }
  }
  let goOn = () => {}
  pauseTurns(
    new Promise((resolve) => {
      goOn = resolve
    }),
  )
  const works = Promise.all([byTurns(steps('a')), byTurns(steps('b'))])
  for (let round = 0; round < 20; round += 1) await nextRound()
  expect(done).toEqual(['a0', 'b0'])

  // A second one begins before the first has ended.
  let goOnAgain = () => {}
  pauseTurns(
    new Promise((resolve) => {
      goOnAgain = resolve
    }),
  )
  goOn()
  for (let round = 0; round < 20; round += 1) await nextRound()
  expect(done.length).toBeLessThan(4)
  goOnAgain()
  await works
  expect(done).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'b2'])
})
