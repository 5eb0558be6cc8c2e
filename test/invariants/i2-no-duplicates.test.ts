// I2: a contact is created at most once per phone, whatever is lost on the way.
import { describe, expect, test } from 'vitest'
import { nthPhone } from '../support/contact.ts'
import { anEngine } from '../support/engine.ts'
import { withSandbox } from '../support/heymarket.ts'
import { aBoxWhere, madeTwice, people, refusing } from './situations.ts'

describe('I2 a contact is made once', () => {
  test('after a walk that could not show every contact', async () => {
    const box = await withSandbox({
      dialects: {
        duplicatePhone: 'duplicate',
        page: 'ignored',
        defaultLimit: 30,
        maxLimit: 30,
        resolution: 'second',
      },
    })
    const known = Array.from({ length: 50 }, (_, n) => ({
      phone: nthPhone(n + 1),
      first: `P${n + 1}`,
      last: 'X',
    }))
    box.sandbox.store.fill(known, { sameInstant: true })
    const world = await anEngine({ box })
    world.rows = people(50)
    const { report } = await world.cycle()
    expect(report.reconcile?.complete).toBe(false)
    expect(box.sandbox.store.contacts()).toHaveLength(50)
  })

  test('when the database refuses to record that it was made', async () => {
    const box = await aBoxWhere({}, { duplicatePhone: 'duplicate', visibilityDelayMs: 2000 })
    const world = await anEngine({ box })
    world.rows = people(1)
    const letGo = refusing(world.db, 'INSERT ON attempt')
    await expect(world.cycle()).rejects.toThrow('disk I/O error')
    letGo()
    world.clock.advance(60_000)
    await world.cycle()
    expect(madeTwice(box)).toEqual([])
    expect(box.sandbox.store.contacts()).toHaveLength(1)
  })
})
