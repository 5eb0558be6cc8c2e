// Times: how bounds are written, and how those of records are read.
import { expect, test } from 'vitest'
import { readInstant, unitOf, writeLower, writeUpper } from '../../../connectors/rest/instants.ts'

const time = { format: 'iso', zone: 'UTC', lower: 'inclusive', upper: 'inclusive' } as const
const AT = Date.parse('2026-11-21T12:34:56.789Z')

test.each([
  ['iso', '2026-11-21T12:34:56.789Z', '2026-11-21T12:34:56.788Z', '2026-11-21T12:34:56.790Z'],
  ['iso-seconds', '2026-11-21T12:34:56Z', '2026-11-21T12:34:55Z', '2026-11-21T12:34:57Z'],
  ['epoch-seconds', 1_795_264_496, 1_795_264_495, 1_795_264_497],
  ['epoch-milliseconds', 1_795_264_496_789, 1_795_264_496_788, 1_795_264_496_790],
  ['yyyy-MM-dd HH:mm:ss', '2026-11-21 12:34:56', '2026-11-21 12:34:55', '2026-11-21 12:34:57'],
  ['yyyy-MM-dd HH:mm', '2026-11-21 12:34', '2026-11-21 12:33', '2026-11-21 12:35'],
  ["yyyy-MM-dd'T'HH", '2026-11-21T12', '2026-11-21T11', '2026-11-21T13'],
  ['yyyyMMdd', '20261121', '20261120', '20261122'],
])('bounds in %s', (format, inclusive, lower, upper) => {
  expect(writeLower(AT, { ...time, format })).toBe(inclusive)
  expect(writeUpper(AT, { ...time, format })).toBe(inclusive)
  expect(writeLower(AT, { ...time, format, lower: 'exclusive' })).toBe(lower)
  expect(writeUpper(AT, { ...time, format, upper: 'exclusive' })).toBe(upper)
})

test('letters in quotes are no parts of a time', () => {
  expect(unitOf("'ms'yyyy")).toBe(86_400_000)
})

test.each<[unknown, string | null]>([
  ['2026-11-21T12:34:56.123456789Z', '2026-11-21T12:34:56.123456789Z'],
  ['2026-11-21T12:34:56-05:00', '2026-11-21T17:34:56Z'],
  ['2026-11-21 12:34:56.5', '2026-11-21T17:34:56.5Z'],
  ['2026-11-21T12:34:56+0200', '2026-11-21T10:34:56Z'],
  ['2026-11-21', '2026-11-21T05:00:00.000Z'],
  ['Sat, 21 Nov 2026 12:34:56 GMT', '2026-11-21T12:34:56.000Z'],
  [1_795_264_496, '2026-11-21T12:34:56.000Z'],
  ['1795264496789', '2026-11-21T12:34:56.789Z'],
  ['11/21/2026', null],
  ['2026-02-30T00:00:00Z', null],
  ['0001-01-01T00:00:00Z', null],
  ['', null],
  [null, null],
  [false, null],
  [0, null],
  [{ date: 1 }, null],
])('a record says %j', (value, read) => {
  expect(readInstant(value, { ...time, zone: 'America/New_York' })).toBe(read)
})

test('a record in a format of its own', () => {
  const own = { ...time, zone: 'America/New_York', recordFormat: 'MM/dd/yyyy HH:mm' }
  expect(readInstant('11/21/2026 12:34', own)).toBe('2026-11-21T17:34:00.000Z')
})
