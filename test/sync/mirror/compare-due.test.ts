// Who is marked to be compared: whoever anything changed for, and nobody else, so that a cycle costs what changed.
import { expect, test } from 'vitest'
import { nthPhone } from '../../support/contact.ts'
import { anEngine } from '../../support/engine.ts'

test('whoever changes on either side is compared again, and nobody else', async () => {
  const world = await anEngine()
  const { mirror } = world.engine
  const marked = () => mirror.contacts.due('', 100)
  for (let n = 1; n <= 5; n += 1) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: '' }
  await world.cycle()
  // What was just written was compared, and is in accord.
  expect(marked()).toEqual([])

  world.rows.r2 = { phone: nthPhone(2), first: 'Anna', last: '' }
  await world.cycle('full', { planOnly: true })
  expect(marked()).toEqual([nthPhone(2)])
  await world.cycle()
  expect(marked()).toEqual([])

  const [third] = mirror.remote.byPhone(nthPhone(3))
  const blank = { last: '', display_name: '', email: '', custom: {}, assignee_id: -1, tags: [] }
  await world.client.contacts.update(third?.id ?? 0, { phone: nthPhone(3), first: 'Typed', ...blank }, false)
  await world.cycle('full', { planOnly: true })
  expect(marked()).toEqual([nthPhone(3)])
  await world.cycle()
  expect(marked()).toEqual([])

  // Not known any more, and then read again as it was.
  const [fourth] = mirror.remote.byPhone(nthPhone(4))
  mirror.transaction(() => mirror.remote.drop(fourth?.id ?? 0))
  expect(marked()).toEqual([nthPhone(4)])

  delete world.rows.r5
  await world.cycle('full', { planOnly: true })
  expect(marked()).toEqual([nthPhone(5)])
})
