// Causes: what many failures have in common is one cause, and what differs is another.
import { describe, expect, test } from 'vitest'
import { statusError } from '../../../src/heymarket/answer.ts'
import { HeysyncError } from '../../../src/lib/errors.ts'
import type { Change } from '../../../src/sync/diff/change.ts'
import { plannedRow } from '../../../src/sync/diff/planned.ts'
import { groupByCause } from '../../../src/sync/outbox/causes.ts'
import { type FailedChange, failureOf } from '../../../src/sync/outbox/failure.ts'
import { openOutbox } from '../../../src/sync/outbox/outbox.ts'
import { wayOut } from '../../../src/sync/outbox/way-out.ts'
import { failuresWhere } from '../../../src/sync/outbox/where.ts'
import { anUpdate, FIRST, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'

const PLAN = { field: 'custom.Plan', before: '', after: 'Gold' }

type Refused = HeysyncError | readonly [Change, HeysyncError]

/** Buries one change after another with these errors, as the push does; returns them as failures. */
function buried(...errors: readonly Refused[]): FailedChange[] {
  const outbox = openOutbox(aDatabase())
  errors.forEach((given, index) => {
    const [change, error] =
      given instanceof HeysyncError ? [anUpdate({ phone: nthPhone(index + 1) }), given] : given
    outbox.enqueue([plannedRow(change)], { id: 'c1', lane: 2, at: 1_000 + index })
    const operation = outbox.ofPhone(change.phone)
    if (operation)
      outbox.bury(operation, { ...error, message: error.message, requestId: error.requestId }, 2_000)
  })
  return outbox.inState('dead').map(failureOf)
}

/** What the client makes of an answer to an update. */
function answered(status: number, body: string, id = 7): HeysyncError {
  return statusError(`PUT /v1/contact/${id}`, status, body, {}, 0, `req-${id}`)
}

const causes = (...errors: readonly Refused[]) =>
  groupByCause(buried(...errors)).map(({ code, cause, failures }) => [code, cause, failures.length])

describe('one cause', () => {
  test.each([
    ['ids', 'tags: no tag has the id 11', 'tags: no tag has the id 12', '400 tags: no tag has the id #'],
    [
      'phones',
      '{"message": "15105550001 is blocked"}',
      '{"message": "+1 510 555 0002 is blocked"}',
      '400 # is blocked',
    ],
    ['addresses', 'email a@b.com is bad', 'email c.d@e.org is bad.', '400 email … is bad'],
    [
      'uuids',
      'contact 7d444840-9dc0-11d1-b245-5ffdce74fad2 is locked',
      'contact 1b4e28ba-2fa1-11d2-883f-0016d3cca427 is locked',
      '400 contact # is locked',
    ],
    [
      'values of the contact',
      'first "Anna" is refused',
      'first "Anna" is refused',
      '400 first "…" is refused',
    ],
    ['nothing at all', '', '', '400 without a word'],
  ])('whatever the %s', (_what, one, other, cause) => {
    expect(causes(answered(400, one, 7), answered(400, other, 8))).toEqual([
      ['ERR_HEYMARKET_REJECTED', cause, 2],
    ])
  })

  test('whatever the values that two contacts were to have', () => {
    const other = anUpdate({ phone: nthPhone(9), fields: [{ ...FIRST, after: 'Zoë Ng' }] })
    expect(
      causes(answered(400, 'first: Anna is refused'), [other, answered(400, 'first: Zoë Ng is refused')]),
    ).toEqual([['ERR_HEYMARKET_REJECTED', '400 first: … is refused', 2]])
  })

  test('is not another one: two messages, two codes, the larger first', () => {
    expect(
      causes(
        answered(404, 'gone'),
        answered(400, 'tags: no tag has the id 1'),
        answered(400, 'email: is not valid'),
        answered(400, 'tags: no tag has the id 2'),
      ),
    ).toEqual([
      ['ERR_HEYMARKET_REJECTED', '400 tags: no tag has the id #', 2],
      ['ERR_HEYMARKET_NOT_FOUND', '404 gone', 1],
      ['ERR_HEYMARKET_REJECTED', '400 email: is not valid', 1],
    ])
  })

  test('is the fields, where Heymarket acknowledged a write and keeps other values', () => {
    const outbox = openOutbox(aDatabase())
    for (const n of [1, 2]) {
      const change = anUpdate({ phone: nthPhone(n), fields: [PLAN, { ...FIRST, after: `A${n}` }] })
      outbox.buryNotStored(change, `first: sent "A${n}", shows "B"`, { id: 'c1', at: 1 })
    }
    expect(groupByCause(outbox.inState('dead').map(failureOf))).toMatchObject([
      { cause: 'keeps other values: custom.Plan, first', failures: { length: 2 } },
    ])
  })
})

test.each([
  ['tags: no tag has the id 11', 'tags'],
  ['first: is too long', 'first'],
  ['the first time this happens', null],
  ['the value of "last" is too long', 'last'],
  ['custom: no custom field has the id 901', 'custom.Plan'],
  ['assignee_id: nobody has this id, see email', 'assignee'],
  ['no', null],
])('in "%s" the field is %s', (says, field) => {
  const change = anUpdate({ fields: [FIRST, PLAN] })
  expect(buried([change, answered(400, says)])).toMatchObject([{ field }])
})

describe('the way out', () => {
  const outOf = (...errors: readonly Refused[]) => groupByCause(buried(...errors)).map((one) => wayOut(one))

  test('puts back one by its number, all at once, or those of the cause', () => {
    const [one, two] = [answered(400, "the tag isn't there"), answered(400, 'email: is not valid')]
    expect(outOf(one).map(({ command }) => command)).toEqual([`heysync redrive ${nthPhone(1)}`])
    expect(outOf(one, one).map(({ command }) => command)).toEqual(['heysync redrive'])
    expect(outOf(one, one, answered(404, 'gone')).map(({ command }) => command)).toEqual([
      `heysync redrive --where 'failure.code == "ERR_HEYMARKET_REJECTED"'`,
      `heysync redrive ${nthPhone(3)}`,
    ])
    expect(outOf(one, one, one, two, two).map(({ command }) => command)).toEqual([
      `heysync redrive --where 'failure.cause == "400 the tag isn'\\''t there"'`,
      `heysync redrive --where 'failure.cause == "400 email: is not valid"'`,
    ])
  })

  test('names the key of the mapping and the record, or whom to ask', () => {
    expect(outOf(answered(400, 'email: is not valid'))[0]?.text).toContain(
      'Correct email in record r1, or `map.email` of clinic',
    )
    expect(outOf(answered(500, 'boom'))[0]?.text).toContain('Quote request req-7')
    expect(outOf(answered(400, 'phone: exists'))[0]?.text).toContain('heysync reconcile')
  })
})

describe('a rule', () => {
  const picked = (rule: string) =>
    buried(answered(400, 'tags: no tag has the id 1'), answered(404, 'gone'), answered(500, 'boom'))
      .filter(failuresWhere(rule, '--where'))
      .map(({ phone }) => phone)

  test.each([
    ['failure.code == "ERR_HEYMARKET_NOT_FOUND"', [2]],
    ['failure.cause.contains("tag") || failure.message.contains("boom")', [1, 3]],
    [`failure.phone == "${nthPhone(2)}"`, [2]],
    ['failure.field == ""', [2, 3]],
    ['failure.source == "clinic" && failure.record == "r1" && failure.kind == "update"', [1, 2, 3]],
    ['failure.attempts > 1', []],
    ['timestamp(failure.since) < timestamp("1970-01-01T00:00:02Z") && failure.attempts == 1', [1, 2, 3]],
  ])('%s picks %j', (rule, expected) => {
    expect(picked(rule)).toEqual(expected.map(nthPhone))
  })
})
