// An account that fails on some requests for good: whoever else there is gets through, in this cycle and in every later one.
import { describe, expect, test } from 'vitest'
import { LineError } from '../../../src/heymarket/line.ts'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import type { CycleReport } from '../../../src/sync/report.ts'
import { idOf } from '../../invariants/situations.ts'
import { aBentEngine, answer, isBatch, sent } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { firsts, people, person, RICH, renamed } from './support.ts'

const HOUR = 3_600_000

describe('a search that fails', () => {
  test('for many at once only makes the requests smaller', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'auto', most: 100 })
    people(world, 200)
    world.bend(async (request, pass) =>
      request.path === '/v2/contacts/search' && sent(request).length > 1500
        ? answer(504, 'Gateway timeout')
        : pass(),
    )
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 200 } })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { requests: 0 } })
  })

  test.each<Partial<Dialects>>([{}, { batchCalls: 'gone' }])(
    'always makes people arrive one by one (%j)',
    async (dialects) => {
      const world = await aBentEngine({ source: RICH, writes: 'auto', most: 500, dialects })
      people(world, 12)
      world.bend(async (request, pass) =>
        request.path === '/v2/contacts/search' ? answer(502, '<html>') : pass(),
      )
      for (let cycle = 0; cycle < 3; cycle += 1) {
        expect((await world.cycle()).report.status).toBe('ok')
        world.clock.advance(HOUR)
      }
      expect(world.sandbox.store.contacts()).toHaveLength(12)
    },
  )
})

describe('one contact of which nothing is known, because reading it fails', () => {
  test('and creating it, too, is left to the next cycle', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'single', most: 200 })
    people(world, 20)
    world.bend(async (request, pass) => {
      const its = request.path === '/v1/contact' || request.path === '/v1/contact/get'
      return its && sent(request).includes(nthPhone(7)) ? answer(500, 'oops') : pass()
    })
    expect((await world.cycle()).report.push).toMatchObject({ acked: 19, retrying: 1, deadLettered: 0 })
  })

  test('after its create was refused, holds up nobody, in no cycle', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'single', most: 900 })
    people(world, 30)
    world.bend(async (request, pass) => {
      if (!sent(request).includes(nthPhone(7))) return pass()
      if (request.path === '/v1/contact') return answer(400, 'no')
      return request.path === '/v1/contact/get' ? answer(500, 'oops') : pass()
    })
    for (const name of ['A', 'B', 'C']) {
      renamed(world, 30, name)
      expect((await world.cycle()).report.push).toMatchObject({ acked: 29, retrying: 1 })
      world.clock.advance(HOUR)
    }
    expect(firsts(world)).toHaveLength(29)
    expect(firsts(world).every((first) => first.startsWith('C'))).toBe(true)
  })

  test('after its update failed, holds up nobody, in no cycle', async () => {
    const world = await aBentEngine({ source: RICH, writes: 'single', most: 600 })
    people(world, 6)
    await world.cycle()
    const its = `/v1/contact/${idOf(world, 2)}`
    world.bend(async (request, pass) => (request.path === its ? answer(500, 'oops') : pass()))
    for (const name of ['A', 'B', 'C']) {
      renamed(world, 6, name)
      await world.cycle()
      expect(firsts(world)).toEqual([`${name}1`, 'P2', ...[3, 4, 5, 6].map((n) => `${name}${n}`)])
      world.clock.advance(HOUR)
    }
  })
})

test('what was acked is counted, also when the rest of a split batch cannot be sent (I1)', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'bulk' })
  people(world, 10)
  let batches = 0
  world.bend(async (request, pass) => {
    if (!isBatch(request)) return pass()
    batches += 1
    if (batches === 1) return answer(400, 'one of them')
    if (batches > 2) throw new LineError('ECONNREFUSED', false)
    return pass()
  })
  await expect(world.cycle()).rejects.toThrow('ECONNREFUSED')
  const { push } = JSON.parse(world.engine.cycles.latest(1)[0]?.report ?? '') as CycleReport
  expect(push.acked).toBe(world.sandbox.store.contacts().length)
  expect(push.acked + push.retrying + push.deferred + push.deadLettered).toBe(10)
})

test('an account that skips whoever is there, whatever `overwrite` says, gets its edits', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'auto', most: 600 })
  people(world, 12)
  await world.cycle()
  renamed(world, 12)
  world.bend(async (request, pass) => {
    if (isBatch(request)) Object.assign(request.query, { overwrite: false })
    return pass()
  })
  expect((await world.cycle()).report.push).toMatchObject({ acked: 12 })
})

test('an account that shows numbers and nulls among its custom values gets no needless write (I7)', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'auto' })
  for (let n = 1; n <= 8; n += 1) world.rows[`r${n}`] = person(n, { plan: 7 })
  world.bend(async (request, pass) => {
    const shown = await pass()
    const shows = /^[/](v1[/]contact|v2[/]contacts)/.test(request.path)
    return shows ? { ...shown, body: shown.body.replaceAll('"901":"7"', '"901":7,"902":null') } : shown
  })
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 8 } })
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { update: 0 } })
})
