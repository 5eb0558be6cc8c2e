import { expect, test } from 'vitest'
import { LineError } from '../../src/heymarket/line.ts'
import { nthPhone } from '../support/contact.ts'
import { aSource } from '../support/engine.ts'
import { answer, bent, people, person, RICH } from './support.ts'

test('M1 tags that a batch did not restore, while single writes fail for a minute: tried again, counts add up', async () => {
  const world = await bent({
    source: RICH,
    writes: 'auto',
    dialects: { batchFields: 'basic', batchCustom: 'merge' },
    most: 3000,
  })
  people(world, 8, { tags: 'VIP', stop: 'no' })
  await world.cycle()
  await world.cycle()
  for (let n = 1; n <= 8; n += 1) world.sandbox.store.edit(nthPhone(n), { tags: [] })
  world.clock.advance(3_600_000)
  world.bend = async (request, pass) => (request.method === 'PUT' ? answer(500, 'down') : pass())
  const r = await world.cycle().then(
    (x) => `${x.report.status} ${JSON.stringify(x.report.push)}`,
    (e: Error & { code: string }) => `${e.code} ${e.message}`,
  )
  console.log(
    'M1',
    r,
    world.engine.outbox.inState('dead').length,
    world.log.filter((x) => x.path.startsWith('/v1/batch')).length,
  )
  world.bend = null
  world.clock.advance(600_000)
  const again = await world.cycle().then(
    (x) => `${x.report.status} ${JSON.stringify(x.report.push)}`,
    (e: Error) => e.message,
  )
  console.log(
    'M1 again',
    again,
    world.sandbox.store
      .contacts()
      .map((c) => c.tags.length)
      .join(),
  )
  expect(r).not.toContain('ERR_COUNTS')
  expect(world.sandbox.store.contacts().every((c) => c.tags.length === 1)).toBe(true)
})

test.fails('C a value of a field that the account has no more does not keep its contact from being updated', async () => {
  const world = await bent({
    source: aSource({ map: { custom: { Plan: 'plan' } } }),
    dialects: { unknownCustom: 'reject' },
    writes: 'single',
  })
  world.sandbox.store.fill([
    { phone: nthPhone(1), first: 'A', last: 'B', custom: { 999: 'of a field that was deleted' } },
  ])
  world.rows.r1 = { phone: nthPhone(1), first: 'A', last: 'B', plan: 'Gold' }
  const { report } = await world.cycle()
  expect(report).toMatchObject({ status: 'ok', push: { acked: 1 } })
})

test('M3 STOP comes between the batch and its reading back: lists of the same cycle leave the person out', async () => {
  const world = await bent({
    source: RICH,
    writes: 'auto',
    lists: [{ title: 'All', where: '!contact.optedOut' }],
  })
  people(world, 12, { stop: 'no' })
  world.bend = async (request, pass) => {
    const a = await pass()
    if (request.path === '/v1/batch/contacts') {
      world.bend = null
      world.sandbox.store.stop(nthPhone(3))
    }
    return a
  }
  const { report } = await world.cycle()
  console.log('M3', JSON.stringify(report.push), report.status, JSON.stringify(world.sandbox.store.lists()))
  expect(world.sandbox.store.lists()[0]?.members).not.toContain(nthPhone(3))
})

test('M4 numbers and null as custom values', async () => {
  const world = await bent({ source: RICH, writes: 'auto' })
  people(world, 8, { plan: 7, stop: 'no' })
  world.bend = async (request, pass) => {
    const a = await pass()
    if (
      request.path === '/v1/contacts' ||
      request.path.startsWith('/v2/contacts') ||
      request.path.startsWith('/v1/contact')
    ) {
      return {
        ...a,
        body: a.body.replaceAll('"901":"7"', '"901":7,"902":null').replaceAll('"901":"8.50"', '"901":8.5'),
      }
    }
    return a
  }
  console.log(JSON.stringify((await world.cycle()).report.push))
  console.log(JSON.stringify((await world.cycle()).report.plan))
  for (let n = 1; n <= 8; n += 1) world.rows[`r${n}`] = person(n, { plan: '8.50', stop: 'no' })
  console.log(JSON.stringify((await world.cycle()).report.push))
  console.log(JSON.stringify((await world.cycle()).report.push))
})

test('M2 cut off between a batch and the single writes that finish it: the next sync finishes it', async () => {
  const world = await bent({ source: RICH, writes: 'auto', dialects: { batchFields: 'basic' }, most: 3000 })
  people(world, 8, { tags: 'VIP', stop: 'no' })
  await world.cycle()
  await world.cycle()
  for (let n = 1; n <= 8; n += 1) world.sandbox.store.edit(nthPhone(n), { tags: [] })
  world.clock.advance(3_600_000)
  world.bend = async (request, pass) => {
    if (request.method === 'PUT') throw new LineError('ECONNREFUSED', false)
    return pass()
  }
  await world.cycle().catch(() => undefined)
  world.bend = null
  world.clock.advance(600_000)
  const reports = []
  for (let t = 0; t < 3; t += 1) reports.push((await world.cycle()).report)
  console.log(
    'M2',
    reports.map((r) => `${r.status} ${JSON.stringify(r.push)}`),
    world.sandbox.store
      .contacts()
      .map((c) => c.tags.length)
      .join(),
  )
  expect(world.sandbox.store.contacts().every((c) => c.tags.length === 1)).toBe(true)
})
