import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, test } from 'vitest'
import { HeysyncError } from '../../src/lib/errors.ts'
import { readWhen } from '../../src/messaging/when.ts'

/** Friday 20 November 2026, 18:10 in Berlin, 12:10 in New York. */
const NOW = Date.parse('2026-11-20T17:10:00Z')
const BERLIN = { now: NOW, zone: 'Europe/Berlin', roundUp: false }

function refusal(typed: string, context: Parameters<typeof readWhen>[1] = BERLIN): string {
  try {
    readWhen(typed, context)
  } catch (error) {
    if (error instanceof HeysyncError) return `${error.code} ${error.message} ${error.hint}`
    throw error
  }
  throw new Error(`"${typed}" was taken.`)
}

describe('a time to come', () => {
  test.each([
    ['tomorrow 9:30', '2026-11-21T08:30:00Z'],
    ['tomorrow at 9:30', '2026-11-21T08:30:00Z'],
    ['2026-11-21 14:15', '2026-11-21T13:15:00Z'],
    ['next monday 8am', '2026-11-23T07:00:00Z'],
    ['today 20:00', '2026-11-20T19:00:00Z'],
    ['9:30', '2026-11-21T08:30:00Z'],
    ['2026-11-21T09:30:00-05:00', '2026-11-21T14:30:00Z'],
    ['2026-11-21T09:30:00Z', '2026-11-21T09:30:00Z'],
    ['in 80 minutes', '2026-11-20T18:30:00Z'],
    ['1 Dec 2026 07:45', '2026-12-01T06:45:00Z'],
  ])('"%s" is %s', (typed, at) => {
    expect(readWhen(typed, BERLIN).executeAt).toBe(at)
  })

  test('says in words what was understood', () => {
    expect(readWhen('tomorrow 9:30', BERLIN).words).toBe(
      'Sat 21 Nov 2026 09:30 Europe/Berlin (08:30 UTC, in 15 h 20 min)',
    )
  })

  test('the same words mean another instant in another zone', () => {
    expect(readWhen('tomorrow 9:30', { ...BERLIN, zone: 'America/New_York' }).executeAt).toBe(
      '2026-11-21T14:30:00Z',
    )
  })

  test('a span is exact across a change of the clocks', () => {
    const now = Date.parse('2026-03-28T22:30:00Z')
    expect(readWhen('in 12 hours', { ...BERLIN, now }).executeAt).toBe('2026-03-29T10:30:00Z')
  })
})

describe('what is refused', () => {
  test.each([
    [
      'tomorrow 9:37',
      'ERR_USAGE --at "tomorrow 9:37" is 09:37, which is not on a quarter-hour. The next time that Heymarket takes is 09:45. --at "2026-11-21 09:45", or add --round-up',
    ],
    [
      'today 18:15',
      'ERR_USAGE --at "today 18:15" is less than 15 minutes ahead. The next time that Heymarket takes is 18:30. --at "2026-11-20 18:30", or add --round-up',
    ],
    [
      'yesterday 9:30',
      'ERR_USAGE --at "yesterday 9:30" is in the past. The next time that Heymarket takes is 18:30. --at "2026-11-20 18:30"',
    ],
    [
      'tomorrow',
      'ERR_USAGE --at "tomorrow" names no time of day. Write it like "tomorrow 9:30", "2026-11-21 14:15", "in 2 hours" or "next monday 8am".',
    ],
    [
      'soonish',
      'ERR_USAGE --at "soonish" is not a time. Write it like "tomorrow 9:30", "2026-11-21 14:15", "in 2 hours" or "next monday 8am".',
    ],
    [
      'tomorrow 9:30 for Ana',
      'ERR_USAGE --at "tomorrow 9:30 for Ana" can be read only in part ("tomorrow 9:30"). Write it like "tomorrow 9:30", "2026-11-21 14:15", "in 2 hours" or "next monday 8am".',
    ],
    [
      '2027-03-28 02:30',
      'ERR_USAGE --at "2027-03-28 02:30" does not exist: the clocks in Europe/Berlin skip it that day. Say a time before or after, e.g. --at "2027-03-28 03:30"',
    ],
    [
      '2027-10-31 02:30',
      'ERR_USAGE --at "2027-10-31 02:30" comes twice: the clocks in Europe/Berlin are put back that day. Say which one: --at "2027-10-31T02:30+02:00" or --at "2027-10-31T02:30+01:00"',
    ],
  ])('"%s"', (typed, said) => {
    expect(refusal(typed)).toBe(said)
  })

  test('a zone that does not exist', () => {
    expect(refusal('tomorrow 9:30', { ...BERLIN, zone: 'Europe/Berlim' })).toBe(
      'ERR_USAGE "Europe/Berlim" is not a time zone. Set messaging.timeZone in heysync.yaml to a name like America/New_York.',
    )
  })

  test('with --round-up a time off the quarter becomes the next one', () => {
    const roundUp = { ...BERLIN, roundUp: true }
    expect(readWhen('tomorrow 9:37', roundUp).executeAt).toBe('2026-11-21T08:45:00Z')
    expect(readWhen('in 1 minute', roundUp).executeAt).toBe('2026-11-20T17:30:00Z')
    expect(refusal('yesterday 9:37', roundUp)).toContain('is in the past')
  })
})

test('whatever is taken is on a quarter-hour, 15 minutes ahead or more, and the wall clock that was typed', () => {
  const zones = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC']
  const instants = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2028-01-01') })
  fc.assert(
    fc.property(
      instants,
      fc.integer({ min: 1, max: 60 * 24 * 400 }),
      fc.constantFrom(...zones),
      (now, ahead, zone) => {
        const typed = DateTime.fromMillis(now + ahead * 60_000, { zone }).toFormat('yyyy-MM-dd HH:mm')
        const context = { now, zone, roundUp: true }
        let when: ReturnType<typeof readWhen>
        try {
          when = readWhen(typed, context)
        } catch (error) {
          // An hour that comes twice is asked about; another is not there to be typed.
          expect((error as HeysyncError).message).toContain('comes twice')
          return
        }
        expect(when.at % (15 * 60_000)).toBe(0)
        expect(when.at - now).toBeGreaterThanOrEqual(15 * 60_000)
        expect(Date.parse(when.executeAt)).toBe(when.at)
        const wanted = DateTime.fromFormat(typed, 'yyyy-MM-dd HH:mm', { zone }).toMillis()
        const later = when.at - wanted
        if (wanted - now >= 15 * 60_000) expect(later).toBeLessThan(15 * 60_000)
        expect(later).toBeGreaterThanOrEqual(0)
      },
    ),
    { numRuns: 300, seed: 20_261_121 },
  )
})
