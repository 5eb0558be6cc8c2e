import { expect, test } from 'vitest'
import { nthPhone } from '../support/contact.ts'
import { answer, bent, madeTwice, people, person, RICH } from './support.ts'

test('H19 deleted in Heymarket between plan and batch update: one contact in the end', async () => {
  const world = await bent({ dialects: { duplicatePhone: 'duplicate' }, source: RICH, writes: 'auto' })
  people(world, 20)
  await world.cycle()
  for (let n = 1; n <= 20; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  await world.cycle('full', { onPlan: () => void world.sandbox.store.remove(nthPhone(3)) })
  const phones = world.sandbox.store.contacts().map((c) => c.phone)
  expect(phones.filter((p) => p === nthPhone(3))).toHaveLength(1)
})

test('H19b number changed in Heymarket between plan and batch update: one contact of the number', async () => {
  const world = await bent({ dialects: { duplicatePhone: 'duplicate' }, source: RICH, writes: 'auto' })
  people(world, 20)
  await world.cycle()
  for (let n = 1; n <= 20; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  await world.cycle('full', {
    onPlan: () => void world.sandbox.store.edit(nthPhone(3), { phone: nthPhone(333) } as never),
  })
  const phones = world.sandbox.store.contacts().map((c) => c.phone)
  expect(phones.filter((p) => p === nthPhone(3))).toHaveLength(1)
})

test('H21 late accounts that keep basic fields of many: does not go round for ever', async () => {
  const world = await bent({
    dialects: { visibilityDelayMs: 10_000, batchFields: 'basic' },
    source: RICH,
    writes: 'auto',
    most: 3000,
  })
  people(world, 30)
  const { report } = await world.cycle()
  console.log('H21 create', world.log.length, JSON.stringify(report.push))
  for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = person(n, { plan: `P${n}` })
  const before = world.log.length
  const second = await world.cycle()
  console.log(
    'H21 update',
    world.log.length - before,
    JSON.stringify(second.report.push),
    world.log
      .slice(before)
      .map((r) => r.method + r.path)
      .join(' '),
  )
})

test('H70 late accounts: an edit is written how often', async () => {
  for (const visibilityDelayMs of [10_000, 60_000, 300_000]) {
    const world = await bent({ dialects: { visibilityDelayMs }, source: RICH, writes: 'auto', most: 5000 })
    people(world, 30)
    await world.cycle()
    world.clock.advance(600_000)
    await world.cycle()
    world.clock.advance(600_000)
    const before = world.log.length
    for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
    const at = world.clock.now()
    const { report } = await world.cycle()
    const batches = world.log.slice(before).filter((r) => r.path.startsWith('/v1/batch'))
    console.log(
      'H70',
      visibilityDelayMs,
      world.log.length - before,
      'batches',
      batches.length,
      (world.clock.now() - at) / 1000,
      's',
      JSON.stringify(report.push),
      JSON.stringify(world.engine.mirror.ways.learnt()),
    )
  }
})

test('H54 search of many gives 504: the cycle ends and the people are there', async () => {
  const world = await bent({ source: RICH, writes: 'auto', most: 4000 })
  people(world, 200)
  world.bend = async (request, pass) => {
    if (request.path === '/v2/contacts/search' && JSON.stringify(request.json).length > 100 * 15)
      return answer(504, 'Gateway timeout')
    return pass()
  }
  for (let round = 0; round < 3; round += 1) {
    const r = await world.cycle().then(
      ({ report }) => report,
      (e: Error) => e.message,
    )
    console.log('H54', world.log.length, JSON.stringify(r))
  }
  expect((await world.cycle()).report).toMatchObject({ status: 'ok' })
})

test('H54b one number that gives 500 on create and look-up does not hold up the cycle for ever', async () => {
  const world = await bent({ source: RICH, writes: 'single', most: 4000 })
  people(world, 20)
  const bad = nthPhone(7)
  world.bend = async (request, pass) => {
    const text = JSON.stringify(request.json ?? '')
    if ((request.path === '/v1/contact' || request.path === '/v1/contact/get') && text.includes(bad))
      return answer(500, 'oops')
    return pass()
  }
  const { report } = await world.cycle()
  console.log('H54b', world.log.length, JSON.stringify(report.push))
})
