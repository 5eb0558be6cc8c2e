import { expect, test } from 'vitest'
import { nthPhone } from '../support/contact.ts'
import { bent, madeTwice, people, person, RICH } from './support.ts'

test('Z2 a late account: four of five that a batch accepted are looked for as long as five are', async () => {
  const world = await bent({
    dialects: { visibilityDelayMs: 10_000, duplicatePhone: 'duplicate', unknownCustom: 'reject' },
    source: RICH,
    writes: 'auto',
  })
  for (let n = 1; n <= 5; n += 1) world.rows[`r${n}`] = person(n, { plan: n === 1 ? 'Gold' : '' })
  const names = world.engine.lookups
  const real = await names.get()
  Object.assign(names, { get: async () => ({ ...real, fieldId: () => 999 }) })
  const { report } = await world.cycle()
  expect(report.push).toMatchObject({ acked: 4, deadLettered: 1 })
  world.clock.advance(60_000)
  expect(madeTwice(world)).toEqual([])
  void people
  void nthPhone
})
