import { expect, test } from 'vitest'
import { LineError } from '../../src/heymarket/line.ts'
import { nthPhone } from '../support/contact.ts'
import { anEngine, aSource } from '../support/engine.ts'
import { answer, bent, FREE, madeTwice, people, person, RICH } from './support.ts'

test('Z a late account: four of a batch of five are looked for as long as five are', async () => {
  const world = await bent({
    dialects: { visibilityDelayMs: 10_000, duplicatePhone: 'duplicate' },
    source: RICH,
    writes: 'auto',
  })
  people(world, 5)
  world.bend = async (request, pass) => {
    // Somebody of the team makes one of the five by hand a moment before the batch arrives.
    if (request.path === '/v1/batch/contacts') {
      world.bend = null
      world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Typed' }])
    }
    return pass()
  }
  await world.cycle()
  world.clock.advance(60_000)
  expect(madeTwice(world)).toEqual([])
})

test('A4 heysync never deletes a contact that a person made', async () => {
  const world = await bent({ source: RICH, writes: 'auto' })
  people(world, 20)
  await world.cycle('full', {
    onPlan: () => void world.sandbox.store.fill([{ phone: nthPhone(3), first: 'Typed' }]),
  })
  await world.cycle()
  console.log(world.engine.mirror.contacts.link(nthPhone(3)))
  const deleting = await anEngine({
    box: world,
    db: world.db,
    source: { ...RICH, onRemoved: 'delete' },
    guard: FREE,
    writes: 'auto',
  })
  deleting.rows = { ...world.rows }
  delete deleting.rows.r3
  await deleting.cycle()
  expect(world.sandbox.store.contact(nthPhone(3))).not.toBeNull()
})

test('B an edit after the batch, before it was read back, is kept under onHeymarketEdit: heymarket', async () => {
  const world = await bent({
    source: RICH,
    writes: 'auto',
    fields: { default: { onHeymarketEdit: 'heymarket' } },
  })
  people(world, 20)
  await world.cycle()
  for (let n = 1; n <= 20; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  world.bend = async (request, pass) => {
    const result = await pass()
    if (request.path === '/v1/batch/contacts') {
      world.bend = null
      world.sandbox.store.edit(nthPhone(3), { first: 'Typed' })
    }
    return result
  }
  await world.cycle()
  await world.cycle()
  expect(world.sandbox.store.contact(nthPhone(3))).toMatchObject({ first: 'Typed' })
})

test('R what was acked is counted, also when the rest of a split batch cannot be sent', async () => {
  const world = await bent({ source: RICH, writes: 'bulk' })
  people(world, 10)
  let down = false
  let n = 0
  world.bend = async (request, pass) => {
    if (request.path !== '/v1/batch/contacts') return pass()
    n += 1
    if (n === 1) return answer(400, 'one of them')
    if (n === 3) {
      down = true
    }
    if (down) throw new LineError('ECONNREFUSED', false)
    return pass()
  }
  const error = await world.cycle().catch((e: Error) => e)
  const report = JSON.parse(
    world.db.prepare('SELECT report FROM cycle ORDER BY started_at DESC LIMIT 1').pluck().get() as string,
  )
  console.log(
    'R',
    String(error),
    JSON.stringify(report.plan),
    JSON.stringify(report.push),
    world.sandbox.store.contacts().length,
  )
  expect(report.push.acked + report.push.retrying + report.push.deferred + report.push.deadLettered).toBe(10)
})

test('P one contact that Heymarket cannot show does not hold up all others: cut off, then every cycle', async () => {
  const world = await bent({ source: RICH, writes: 'single', most: 600 })
  people(world, 6)
  await world.cycle()
  const id = world.sandbox.store.contact(nthPhone(2))!.id
  for (let n = 1; n <= 6; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  world.bend = async (request, pass) => (request.path === `/v1/contact/${id}` ? answer(500, 'oops') : pass())
  const first = await world.cycle().then(
    (r) => JSON.stringify(r.report.push),
    (e: Error) => e.message,
  )
  console.log('P first', first, world.log.length)
  for (let n = 1; n <= 6; n += 1) world.rows[`r${n}`] = person(n, { first: `Newer${n}` })
  // what a person does: stop it, and start it again
  world.log.length = 0
  const results: string[] = []
  for (let t = 0; t < 3; t += 1) {
    world.clock.advance(3_600_000)
    results.push(
      await world.cycle().then(
        (r) => JSON.stringify(r.report.push),
        (e: Error) => e.message,
      ),
    )
    world.log.length = 0
  }
  console.log('P', results)
  expect(world.sandbox.store.contact(nthPhone(5))).toMatchObject({ first: 'Newer5' })
})

test('C a custom field that was deleted in the account does not keep its contacts from being updated', async () => {
  const world = await bent({
    source: aSource({ map: { custom: { Plan: 'plan' } } }),
    dialects: { unknownCustom: 'reject' },
    writes: 'single',
  })
  world.sandbox.store.fill([{ phone: nthPhone(1), first: 'A', custom: { 903: 'typed' } }])
  world.rows.r1 = { phone: nthPhone(1), first: 'A', last: '', plan: 'Gold' }
  await world.cycle()
  const { client } = world
  console.log(Object.keys(client.contactFields))
})

test('D an edit of what Heymarket stored in its own way stays under heymarket', async () => {
  const world = await bent({
    source: RICH,
    writes: 'single',
    fields: { default: { onHeymarketEdit: 'heymarket' } },
  })
  world.rows.r1 = {
    phone: nthPhone(1),
    first: 'Ann',
    last: 'X',
    email: 'Ann@example.com',
    plan: '',
    tags: '',
    stop: 'no',
  }
  world.bend = async (request, pass) => {
    if (
      request.path.startsWith('/v1/contact') &&
      request.json &&
      (request.json as { email?: string }).email !== undefined
    )
      (request.json as { email: string }).email = (request.json as { email: string }).email.toLowerCase()
    return pass()
  }
  console.log(JSON.stringify((await world.cycle()).report.push))
  console.log(JSON.stringify((await world.cycle()).report.push))
  world.sandbox.store.edit(nthPhone(1), { email: 'corrected@example.com' })
  world.clock.advance(3_600_000)
  console.log(JSON.stringify((await world.cycle()).report))
  expect(world.sandbox.store.contact(nthPhone(1))).toMatchObject({ email: 'corrected@example.com' })
})
