// The budget of a source on a virtual clock: no window ever holds more than it may, and nobody waits longer than needed.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BudgetWindow, openSourceBudget, type SourceBudget } from '../../../src/connector/http/budget.ts'
import { leapingClock, START } from '../../support/clock.ts'

const NEVER = new AbortController().signal
const LONG = 300_000
const SAID = { retryAt: null, remaining: null, resetAt: null, quotaRemaining: null }

function aBudget(windows: Record<string, readonly BudgetWindow[]>) {
  const clock = leapingClock()
  const said: string[] = []
  const log = { debug: () => {}, info: (message: string) => void said.push(message), warn: () => {} }
  return { clock, said, budget: openSourceBudget({ windows, clock, log }) }
}

describe('a budget', () => {
  test('lets requests through at once until a window is full, and then as soon as it has room', async () => {
    const { clock, budget } = aBudget({ default: [{ requests: 3, perMs: 10_000 }] })
    const begun: number[] = []
    for (let n = 0; n < 7; n += 1) {
      await budget.acquire('default', 1, NEVER, LONG)
      begun.push(clock.now() - START)
    }
    expect(begun).toEqual([0, 0, 0, 10_000, 10_000, 10_000, 20_000])
  })

  test('keeps buckets apart, and leaves one that it does not know alone', async () => {
    const { clock, budget } = aBudget({ search: [{ requests: 1, perMs: 1_000 }] })
    await budget.acquire('search', 1, NEVER, LONG)
    for (let n = 0; n < 50; n += 1) await budget.acquire('default', 1, NEVER, LONG)
    expect(clock.slept).toEqual([])
    await budget.acquire('search', 1, NEVER, LONG)
    expect(clock.slept).toEqual([1_000])
  })

  test('lets a request pass that costs more than a whole window, when nothing else is in it', async () => {
    const { clock, budget } = aBudget({ default: [{ requests: 5, perMs: 1_000 }] })
    await budget.acquire('default', 2, NEVER, LONG)
    await budget.acquire('default', 20, NEVER, LONG)
    expect(clock.now()).toBe(START + 1_000)
  })

  test('waits where an answer said that nothing is left, and not where something is', async () => {
    const { clock, budget } = aBudget({})
    budget.heard('default', { ...SAID, remaining: 1, resetAt: START + 9_000 })
    await budget.acquire('default', 1, NEVER, LONG)
    expect(clock.slept).toEqual([])
    budget.heard('default', { ...SAID, remaining: 0, resetAt: START + 9_000 })
    await budget.acquire('default', 1, NEVER, LONG)
    expect(clock.now()).toBe(START + 9_000)
  })

  test('says a wait of some seconds, once for all who wait for the same instant', async () => {
    const { clock, said, budget } = aBudget({ default: [{ requests: 2, perMs: 60_000 }] })
    const ask = () => budget.acquire('default', 1, NEVER, LONG)
    await ask()
    clock.advance(2_000)
    await ask()
    await Promise.all([ask(), ask()])
    expect(clock.slept[0]).toBe(58_000)
    expect(said).toEqual([expect.stringContaining('waits 58 s')])
    budget.pause('search', clock.now() + 4_000)
    await budget.acquire('search', 1, NEVER, LONG)
    expect(said).toHaveLength(1)
  })

  test.each<[string, (budget: SourceBudget) => void]>([
    ['its windows', () => {}],
    [
      'an answer',
      (budget) => budget.heard('default', { ...SAID, remaining: 0, resetAt: START + 86_400_000 }),
    ],
  ])('refuses a wait that is longer than the longest, and says until when: %s', async (_what, hear) => {
    const { clock, budget } = aBudget({ default: [{ requests: 1, perMs: 86_400_000 }] })
    await budget.acquire('default', 1, NEVER, LONG)
    hear(budget)
    const refused = budget.acquire('default', 1, NEVER, LONG)
    await expect(refused).rejects.toMatchObject({ kind: 'quota', until: START + 86_400_000 })
    await expect(refused).rejects.toThrow('before 2030-01-16T12:00:00.000Z')
    expect(clock.slept).toEqual([])
    await budget.acquire('default', 1, NEVER, 86_400_000)
    expect(clock.slept).toEqual([86_400_000])
  })

  test('does not let anybody begin whose pull was stopped', async () => {
    const { budget } = aBudget({})
    await expect(budget.acquire('default', 1, AbortSignal.abort(new Error('stop')), LONG)).rejects.toThrow(
      'stop',
    )
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
            await budget.acquire('default', cost, NEVER, LONG)
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
