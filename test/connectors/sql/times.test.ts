// Times of databases: which instant they are, and what a window of instants is on a wall.
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { expect, test } from 'vitest'
import { boundsOf, toInstant } from '../../../connectors/sql/times.ts'

test.each([
  ['2030-07-01 12:00:00.123456789', 'America/New_York', '2030-07-01T16:00:00.123456789Z'],
  ['2030-01-01 12:00:00', 'America/New_York', '2030-01-01T17:00:00Z'],
  ['2030-07-01T12:00:00Z', 'America/New_York', '2030-07-01T12:00:00Z'],
  ['2030-07-01 12:00:00+0530', 'UTC', '2030-07-01T06:30:00Z'],
  ['2030-07-01', 'UTC', '2030-07-01T00:00:00Z'],
  ['2030-11-03 01:30:00', 'America/New_York', null],
  ['0000-00-00 00:00:00', 'UTC', null],
  ['2030-02-30 00:00:00', 'UTC', null],
  ['infinity', 'UTC', null],
  ['yesterday', 'UTC', null],
  [1_893_456_000, 'UTC', '2030-01-01T00:00:00.000Z'],
  [1_893_456_000_500, 'UTC', '2030-01-01T00:00:00.500Z'],
])('%s in %s is %s', (value, zone, instant) => {
  expect(toInstant(value, zone)).toBe(instant)
})

test('a time in UTC is read as luxon reads it, also where it is none', () => {
  const two = (least: number, most: number) =>
    fc.integer({ min: least, max: most }).map((n) => String(n).padStart(2, '0'))
  const parts = fc.tuple(
    fc.integer({ min: 1, max: 9_999 }),
    two(0, 13),
    two(0, 32),
    two(0, 25),
    two(0, 61),
    two(0, 61),
  )
  const offset = fc.constantFrom('', 'Z', 'z', '+00', '-00', '+00:00', '+0000')
  fc.assert(
    fc.property(parts, offset, ([year, month, day, hour, minute, second], end) => {
      const clock = `${String(year).padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}`
      const at = DateTime.fromISO(`${clock}Z`, { zone: 'UTC' })
      const said = at.isValid ? at.toFormat("yyyy-MM-dd'T'HH:mm:ss.'25Z'") : null
      expect(toInstant(`${clock.replace('T', ' ')}.25${end}`, 'UTC')).toBe(said)
    }),
    { numRuns: 2_000 },
  )
})

test('every time that a wall showed in a window lies within its bounds', () => {
  const zone = fc.constantFrom(
    'UTC',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
    'Europe/Dublin',
  )
  // Around the nights of 2030 in which clocks change, and anywhere.
  const near = fc.constantFrom(
    '2030-03-10',
    '2030-03-31',
    '2030-04-06',
    '2030-10-05',
    '2030-10-27',
    '2030-11-03',
  )
  const instant = fc
    .tuple(near, fc.integer({ min: -20 * 3_600, max: 40 * 3_600 }))
    .map(([day, seconds]) => Date.parse(`${day}T00:00:00Z`) + seconds * 1_000)
  const length = fc.integer({ min: 0, max: 12 * 3_600 })
  fc.assert(
    fc.property(
      zone,
      instant,
      length,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (name, from, seconds, part) => {
        const to = from + seconds * 1_000
        const at = from + Math.floor(seconds * part) * 1_000
        const text = (ms: number) => new Date(ms).toISOString()
        const bounds = boundsOf({ from: text(from), to: text(to) }, name)
        const shown = DateTime.fromMillis(at, { zone: name }).toFormat('yyyy-MM-dd HH:mm:ss.SSS')
        expect(shown >= (bounds.from?.wall ?? '')).toBe(true)
        expect(shown <= bounds.to.wall).toBe(true)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('bounds keep every digit', () => {
  expect(
    boundsOf({ from: '2030-01-01T00:00:00.123456Z', to: '2030-01-01T05:00:00Z' }, 'Asia/Kathmandu'),
  ).toEqual({
    from: { instant: '2030-01-01 00:00:00.123456', wall: '2030-01-01 05:45:00.123456' },
    to: { instant: '2030-01-01 05:00:00', wall: '2030-01-01 10:45:00' },
  })
})
