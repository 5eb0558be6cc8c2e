import { describe, expect, test } from 'vitest'
import { makeBudget } from '../../src/sandbox/budget.ts'
import { type Box, handClock, start } from './support.ts'

const status = async (box: Box, headers?: Record<string, string>) =>
  (await box.call('GET', '/v1/team', undefined, headers)).status

describe('the rate limit', () => {
  test('lets 500 requests in a minute pass and refuses the next one', async () => {
    const clock = handClock()
    const box = await start({ clock })
    const first = await Promise.all(Array.from({ length: 500 }, () => status(box)))
    expect(first.every((one) => one === 200)).toBe(true)
    expect(await status(box)).toBe(429)
    clock.advance(59_999)
    expect(await status(box)).toBe(429)
    clock.advance(1)
    expect(await status(box)).toBe(200)
  })

  test('does not count what it refuses, nor bad credentials, nor /_sandbox', async () => {
    const clock = handClock()
    const box = await start({ clock, requestsPerMinute: 2 })
    for (let n = 0; n < 5; n++) expect(await status(box, { authorization: 'Bearer wrong' })).toBe(401)
    for (let n = 0; n < 5; n++) expect((await box.call('GET', '/_sandbox/requests')).status).toBe(200)
    expect(await status(box)).toBe(200)
    clock.advance(30_000)
    expect([await status(box), await status(box), await status(box)]).toEqual([200, 429, 429])
    clock.advance(30_000)
    // The first of the two is 60 s old, the second 30 s: one may go.
    expect([await status(box), await status(box)]).toEqual([200, 429])
  })

  test('says in Retry-After when the oldest request leaves the window', async () => {
    const clock = handClock()
    const box = await start({ clock, requestsPerMinute: 1, dialects: { retryAfter: 'seconds' } })
    await status(box)
    clock.advance(45_001)
    expect((await box.call('GET', '/v1/team')).headers.get('retry-after')).toBe('15')
  })

  test('changes while the sandbox runs, and a reset fills it again', async () => {
    const box = await start({ clock: handClock(), requestsPerMinute: 1 })
    expect([await status(box), await status(box)]).toEqual([200, 429])
    box.configure({ requestsPerMinute: 2 })
    expect([await status(box), await status(box)]).toEqual([200, 429])
    box.reset()
    expect([await status(box), await status(box), await status(box)]).toEqual([200, 200, 429])
  })

  test('refuses before anything is applied, and the ledger shows it', async () => {
    const box = await start({ clock: handClock(), requestsPerMinute: 1 })
    await box.create({ phone: '15105553344' })
    expect((await box.post('/v1/contact', { phone: '15105553355' })).status).toBe(429)
    expect(box.store.contacts()).toHaveLength(1)
    expect(box.store.requests()[1]).toMatchObject({ status: 429, applied: false, fault: null })
  })
})

test.each([100, 6_000])('no window of 60 s holds more than %i requests, over a long run', (limit) => {
  const budget = makeBudget()
  const taken: number[] = []
  // 56,000 knocks, 5 ms apart: more than the limit, over nearly five minutes.
  for (let now = 0; now < 280_000; now += 5) {
    if (budget.waitMs(now, limit, 'sliding') > 0) continue
    budget.take(now)
    taken.push(now)
  }
  expect(taken).toHaveLength(5 * limit)
  const tooClose = taken.filter(
    (at, index) => at - (taken[index - limit] ?? Number.NEGATIVE_INFINITY) < 60_000,
  )
  expect(tooClose).toEqual([])
})
