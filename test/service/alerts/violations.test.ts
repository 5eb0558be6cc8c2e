// What is worth an alert: a table of situations, each with what is told.
import { describe, expect, test } from 'vitest'
import { alertsSchema } from '../../../src/config/alerts.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { failuresInARow } from '../../../src/service/alerts/source-failures.ts'
import { type Facts, violations } from '../../../src/service/alerts/violations.ts'
import { emptyReport } from '../../../src/sync/report.ts'
import { readStatus, type StatusReport } from '../../../src/sync/status.ts'
import { config as loaded } from './config.ts'

const NOW = Date.parse('2030-05-05T12:00:00Z')
const MINUTE = 60_000

/** A database in which nothing happened, read as `status` reads it, with what is said laid over it. */
function facts(over: Partial<StatusReport> = {}, more: Partial<Facts> = {}): Facts {
  const db = openDatabase(':memory:')
  const status = { ...readStatus(db, loaded, false, NOW), ...over }
  db.close()
  return {
    status,
    problems: [],
    failures: new Map(),
    paused: [],
    startedAt: NOW - 60 * MINUTE,
    now: NOW,
    ...more,
  }
}

const told = (given: Facts, config: object = {}) =>
  violations(given, alertsSchema.parse(config)).map(({ key, code }) => [key, code])

const failing = (cycles: number) => ({
  failing: { cycles, since: '2030-05-05T11:00:00Z', error: 'No answer.', hint: null },
})
const source = (lastPull: string | null) => {
  const [one] = facts().status.sources
  return { sources: one ? [{ ...one, lastPull }] : [] }
}

describe('what is told', () => {
  test('nothing, where nothing is wrong', () => expect(told(facts())).toEqual([]))

  test.each([
    ['one failed cycle is not yet', facts(failing(1)), {}, []],
    ['two are', facts(failing(2)), {}, [['cycles', 'CYCLE_FAILED']]],
    [
      'one is, where the config wants it',
      facts(failing(1)),
      { failedCycles: 1 },
      [['cycles', 'CYCLE_FAILED']],
    ],
    [
      'what the daemon calls a problem is told once, in its words',
      facts(failing(3), { problems: [{ code: 'ERR_AUTH', message: 'No answer.', hint: null, since: null }] }),
      {},
      [['problem ERR_AUTH No answer.', 'PROBLEM']],
    ],
    [
      'a source that fails while others go well',
      facts({}, { failures: new Map([['clinic', { cycles: 2, message: 'Refused.', hint: null }]]) }),
      {},
      [['source clinic', 'SOURCE_FAILED']],
    ],
    [
      'what is held, once for each source',
      facts({
        held: [
          { cycle: 'c1', source: 'clinic', changes: 30, reason: 'many', examples: [] },
          { cycle: 'c1', source: 'clinic', changes: 3, reason: 'few', examples: [] },
        ],
      }),
      {},
      [['held clinic', 'HELD']],
    ],
    ['nobody asked about freshness', facts(source(null)), {}, []],
    [
      'a source read an hour ago, where 30 minutes are wanted',
      facts(source('2030-05-05T11:00:00Z')),
      { freshnessMinutes: 30 },
      [['stale clinic', 'STALE']],
    ],
    ['one that is fresh', facts(source('2030-05-05T11:45:00Z')), { freshnessMinutes: 30 }, []],
    [
      'one that was never read since the start an hour ago',
      facts(source(null)),
      { freshnessMinutes: 30 },
      [['stale clinic', 'STALE']],
    ],
    [
      'not right after the start, whatever was before',
      facts(source('2030-05-01T00:00:00Z'), { startedAt: NOW - MINUTE }),
      { freshnessMinutes: 30 },
      [],
    ],
    ['not one that is paused', facts(source(null), { paused: ['clinic'] }), { freshnessMinutes: 30 }, []],
    [
      'dead letters, from the number that the config says',
      facts({ outbox: { waiting: 0, deadLetters: 3, causes: [] } }),
      { deadLetters: 4 },
      [],
    ],
    [
      'and not below it',
      facts({ outbox: { waiting: 0, deadLetters: 4, causes: [] } }),
      { deadLetters: 4 },
      [['dead letters', 'DEAD_LETTERS']],
    ],
    [
      'a source that looks wrong as a whole',
      facts({ alarms: [{ code: 'SEES_LESS', source: 'clinic', message: 'Only 3 of 40.', cycle: 'c1' }] }),
      {},
      [['alarm clinic SEES_LESS Only 3 of 40.', 'SOURCE_LOOKS_WRONG']],
    ],
  ])('%s', (_, given, config, wanted) => expect(told(given, config)).toEqual(wanted))
})

describe('failures in a row', () => {
  const cycle = (well: readonly string[], badly: readonly string[]) => {
    const report = emptyReport('c', 'incremental')
    for (const id of well) report.sources.push({ id } as (typeof report.sources)[number])
    for (const one of badly)
      report.failures.push({ source: one, code: 'ERR_SOURCE_FIELD', message: `${one} is away`, hint: null })
    return { report: JSON.stringify(report) }
  }

  test('count back to the last time that a source went well', () => {
    const cycles = [
      cycle(['shop'], ['clinic']),
      cycle([], ['clinic']),
      cycle(['clinic'], ['shop']),
      cycle([], ['clinic']),
    ]
    expect([...failuresInARow(cycles)]).toEqual([
      ['clinic', { cycles: 2, message: 'clinic is away', hint: null }],
    ])
  })

  test('a cycle without the source says nothing about it', () => {
    expect(
      failuresInARow([cycle(['shop'], []), cycle([], ['clinic']), { report: null }]).get('clinic')?.cycles,
    ).toBe(1)
  })
})
