import { expect, test } from 'vitest'
import { readStamp, stampText } from '../../src/sandbox/stamp.ts'

const US = Date.parse('2026-11-20T09:30:00.123Z') * 1_000 + 456

test('a time is printed at its resolution, cut and not rounded', () => {
  expect(stampText(US, 'microsecond')).toBe('2026-11-20T09:30:00.123456Z')
  expect(stampText(US, 'millisecond')).toBe('2026-11-20T09:30:00.123Z')
  expect(stampText(US + 500_000, 'second')).toBe('2026-11-20T09:30:00Z')
})

test.each([
  ['2026-11-20T09:30:00.123456Z', US],
  ['2026-11-20T09:30:00.123456789Z', US],
  ['2026-11-20T10:30:00.123456+01:00', US],
  ['2026-11-20T04:30:00.123456-05:00', US],
  ['2026-11-20t09:30:00.1234z', US - 56],
  ['2026-11-20T09:30:00Z', US - 123_456],
  ['0001-01-01T00:00:00Z', 0],
])('%s is read to the microsecond', (text, us) => {
  expect(readStamp(text, 'microsecond')).toBe(us)
})

test('a time finer than the resolution is cut to it', () => {
  expect(readStamp('2026-11-20T09:30:00.123456Z', 'millisecond')).toBe(US - 456)
  expect(readStamp('2026-11-20T09:30:00.999999Z', 'second')).toBe(US - 123_456)
})

test.each([
  '',
  'now',
  '2026-11-20',
  '2026-11-20T09:30:00',
  '2026-13-20T09:30:00Z',
  '1795167000',
  '2026-11-20T09:30:00.Z',
])('"%s" is no time', (text) => {
  expect(readStamp(text, 'microsecond')).toBeNull()
})

test('what is printed at the finest resolution reads back as it was', () => {
  expect(readStamp(stampText(US, 'microsecond'), 'microsecond')).toBe(US)
})
