// What answers say about limits, in the forms that vendors use.
import { describe, expect, test } from 'vitest'
import { readLimits } from '../../../src/connector/http/limits.ts'
import { START } from '../../support/clock.ts'

const NONE = { retryAt: null, remaining: null, resetAt: null, quotaRemaining: null }
const epoch = START / 1000 + 40

describe('an answer', () => {
  test.each<[string, Record<string, string>, object]>([
    ['says nothing', {}, NONE],
    ['asks to wait for seconds', { 'retry-after': '7' }, { retryAt: START + 7_000 }],
    ['asks to wait for parts of seconds', { 'retry-after': '0.25' }, { retryAt: START + 250 }],
    [
      'asks to wait until a date',
      { 'retry-after': new Date(START + 90_000).toUTCString() },
      { retryAt: START + 90_000 },
    ],
    [
      'asks to wait until a date that is past',
      { 'retry-after': new Date(START - 90_000).toUTCString() },
      { retryAt: START },
    ],
    [
      'asks to wait for eleven days, which it gets one of',
      { 'retry-after': '950400', 'x-ratelimit-reset': '9e18' },
      { retryAt: START + 86_400_000, resetAt: START + 86_400_000 },
    ],
    ['asks to wait for nonsense', { 'retry-after': 'soon' }, NONE],
    [
      'resets in so many seconds',
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '2' },
      { remaining: 0, resetAt: START + 2_000 },
    ],
    ['resets at a second of the epoch', { 'x-ratelimit-reset': String(epoch) }, { resetAt: epoch * 1000 }],
    [
      'resets at a millisecond of the epoch',
      { 'x-ratelimit-reset': String(epoch * 1000) },
      { resetAt: epoch * 1000 },
    ],
    [
      'speaks the draft of a standard',
      { ratelimit: 'limit=100, remaining=50, reset=5' },
      { remaining: 50, resetAt: START + 5_000 },
    ],
    [
      'speaks the later draft',
      { ratelimit: '"default";r=0;t=30' },
      { remaining: 0, resetAt: START + 30_000 },
    ],
    [
      'speaks as HubSpot does',
      {
        'x-hubspot-ratelimit-remaining': '0',
        'x-hubspot-ratelimit-interval-milliseconds': '10000',
        'x-hubspot-ratelimit-daily-remaining': '812',
      },
      { remaining: 0, resetAt: START + 10_000, quotaRemaining: 812 },
    ],
    ['speaks as Salesforce does', { 'sforce-limit-info': 'api-usage=99990/100000' }, { quotaRemaining: 10 }],
    ['speaks as Zoho does', { 'x-api-credits-remaining': '77' }, { quotaRemaining: 77 }],
  ])('%s', (_what, headers, said) => {
    expect(readLimits(headers, START)).toEqual({ ...NONE, ...said })
  })

  test('counts the wait in milliseconds where the vendor does, or where that is the likelier', () => {
    const at = (text: string, unit: 'milliseconds' | 'guess') =>
      readLimits({ 'retry-after': text }, START, unit).retryAt
    expect(at('250', 'milliseconds')).toBe(START + 250)
    expect(at('10', 'guess')).toBe(START + 10_000)
    expect(at('10000', 'guess')).toBe(START + 10_000)
  })
})
