// What is worth an alert: a table of situations, each with what is told.
import { describe, expect, test } from 'vitest'
import { alertsSchema } from '../../../src/config/alerts.ts'
import { openDatabase } from '../../../src/db/open.ts'
import { factsOf } from '../../../src/service/alerts/facts.ts'
import { failuresInARow } from '../../../src/service/alerts/source-failures.ts'
import { type Facts, violations } from '../../../src/service/alerts/violations.ts'
import { emptyReport } from '../../../src/sync/report.ts'
import { config } from './config.ts'

const NOW = Date.parse('2030-05-05T12:00:00Z')
const MINUTE = 60_000

/** Of a house in which nothing happened, with what is said laid over it. */
function facts(over: Partial<Facts> = {}): Facts {
  const db = openDatabase(':memory:')
  const read = factsOf(db)(config)
  db.close()
  return { ...read, problems: [], paused: [], startedAt: NOW - 60 * MINUTE, now: NOW, ...over }
}

const told = (given: Facts, config: object = {}) =>
  violations(given, alertsSchema.parse(config)).map(({ key, code }) => [key, code])

const failing = (cycles: number) => ({
  failing: { cycles, since: '2030-05-05T11:00:00Z', error: 'No answer.', hint: null },
})
const source = (lastPull: string | null) => ({ sources: [{ id: 'clinic', lastPull }] })
const fails = (cycles: number, code = 'ERR_SOURCE_UNREACHABLE') => ({
  failures: new Map([['clinic', { cycles, code, message: 'Refused.', hint: null }]]),
})
const problem = (code: string) => ({
  problems: [{ code, message: 'No answer. It is tried by itself.', hint: null, since: null }],
})

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
      'what stops everything is told at once, and not once more as a failed cycle',
      facts({ ...failing(3), ...problem('ERR_DATABASE_FULL') }),
      {},
      [['problem ERR_DATABASE_FULL', 'PROBLEM']],
    ],
    ['what may be over by itself is not told at once', facts(problem('ERR_HEYMARKET_UNREACHABLE')), {}, []],
    ['a source that failed once is not yet', facts(fails(1)), {}, []],
    ['nor its own problem', facts({ ...fails(1), ...problem('ERR_SOURCE_UNREACHABLE') }), {}, []],
    ['one that failed twice', facts(fails(2)), {}, [['source clinic', 'SOURCE_FAILED']]],
    [
      'one that refuses the credential, at once and by its name',
      facts({ ...fails(1, 'ERR_SOURCE_UNAUTHORIZED'), ...problem('ERR_SOURCE_UNAUTHORIZED') }),
      {},
      [['source clinic', 'SOURCE_FAILED']],
    ],
    [
      'where all sources fail, the cycle is not told beside them',
      facts({ ...failing(2), ...fails(2) }),
      {},
      [['source clinic', 'SOURCE_FAILED']],
    ],
    [
      'what is held, once for each source',
      facts({
        held: [
          { cycle: 'c1', about: 'clinic', changes: 30, reason: 'many' },
          { cycle: 'c1', about: 'clinic', changes: 3, reason: 'few' },
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
      facts({ ...source('2030-05-01T00:00:00Z'), startedAt: NOW - MINUTE }),
      { freshnessMinutes: 30 },
      [],
    ],
    ['not one that is paused', facts({ ...source(null), paused: ['clinic'] }), { freshnessMinutes: 30 }, []],
    ['dead letters, from the number that the config says', facts({ deadLetters: 3 }), { deadLetters: 4 }, []],
    ['and not below it', facts({ deadLetters: 4 }), { deadLetters: 4 }, [['dead letters', 'DEAD_LETTERS']]],
    [
      'a source that looks wrong as a whole',
      facts({ alarms: [{ code: 'SEES_LESS', source: 'clinic', message: 'Only 3 of 40.' }] }),
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
      ['clinic', { cycles: 2, code: 'ERR_SOURCE_FIELD', message: 'clinic is away', hint: null }],
    ])
  })

  test('a cycle without the source says nothing about it', () => {
    expect(
      failuresInARow([cycle(['shop'], []), cycle([], ['clinic']), { report: null }]).get('clinic')?.cycles,
    ).toBe(1)
  })
})
