// What many requests wrote is read back with Heymarket's news where the account is known to keep it: in few requests, and nothing
// that it did not really store is ever taken for done.
import { expect, test } from 'vitest'
import { runCycle } from '../../../src/sync/cycle.ts'
import type { Progress } from '../../../src/sync/progress.ts'
import { madeTwice } from '../../invariants/situations.ts'
import { aBentEngine, answer, type BentEngine, isBatch } from '../../support/bent.ts'
import { nthPhone } from '../../support/contact.ts'
import { firsts, people, person, RICH, renamed } from './support.ts'

const isSearch = ({ path }: { path: string }) => path === '/v2/contacts/search'
const isPage = ({ path }: { path: string }) => path === '/v1/contacts'

/** An account that 40 people were written to, so that it is known to keep every field. */
async function aKnownAccount(dialects = {}): Promise<BentEngine> {
  const world = await aBentEngine({ source: RICH, writes: 'auto', dialects, most: 3000 })
  people(world, 40)
  await world.cycle()
  return world
}

test('3,000 people take their writes, their pages, and one search', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'auto', dialects: { maxLimit: 1000 } })
  people(world, 3000)
  const { report } = await world.cycle()
  expect(report).toMatchObject({ status: 'ok', push: { acked: 3000 } })
  expect(world.log.filter(isBatch)).toHaveLength(5)
  expect(world.log.filter(isSearch)).toHaveLength(1)
  // One shows that the account is empty; each other begins with the last of the one before.
  expect(world.log.filter(isPage)).toHaveLength(1 + 4)
  const before = world.log.length
  await world.cycle('incremental')
  expect(world.log.length - before).toBeLessThanOrEqual(2)
})

test('a field that was never sent before is looked at before it goes with many more', async () => {
  const world = await aBentEngine({ source: RICH, writes: 'auto', dialects: { batchFields: 'basic' } })
  people(world, 40, { plan: '', tags: '' })
  await world.cycle()
  for (let n = 41; n <= 1500; n += 1) world.rows[`r${n}`] = person(n, { plan: 'Gold', tags: '' })
  const before = world.log.length
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1460 } })
  const batches = world.log.slice(before).filter(isBatch)
  expect(batches).toHaveLength(1)
  expect(world.log.indexOf(batches[0] as never) + 1).toBe(
    world.log.findIndex((one, at) => at > before && isSearch(one)),
  )
})

test('nobody is searched for where all that there is was written a moment ago', async () => {
  const world = await aKnownAccount()
  for (const { phone } of world.sandbox.store.contacts()) world.sandbox.store.remove(phone ?? '')
  for (const key of Object.keys(world.rows)) delete world.rows[key]
  for (let n = 101; n <= 400; n += 1) world.rows[`r${n}`] = person(n)
  const before = world.log.length
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 300 } })
  expect(world.log.slice(before).filter(isSearch)).toEqual([])
})

test('progress moves with each request that is accepted, and says how many of them were seen', async () => {
  const world = await aKnownAccount()
  people(world, 2500)
  const request = { id: 'c9', mode: 'full' as const, trigger: 'test', sources: ['clinic'], allowEmpty: [] }
  const before = world.log.length
  const steps: Progress[] = []
  const onProgress = (at: Progress) => void (at.phase === 'push' && steps.push(at))
  await runCycle(world.engine, { ...request, planOnly: false }, { onProgress })
  const batches = world.log.slice(before).filter(isBatch).length
  const accepted = steps.filter(({ done, confirmed }) => done > 0 && confirmed === 0)
  expect(accepted.length).toBe(batches)
  expect(accepted.at(-1)?.done).toBe(2460)
  expect(steps.at(-1)).toMatchObject({ done: 2460, confirmed: 2460, total: 2460 })
})

