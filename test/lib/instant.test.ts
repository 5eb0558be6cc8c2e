import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fractionDigits,
  instantKey,
  justBefore,
  keyToMs,
  keyToText,
  tickAfter,
} from '../../src/lib/instant.ts'

/** Any instant of this century, in nanoseconds. */
const NANOS = fc.bigInt({ min: 946_684_800_000_000_000n, max: 4_102_444_799_999_999_999n })

/** RFC 3339 text of an instant, with the fraction cut to its last digit that is not 0, in some zone. */
function written(nanos: bigint, zoneMinutes: number): string {
  const shifted = new Date(Number(nanos / 1_000_000n) + zoneMinutes * 60_000)
  const fraction = String(nanos % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const sign = zoneMinutes < 0 ? '-' : '+'
  const hours = String(Math.floor(Math.abs(zoneMinutes) / 60)).padStart(2, '0')
  const minutes = String(Math.abs(zoneMinutes) % 60).padStart(2, '0')
  const zone = zoneMinutes === 0 ? 'Z' : `${sign}${hours}:${minutes}`
  return `${shifted.toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}${zone}`
}

const ZONES = fc.integer({ min: -12 * 4, max: 14 * 4 }).map((quarters) => quarters * 15)

describe('instantKey', () => {
  test('sorts as the instants do, whatever their zones and the lengths of their fractions', () => {
    fc.assert(
      fc.property(NANOS, NANOS, ZONES, ZONES, (a, b, zoneA, zoneB) => {
        const keyA = instantKey(written(a, zoneA)) ?? ''
        const keyB = instantKey(written(b, zoneB)) ?? ''
        expect([keyA < keyB, keyA === keyB]).toEqual([a < b, a === b])
      }),
    )
  })

  test.each([
    ['2026-11-20T09:30:05.12Z', '2026-11-20T09:30:05.123Z'],
    ['2026-11-20T09:30:05Z', '2026-11-20T09:30:05.000000001Z'],
    ['2026-11-20T11:00:00+02:00', '2026-11-20T09:30:00Z'],
    ['2026-11-20T09:30:00-0500', '2026-11-20T14:30:01Z'],
  ])('%s comes before %s', (earlier, later) => {
    expect((instantKey(earlier) ?? '~') < (instantKey(later) ?? '')).toBe(true)
  })

  test('reads the forms that others write', () => {
    expect(instantKey('2026-11-20T09:30:05.1Z')).toBe('2026-11-20T09:30:05.100000000Z')
    expect(instantKey('2026-11-20 09:30:05+0100')).toBe('2026-11-20T08:30:05.000000000Z')
    expect(instantKey('2026-11-20T09:30:05')).toBe('2026-11-20T09:30:05.000000000Z')
  })

  test.each([
    null,
    undefined,
    '',
    'soon',
    '2026-11-20',
    '2026-13-20T09:30:05Z',
    '0001-01-01T00:00:00Z',
    '0001-01-01T00:00:00.5Z',
  ])('%s is no instant', (text) => {
    expect(instantKey(text)).toBeNull()
  })

  test('is its own key', () => {
    fc.assert(
      fc.property(NANOS, ZONES, (nanos, zone) => {
        const key = instantKey(written(nanos, zone))
        expect(instantKey(key)).toBe(key)
      }),
    )
  })
})

test('a key gives back its milliseconds, rounded down', () => {
  expect(keyToMs('2026-11-20T09:30:05.123999999Z')).toBe(Date.parse('2026-11-20T09:30:05.123Z'))
})

test.each([
  [['2026-11-20T09:30:05.000000000Z', '2026-11-20T09:30:06.000000000Z'], 0],
  [['2026-11-20T09:30:05.000000000Z', '2026-11-20T09:30:06.120000000Z'], 3],
  [['2026-11-20T09:30:05.000001000Z'], 6],
  [['2026-11-20T09:30:05.000001000Z', '2026-11-20T09:30:05.000000001Z'], 9],
  [[], 0],
])('of %j the finest has %i fractional digits', (keys, digits) => {
  expect(fractionDigits(keys)).toBe(digits)
})

describe('cursors', () => {
  test('lie one tick after a key, just before it, and on it', () => {
    fc.assert(
      fc.property(NANOS, (nanos) => {
        const key = instantKey(written(nanos, 0)) ?? ''
        for (const digits of [0, 3, 6, 9] as const) {
          const after = instantKey(tickAfter(key, digits)) ?? ''
          expect(after > key).toBe(true)
        }
        expect((instantKey(justBefore(key)) ?? '~') < key).toBe(true)
        expect(instantKey(keyToText(key))).toBe(key)
      }),
    )
  })

  test('move by a second in an account that keeps whole seconds, so that one cut to seconds still moves', () => {
    expect(tickAfter('2026-11-20T09:30:05.000000000Z', 0)).toBe('2026-11-20T09:30:06.000Z')
    expect(tickAfter('2026-11-20T09:30:05.999000000Z', 3)).toBe('2026-11-20T09:30:06.000Z')
    expect(tickAfter('2026-11-20T09:30:05.123456000Z', 6)).toBe('2026-11-20T09:30:05.123457Z')
    expect(tickAfter('2026-11-20T09:30:05.123456789Z', 9)).toBe('2026-11-20T09:30:05.123456790Z')
    expect(justBefore('2026-11-20T09:30:05.000000000Z')).toBe('2026-11-20T09:30:04.999999Z')
    expect(justBefore('2026-11-20T09:30:05.123456789Z')).toBe('2026-11-20T09:30:05.123456788Z')
    expect(keyToText('2026-11-20T09:30:05.000000000Z')).toBe('2026-11-20T09:30:05.000Z')
    expect(keyToText('2026-11-20T09:30:05.123456000Z')).toBe('2026-11-20T09:30:05.123456Z')
  })
})
