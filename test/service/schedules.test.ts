// When the sources are due: by cron, in their time zone, with jitter, and once for each tick whatever the clock does.
import { pino } from 'pino'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { SourceConfig } from '../../src/config/schema.ts'
import { cron } from '../../src/service/cron.ts'
import { followSchedules, missedInFull } from '../../src/service/schedules.ts'
import { leapingClock } from '../support/clock.ts'
import { aSource } from '../support/engine.ts'

const NOON = Date.parse('2030-01-15T12:00:00Z')
const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const at = (text: string) => Date.parse(text)

function follow(source: Partial<SourceConfig>, random = () => 0) {
  const clock = leapingClock(NOON)
  const fired: string[] = []
  const schedules = followSchedules({
    sources: [aSource({ timezone: 'UTC', ...source })],
    clock,
    random,
    log: pino({ level: 'silent' }),
    onDue: (mode) => void fired.push(`${mode} ${new Date(clock.now()).toISOString().slice(11, 19)}`),
  })
  onTestFinished(() => schedules.stop())
  /** Time passes, and the clock is looked at every so often. */
  const pass = (ms: number, every = SECOND) => {
    for (let left = ms; left > 0; left -= every) {
      clock.advance(Math.min(every, left))
      schedules.look()
    }
  }
  const set = (ms: number) => {
    clock.advance(ms)
    schedules.look()
  }
  return { clock, fired, schedules, pass, set }
}

describe('a cron expression', () => {
  test('tells what comes next after any instant, in its time zone', () => {
    expect(cron('0 3 * * *', 'UTC')(NOON)).toBe(at('2030-01-16T03:00:00Z'))
    expect(cron('0 3 * * *', 'America/New_York')(NOON)).toBe(at('2030-01-16T08:00:00Z'))
    expect(cron('*/5 * * * *', 'UTC')(at('2001-05-05T00:05:00Z'))).toBe(at('2001-05-05T00:10:00Z'))
  })

  test('keeps to the hour of its place when summer time begins', () => {
    expect(cron('0 9 * * *', 'America/New_York')(at('2030-03-09T15:00:00Z'))).toBe(at('2030-03-10T13:00:00Z'))
  })
})

describe('a schedule', () => {
  test('is due at each of its ticks', () => {
    const { fired, pass } = follow({ schedule: '*/5 * * * *', fullSchedule: '10 12 * * *' })
    pass(16 * MINUTE)
    expect(fired).toEqual([
      'incremental 12:05:00',
      'incremental 12:10:00',
      'full 12:10:00',
      'incremental 12:15:00',
    ])
  })

  test('waits for its jitter, which is drawn anew for each tick', () => {
    const draws = [0.5, 0, 0.25]
    const { fired, pass, schedules } = follow(
      { schedule: '*/5 * * * *', jitterSeconds: 60 },
      () => draws.shift() ?? 0,
    )
    expect(schedules.next()).toEqual({ clinic: { incremental: NOON + 5 * MINUTE + 30 * SECOND, full: null } })
    pass(16 * MINUTE)
    expect(fired).toEqual(['incremental 12:05:30', 'incremental 12:10:00', 'incremental 12:15:15'])
  })

  test('skips no tick for a jitter that is longer than its period', () => {
    const { fired, pass } = follow({ schedule: '* * * * *', jitterSeconds: 3600 }, () => 0.99999)
    pass(4 * MINUTE)
    expect(fired).toHaveLength(3)
  })

  test('is due once for all that passed while the machine slept', () => {
    const { fired, set } = follow({ schedule: '*/5 * * * *', fullSchedule: '0 13 * * *' })
    set(3 * HOUR)
    expect(fired).toEqual(['incremental 15:00:00', 'full 15:00:00'])
  })

  test('fires nothing twice when the clock is set back', () => {
    const { fired, set, pass } = follow({ schedule: '*/5 * * * *', fullSchedule: '7 12 * * *' })
    pass(8 * MINUTE)
    expect(fired).toEqual(['incremental 12:05:00', 'full 12:07:00'])
    set(-6 * MINUTE)
    pass(6 * MINUTE)
    expect(fired).toHaveLength(2)
    pass(5 * MINUTE)
    expect(fired.slice(2)).toEqual(['incremental 12:10:00'])
  })

  test('that is due once a day is not due again when the clock is set back by hours', () => {
    const { fired, set, pass } = follow({ fullSchedule: '0 13 * * *' })
    pass(90 * MINUTE, MINUTE)
    set(-5 * HOUR)
    pass(6 * HOUR, MINUTE)
    expect(fired).toEqual(['full 13:00:00'])
    pass(24 * HOUR, MINUTE)
    expect(fired).toEqual(['full 13:00:00', 'full 13:00:00'])
  })

  test('does not stand still for a day because the clock was wrong by one', () => {
    const { fired, set, pass } = follow({ schedule: '*/5 * * * *' })
    set(24 * HOUR)
    set(-24 * HOUR)
    pass(5 * MINUTE)
    expect(fired).toEqual(['incremental 12:00:00', 'incremental 12:05:00'])
  })
})

test('a full resync that came due while nobody ran was missed; one that is to come was not', () => {
  const sources = [
    aSource({ id: 'night', fullSchedule: '0 3 * * *', timezone: 'UTC' }),
    aSource({ id: 'done', fullSchedule: '0 3 * * *', timezone: 'UTC' }),
    aSource({ id: 'never' }),
    aSource({ id: 'new', fullSchedule: '0 3 * * *', timezone: 'UTC' }),
  ]
  const fullAt: Record<string, number> = {
    night: at('2030-01-14T03:00:20Z'),
    done: at('2030-01-15T03:00:20Z'),
    never: 0,
  }
  expect(missedInFull(sources, (id) => fullAt[id] ?? null, NOON)).toEqual(['night'])
})