test('a contact that a batch accepted and did not store is made by itself', async () => {
  const world = await aKnownAccount()
  people(world, 100)
  const gone = (contact: { phone: string }) => contact.phone !== nthPhone(77)
  world.bend((request, pass) => {
    if (isBatch(request)) Object.assign(request, { json: (request.json as { phone: string }[]).filter(gone) })
    return pass()
  })
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 60 } })
  expect(world.sandbox.store.contacts()).toHaveLength(100)
  expect(world.writes()).toHaveLength(1)
  expect(world.engine.mirror.ways.get('create.batch')).toMatchObject({ state: 'works' })
})

test.each([
  ['a field', { custom: {} }],
  ['half of the fields', { custom: {}, email: '' }],
])('%s that the account does not keep any more is written by itself', async (_what, lost) => {
  const world = await aKnownAccount()
  people(world, 100, { plan: 'Gold' })
  world.bend((request, pass) => {
    const contacts = request.json as object[]
    if (isBatch(request)) Object.assign(request, { json: contacts.map((one) => ({ ...one, ...lost })) })
    return pass()
  })
  expect((await world.cycle()).report.status).toBe('ok')
  const kept = world.sandbox.store
    .contacts()
    .filter(({ custom, email }) => custom['901'] === 'Gold' && email !== '')
  expect(kept).toHaveLength(100)
})

test('an account that shows late all of a sudden gets everybody once', async () => {
  const world = await aKnownAccount({ duplicatePhone: 'duplicate', bulkExisting: 'duplicate' })
  world.sandbox.configure({ dialects: { visibilityDelayMs: 60_000 } })
  people(world, 100)
  for (let round = 0; round < 4; round += 1) {
    await world.cycle()
    world.clock.advance(60_000)
  }
  expect(world.sandbox.store.contacts()).toHaveLength(100)
  expect(madeTwice(world)).toEqual([])
})

test('what was written when the process died is found in the news: not sent again, not searched for, and ours', async () => {
  const world = await aKnownAccount({ duplicatePhone: 'duplicate' })
  people(world, 400)
  let written = false
  world.bend((request, pass) => {
    written ||= isBatch(request)
    return written && isPage(request) ? Promise.reject(new Error('killed')) : pass()
  })
  await expect(world.cycle()).rejects.toThrow('killed')
  expect(world.engine.outbox.inState('in_flight')).toHaveLength(360)
  world.straighten()
  const before = world.log.length
  expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { create: 0, update: 0 } })
  expect(world.log.slice(before).filter((one) => isBatch(one) || isSearch(one))).toEqual([])
  expect(madeTwice(world)).toEqual([])
  expect(world.engine.mirror.contacts.link(nthPhone(200))).toMatchObject({ origin: 'created' })
})

test('edits are read back so as well, and one that a batch left out is written by itself', async () => {
  const world = await aKnownAccount()
  renamed(world, 40)
  await world.cycle()
  renamed(world, 40, 'Newer')
  const searches = world.log.filter(isSearch).length
  world.bend((request, pass) => {
    if (isBatch(request)) Object.assign(request, { json: (request.json as object[]).slice(0, -1) })
    return pass()
  })
  expect((await world.cycle()).report.push).toMatchObject({ acked: 40 })
  expect(firsts(world).every((first) => first.startsWith('Newer'))).toBe(true)
  // The one that did not show was asked for, and again before it was sent by itself.
  expect(world.log.filter(isSearch).length - searches).toBeGreaterThan(0)
})

test('news that cannot be read leave what was written to the next cycle', async () => {
  const world = await aKnownAccount()
  people(world, 100)
  let written = false
  world.bend((request, pass) => {
    written ||= isBatch(request)
    return written && isPage(request) ? Promise.resolve(answer(500, 'down')) : pass()
  })
  await expect(world.cycle()).rejects.toThrow()
  world.straighten()
  people(world, 100, { first: 'Other' })
  world.rows.r1 = person(1)
  expect((await world.cycle()).report.status).toBe('ok')
  expect(world.sandbox.store.contacts()).toHaveLength(100)
  expect(madeTwice(world)).toEqual([])
})
