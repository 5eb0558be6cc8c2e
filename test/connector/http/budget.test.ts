// The budget of a source on a virtual clock: no window ever holds more than it may, and nobody waits longer than needed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BudgetWindow, openSourceBudget } from '../../../src/connector/http/budget.ts'
import { leapingClock, START } from '../../support/clock.ts'

const NEVER = new AbortController().signal
const SAID = { retryAt: null, remaining: null, resetAt: null, quotaRemaining: null }

function aBudget(windows: Record<string, readonly BudgetWindow[]>) {
  const clock = leapingClock()
  return { clock, budget: openSourceBudget({ windows, clock }) }
}

describe('a budget', () => {
  test('lets requests through at once until a window is full, and then as soon as it has room', async () => {
    const { clock, budget } = aBudget({ default: [{ requests: 3, perMs: 10_000 }] })
    const begun: number[] = []
    for (let n = 0; n < 7; n += 1) {
      await budget.acquire('default', 1, NEVER)
      begun.push(clock.now() - START)
    }
    expect(begun).toEqual([0, 0, 0, 10_000, 10_000, 10_000, 20_000])
  })

  test('keeps buckets apart, and leaves one that it does not know alone', async () => {
    const { clock, budget } = aBudget({ search: [{ requests: 1, perMs: 1_000 }] })
    await budget.acquire('search', 1, NEVER)
    for (let n = 0; n < 50; n += 1) await budget.acquire('default', 1, NEVER)
    expect(clock.slept).toEqual([])
    await budget.acquire('search', 1, NEVER)
    expect(clock.slept).toEqual([1_000])
  })

  test('lets a request pass that costs more than a whole window, when nothing else is in it', async () => {
    const { clock, budget } = aBudget({ default: [{ requests: 5, perMs: 1_000 }] })
    await budget.acquire('default', 2, NEVER)
    await budget.acquire('default', 20, NEVER)
    expect(clock.now()).toBe(START + 1_000)
  })

  test('waits where an answer said that nothing is left, and not where something is', async () => {
    const { clock, budget } = aBudget({})
    budget.heard('default', { ...SAID, remaining: 1, resetAt: START + 9_000 })
    await budget.acquire('default', 1, NEVER)
    expect(clock.slept).toEqual([])
    budget.heard('default', { ...SAID, remaining: 0, resetAt: START + 9_000 })
    await budget.acquire('default', 1, NEVER)
    expect(clock.now()).toBe(START + 9_000)
  })

  test('does not let anybody begin whose pull was stopped', async () => {
    const { budget } = aBudget({})
    await expect(budget.acquire('default', 1, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
  })

  test('never exceeds any of several windows, whatever is asked for', async () => {
    const windowArb = fc.record({
      requests: fc.integer({ min: 1, max: 20 }),
      perMs: fc.integer({ min: 1, max: 5_000 }),
    })
    const stepArb = fc.record({
      cost: fc.integer({ min: 1, max: 5 }),
      idleMs: fc.integer({ min: 0, max: 900 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(windowArb, { minLength: 1, maxLength: 3 }),
        fc.array(stepArb, { maxLength: 60 }),
        async (windows, steps) => {
          const { clock, budget } = aBudget({ default: windows })
          const begun: { at: number; cost: number }[] = []
          for (const { cost, idleMs } of steps) {
            clock.advance(idleMs)
            await budget.acquire('default', cost, NEVER)
            begun.push({ at: clock.now(), cost })
            for (const { requests, perMs } of windows) {
              const inWindow = begun.filter(({ at }) => at > clock.now() - perMs)
              const sum = inWindow.reduce((total, one) => total + one.cost, 0)
              expect(sum <= requests || inWindow.length === 1).toBe(true)
            }
          }
        },
      ),
    )
  })
})
