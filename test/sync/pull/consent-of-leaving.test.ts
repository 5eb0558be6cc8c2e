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
