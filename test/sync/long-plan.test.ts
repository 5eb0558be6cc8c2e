// A plan of more people than are looked through, compared and saved at once: nobody is left out where two parts meet.
import { expect, test } from 'vitest'
import { runCycle } from '../../src/sync/cycle.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine } from '../support/engine.ts'

const PEOPLE = 10_501

test('a long plan has everybody once, in the plan and in the outbox, and others have their turn meanwhile', async () => {
  const made = await anEngine()
  const { engine } = made
  for (let n = 1; n <= PEOPLE; n++) made.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: '' }
  const { plan } = await made.cycle('full', { planOnly: true })
  const phones = [...plan.released].map(({ phone }) => phone)
  expect(phones).toEqual(Array.from({ length: PEOPLE }, (_, n) => nthPhone(n + 1)).sort())

  let planned = false
  let turns = 0
  const others = setInterval(() => {
    if (planned) turns += 1
  }, 0)
  const request = { id: 'z1', mode: 'full', trigger: 'test', sources: ['clinic'], allowEmpty: [] } as const
  const { report } = await runCycle(
    engine,
    { ...request, planOnly: false, stopNow: () => planned },
    {
      onPlan: () => {
        planned = true
      },
    },
  )
  clearInterval(others)
  expect(report).toMatchObject({ plan: { create: PEOPLE }, push: { acked: 0, deferred: PEOPLE } })
  expect(engine.outbox.counts()).toMatchObject({ pending: PEOPLE, in_flight: 0, dead: 0 })
  expect(turns).toBeGreaterThan(1)
})
