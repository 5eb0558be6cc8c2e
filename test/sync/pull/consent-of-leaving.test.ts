// Somebody says STOP, and in the same edit leaves and loses their number: the STOP counts for the number that they had.
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, rec, world } from './world.ts'

test.each([
  ['archived', { archived: true }],
  ['out of scope', { outOfScope: true }],
  ['deleted', { deleted: true }],
  ['merged', { mergedInto: '2' }],
] as const)('the STOP of a record that is %s now, and whose number is blank, counts', async (_way, mark) => {
  const { pull, mirror } = world({ source: aSource({ map: { optedOut: 'stop' } }) })
  await pull(all(rec('1', { stop: 'no' }), rec('2', { stop: 'no' })))
  await pull(changes({ ...rec('1', { stop: 'yes', phone: '' }), ...mark }), { mode: 'incremental' })
  expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
  expect(mirror.consent.isOptedOut(nthPhone(2))).toBe(false)
})

test.each([
  ['with its number', {}],
  ['and whose number is lost, too,', { phone: '' }],
])(
  'the STOP of a record that could not be read whole, %s counts, and nothing else of it',
  async (_how, lost) => {
    const { pull, mirror, record } = world({ source: aSource({ map: { optedOut: 'stop' } }) })
    await pull(all(rec('1', { stop: 'no' }), rec('2', { stop: 'no' })))
    const before = record('1')
    const bad = (id: string, stop: string) => ({
      id,
      place: `people:${id}`,
      code: 'ROW_MALFORMED' as const,
      message: 'The source could not write notes whole.',
      record: rec(id, { stop, first: 'Other', ...lost }),
    })
    const page = { records: [], bad: [bad('1', 'yes'), bad('2', 'no')], position: 'p1' }
    await pull([{ ...page, end: { covers: 'changes', count: null } }], { mode: 'incremental' })
    expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(mirror.consent.isOptedOut(nthPhone(2))).toBe(false)
    expect(record('1')?.contact).toBe(before?.contact)
  },
)

/** Whoever did not say yes is not texted. */
const ASKS = aSource({ map: { optedOut: '=record.sms_consent != "yes"' } })
const YES = { sms_consent: 'yes' }

test.each([
  ['archived', { archived: true }],
  ['out of scope', { outOfScope: true }],
  ['deleted', { deleted: true }],
  ['merged', { mergedInto: '9' }],
] as const)('a record that is %s now, and carries no consent, opts nobody out', async (_way, mark) => {
  const { pull, mirror } = world({ source: ASKS })
  await pull(all(rec('1', YES), rec('2', YES), rec('3', YES), rec('4', YES)))
  const lost = [{}, { phone: nthPhone(2) }, { phone: nthPhone(3), sms_consent: null }]
  const left = lost.map((fields, at) => ({ id: String(at + 1), fields, updatedAt: null, ...mark }))
  await pull(changes(...left, { ...rec('4', { sms_consent: 'no' }), ...mark }), { mode: 'incremental' })
  expect([1, 2, 3, 4].map((n) => mirror.consent.isOptedOut(nthPhone(n)))).toEqual([false, false, false, true])
})

test('a record that could not be read whole, and lost its consent, opts nobody out', async () => {
  const { pull, mirror } = world({ source: ASKS })
  await pull(all(rec('1', YES), rec('2', YES)))
  const place = {
    place: 'people:1',
    code: 'ROW_MALFORMED',
    message: 'Some fields could not be read.',
  } as const
  const bad = [rec('1'), rec('2', { sms_consent: 'no' })].map((record) => ({
    ...place,
    id: record.id,
    record,
  }))
  await pull([{ records: [], bad, position: 'p1', end: { covers: 'changes', count: null } }], {
    mode: 'incremental',
  })
  expect([1, 2].map((n) => mirror.consent.isOptedOut(nthPhone(n)))).toEqual([false, true])
})

test.each([
  ['one of several expressions', ['stop', '=record.sms_consent != "yes"'], { stop: 'no' }, false],
  ['a deep field', '=record.consent.sms != "yes"', { consent: { mail: 'yes' } }, false],
  ['a deep field that is there', '=record.consent.sms != "yes"', { consent: { sms: 'no' } }, true],
  ['a list that is empty', '=!record.topics.contains("sms")', { topics: [] }, true],
  ['a yes that is not', '=record.agreed != true', { agreed: false }, true],
  ['a name that is worked out', '=["a", "b"].exists(name, record[name] == "stop")', { b: 'stop' }, true],
])('what a deleted record says in %s', async (_what, optedOut, fields, counts) => {
  const { pull, mirror } = world({ source: aSource({ map: { optedOut } }) })
  const deleted = { id: '1', fields: { phone: nthPhone(1), ...fields }, updatedAt: null, deleted: true }
  await pull(changes(deleted))
  expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(counts)
})
