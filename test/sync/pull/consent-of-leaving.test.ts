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
