// How much time is left: from the budget until there is experience, and from the pace after that.
import { describe, expect, test } from 'vitest'
import { leftText } from '../../src/cli/phases.ts'
import { type Progress, secondsLeft } from '../../src/sync/progress.ts'

const START = 1_000_000
const PER_MINUTE = 450

function left(more: Partial<Progress>, elapsedSeconds: number): number | null {
  const progress: Progress = {
    phase: 'push',
    source: null,
    startedAt: START,
    startedWith: 0,
    done: 0,
    total: 9000,
    ...more,
  }
  return secondsLeft(progress, START + elapsedSeconds * 1000, PER_MINUTE)
}

describe('the time left', () => {
  test('of writing comes from the budget at first, whatever went out at once', () => {
    expect(left({}, 0)).toBe(1200)
    expect(left({ done: 450 }, 1)).toBe(1140)
  })

  test('of writing comes from the pace after a minute', () => {
    expect(left({ done: 1000 }, 100)).toBe(800)
  })

  test('of writing comes from the pace at once where one request carries many', () => {
    expect(left({ done: 3000 }, 10)).toBe(20)
  })

  test('of reading comes from the pace, and not from what was read before', () => {
    expect(left({ phase: 'reconcile', startedWith: 4000, done: 5000 }, 10)).toBe(40)
  })

  test('is not known without a total, or before anything came', () => {
    expect(left({ phase: 'pull', source: 'crm', done: 10, total: null }, 10)).toBeNull()
    expect(left({ phase: 'pull', source: 'crm' }, 10)).toBeNull()
  })

  test('is never negative', () => {
    expect(left({ phase: 'pull', source: 'crm', done: 9500 }, 10)).toBe(0)
  })
})

test.each([
  [null, ''],
  [0, 'less than a minute left'],
  [29, 'less than a minute left'],
  [45, 'about 1 min left'],
  [720, 'about 12 min left'],
  [3600, 'about 1 h left'],
  [13_300, 'about 3 h 42 min left'],
])('%s seconds are said as "%s"', (seconds, said) => {
  expect(leftText(seconds)).toBe(said)
})
