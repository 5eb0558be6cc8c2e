import { expect, test } from 'vitest'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import { nthPhone } from '../support/contact.ts'
import { answer, bent, madeTwice, people, person, RICH } from './support.ts'

test('L1 late + basic: the cycle of edits ends', async () => {
  const world = await bent({
    dialects: { visibilityDelayMs: 10_000, batchFields: 'basic' },
    source: RICH,
    writes: 'auto',
    most: 600,
  })
  people(world, 30)
  await world.cycle()
  for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = person(n, { plan: `P${n}` })
  const at = world.clock.now()
  const before = world.log.length
  const r = await world.cycle().then(
    (x) => JSON.stringify(x.report.push),
    (e: Error) => e.message,
  )
  console.log(
    'L1',
    r,
    (world.clock.now() - at) / 1000,
    's',
    world.log.slice(before).filter((x) => x.path.startsWith('/v1/batch')).length,
    'batches',
  )
  expect(r).not.toContain('RUNAWAY')
})

test.each<Partial<Dialects>>([{ batchAnswer: 'contacts' }, {}])(
  'L2 a field deleted in the account a moment ago: edits that are refused end as dead letters %j',
  async (dialects) => {
    const world = await bent({
      dialects: { ...dialects, unknownCustom: 'reject' },
      source: RICH,
      writes: 'auto',
      most: 600,
    })
    people(world, 12, { plan: '' })
    await world.cycle()
    for (let n = 1; n <= 12; n += 1) world.rows[`r${n}`] = person(n, { plan: `P${n}` })
    const names = world.engine.lookups
    const real = await names.get()
    Object.assign(names, {
      get: async () => ({ ...real, fieldId: (name: string) => (name === 'Plan' ? 999 : undefined) }),
    })
    const at = world.clock.now()
    const r = await world.cycle().then(
      (x) => JSON.stringify(x.report.push),
      (e: Error) => e.message,
    )
    console.log('L2', r, (world.clock.now() - at) / 1000)
    expect(r).toContain('"deadLettered":12')
  },
)

test('L3 an account that skips existing contacts whatever overwrite says', async () => {
  const world = await bent({ source: RICH, writes: 'auto', most: 600 })
  people(world, 12)
  await world.cycle()
  for (let n = 1; n <= 12; n += 1) world.rows[`r${n}`] = person(n, { first: `New${n}` })
  world.bend = async (request, pass) => {
    if (request.path === '/v1/batch/contacts') (request.query as { overwrite: boolean }).overwrite = false
    return pass()
  }
  const r = await world.cycle().then(
    (x) => JSON.stringify(x.report.push),
    (e: Error) => e.message,
  )
  console.log('L3', r)
  expect(r).toContain('"acked":12')
})

test.each<Partial<Dialects>>([{}, { batchCalls: 'gone' }])(
  'S1 an account whose search fails always (502): people arrive one by one %j',
  async (dialects) => {
    const world = await bent({ source: RICH, writes: 'auto', most: 1500, dialects })
    people(world, 12)
    world.bend = async (request, pass) =>
      request.path === '/v2/contacts/search' ? answer(502, '<html>') : pass()
    const results: string[] = []
    for (let t = 0; t < 3; t += 1) {
      results.push(
        await world.cycle().then(
          (x) => `${x.report.status} ${JSON.stringify(x.report.push)}`,
          (e: Error) => e.message,
        ),
      )
      world.clock.advance(3_600_000)
      world.log.length = 0
    }
    console.log('S1', JSON.stringify(dialects), results, world.sandbox.store.contacts().length)
    expect(results.at(-1)).toMatch(/^ok/)
  },
)

test('S2 one refused create whose look-up fails does not stop the others, nor every later cycle', async () => {
  const world = await bent({ source: RICH, writes: 'single', most: 900 })
  people(world, 30)
  world.bend = async (request, pass) => {
    const text = JSON.stringify(request.json ?? '')
    if (request.path === '/v1/contact' && text.includes(nthPhone(7))) return answer(400, 'no')
    if (request.path === '/v1/contact/get' && text.includes(nthPhone(7))) return answer(500, 'oops')
    return pass()
  }
  const results: string[] = []
  for (let t = 0; t < 3; t += 1) {
    results.push(
      await world.cycle().then(
        (x) => `${x.report.status} ${JSON.stringify(x.report.push)}`,
        (e: Error) => e.message,
      ),
    )
    for (let n = 1; n <= 30; n += 1) world.rows[`r${n}`] = person(n, { first: `N${t}` })
    world.clock.advance(3_600_000)
  }
  console.log(
    'S2',
    results,
    world.sandbox.store
      .contacts()
      .map((c) => c.first)
      .join(),
  )
  expect(world.sandbox.store.contacts()).toHaveLength(29)
})
void madeTwice
