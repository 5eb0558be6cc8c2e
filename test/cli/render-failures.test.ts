// How failures look on terminals of two widths.
import { createColors } from 'picocolors'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { renderFailures } from '../../src/cli/render-failures.ts'
import { groupByCause } from '../../src/sync/outbox/causes.ts'
import type { FailedChange } from '../../src/sync/outbox/failure.ts'
import { plainKey } from '../../src/sync/outbox/way-out.ts'
import { START } from '../support/clock.ts'
import { nthPhone } from '../support/contact.ts'

function failed(n: number, given: Partial<FailedChange> = {}): FailedChange {
  return {
    phone: nthPhone(n),
    kind: 'create',
    state: 'dead',
    code: 'ERR_HEYMARKET_REJECTED',
    cause: '400 tags: no tag has the id #',
    message: `Heymarket answered 400 to POST /v1/contact: tags: no tag has the id ${n} (request 0b7e1d8c-6f0e-4a59-8a55-0d1c7e1f2a3b).`,
    field: 'tags',
    list: null,
    source: 'clinic-of-the-north',
    record: `P-${n}`,
    requestId: '0b7e1d8c-6f0e-4a59-8a55-0d1c7e1f2a3b',
    attempts: 1,
    since: START + n * 60_000,
    ...given,
  }
}

const lost = {
  code: 'ERR_NOT_STORED',
  cause: 'keeps other values: custom.Plan, first',
  field: 'custom.Plan, first',
} as const
const waiting = {
  state: 'retrying',
  code: 'ERR_HEYMARKET_SERVER',
  cause: '502 Bad Gateway',
  field: null,
} as const
const causes = groupByCause([
  ...[1, 2, 3].map((n) => failed(n)),
  ...[4, 5].map((n) =>
    failed(n, {
      ...lost,
      kind: 'update',
      message: 'Heymarket accepted the write and shows other values: first: sent "New", shows "P1".',
    }),
  ),
  failed(6, { ...waiting, message: 'Heymarket answered 502 to POST /v1/contact: Bad Gateway.' }),
  failed(7, { state: 'retrying', code: null, cause: null, message: null, field: null }),
])

const rendered = (columns: number, all = false) =>
  renderFailures(causes, { columns, color: createColors(false), keyText: plainKey, all })

describe.each([80, 120])('at %i columns', (columns) => {
  test.each([false, true])('no line is too long, but a command is never cut (--all: %s)', (all) => {
    const lines = rendered(columns, all).split('\n')
    const commands = lines.filter((line) => line.trimStart().startsWith('heysync '))
    expect(commands.map((line) => line.trim())).toEqual([
      `heysync redrive --where 'failure.code == "ERR_HEYMARKET_REJECTED"'`,
      `heysync redrive --where 'failure.code == "ERR_NOT_STORED"'`,
      'heysync sync',
      'heysync sync',
    ])
    for (const line of lines.filter((one) => !commands.includes(one)))
      expect(stringWidth(line), line).toBeLessThanOrEqual(columns)
  })
})

test('a cause has its count, its age, one example and the way out', () => {
  const [first] = rendered(80).split('\n\n')
  expect(first).toBe(
    [
      '✗ ERR_HEYMARKET_REJECTED  400 tags: no tag has the id #',
      '            Heymarket refused the content of a request (400 or another 4xx).',
      '  how many  3 dead letters, the oldest since 2030-01-15 12:01 UTC',
      '  example   15105550001  create  clinic-of-the-north  record P-1  tags',
      '  it said   Heymarket answered 400 to POST /v1/contact: tags: no tag has the id',
      '            1 (request 0b7e1d8c-6f0e-4a59-8a55-0d1c7e1f2a3b).',
      '  way out   Correct tags in record P-1, or `map.tags` of clinic-of-the-north,',
      '            and the next sync tries it again. If it was mended in Heymarket:',
      `            heysync redrive --where 'failure.code == "ERR_HEYMARKET_REJECTED"'`,
    ].join('\n'),
  )
})
