// Dead letters that live again: once for each thing that may have mended them, and never in vain for ever (I7).
import { describe, expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import { revive } from '../../../src/sync/outbox/revive.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

const QUIET = { writes: 0, dead: 1 }

async function start(dialects: Partial<Dialects>, map: Record<string, unknown> = {}, source = {}) {
  return anEngine({ box: await withSandbox({ dialects }), source: aSource({ map, ...source }) })
}

function callApi(world: TestEngine, method: string, path: string, body?: unknown) {
  const headers = { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' }
  return fetch(world.sandbox.url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
}

/** Somebody makes a tag in Heymarket, and the names that heysync keeps have grown old. */
async function namesChange(world: TestEngine, tag: string): Promise<void> {
  await callApi(world, 'POST', '/v1/tag', { tag })
  world.engine.lookups.forget()
}

/** One cycle: how many writes it sent, and how many dead letters there are after it. */
async function pass(world: TestEngine) {
  const before = world.writes().length
  await world.cycle()
  return { writes: world.writes().length - before, dead: world.engine.outbox.counts().dead }
}

/** A contact that Heymarket has and does not show: creating it is refused for as long as the clock stands still. */
async function refused(): Promise<TestEngine> {
  const world = await start({ duplicatePhone: 'reject', visibilityDelayMs: 600_000 })
  await callApi(world, 'POST', '/v1/contact', { phone: nthPhone(1), first: 'Hidden' })
  world.rows.r1 = { phone: nthPhone(1), first: 'P1', last: 'X' }
  expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
  return world
}

/** An account that takes an assignee, answers 200 and keeps the old one. */
async function notStored(): Promise<TestEngine> {
  const world = await start({ assigneeIds: 'users' }, { assignee: 'owner' })
  world.rows.r1 = { phone: nthPhone(1), first: 'P1', last: 'X', owner: 'ana@example.com' }
  expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
  expect(world.engine.outbox.ofPhone(nthPhone(1))).toMatchObject({ error_code: 'ERR_NOT_STORED' })
  return world
}

describe('a refused change', () => {
  test('goes through by itself when the name that it needs is there again under another id', async () => {
    const world = await start({}, { tags: 'tags' })
    const create = world.engine.client.contacts.create
    Object.assign(world.engine.client.contacts, {
      create: async (body: Parameters<typeof create>[0]) => {
        // Somebody deletes the tag after its id was looked up.
        await callApi(world, 'DELETE', '/v1/tag/11')
        return create(body)
      },
    })
    world.rows.r1 = { phone: nthPhone(1), first: 'P1', last: 'X', tags: 'VIP' }
    expect((await world.cycle()).report).toMatchObject({ push: { acked: 0, deadLettered: 1 } })
    await callApi(world, 'POST', '/v1/tag', { tag: 'VIP' })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect(world.sandbox.store.contact(nthPhone(1))?.tags).toMatchObject([{ tag: 'VIP' }])
  })

  test('is tried once for each change of the names, and counts in every cycle (I1)', async () => {
    const world = await refused()
    expect(await pass(world)).toEqual(QUIET)
    for (const tag of ['One', 'Two']) {
      await namesChange(world, tag)
      expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
      expect(await pass(world)).toEqual(QUIET)
    }
    expect((await world.cycle()).report).toMatchObject({ plan: { create: 1 }, push: { deadLettered: 1 } })
  })

  test('is tried once when the mapping of its source changes, also where the change stays the same', async () => {
    const before = await refused()
    const map = { custom: { Plan: 'plan' } }
    const world = await anEngine({ box: before, db: before.db, source: aSource({ map }) })
    world.rows = before.rows
    const { outbox } = world.engine
    const hash = outbox.ofPhone(nthPhone(1))?.change_hash
    expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
    expect(outbox.ofPhone(nthPhone(1))?.change_hash).toEqual(hash)
    expect(await pass(world)).toEqual(QUIET)
  })

  test('costs a steady cycle no write and at most two reads', async () => {
    const world = await refused()
    await world.cycle('incremental')
    const before = world.exchanges.length
    await world.cycle('incremental')
    expect(world.exchanges.slice(before).filter(({ path }) => path === '/v1/contact')).toEqual([])
    expect(world.exchanges.length - before).toBeLessThanOrEqual(2)
  })

  test('has the names asked for once, not again with each edit that gets through', async () => {
    const world = await refused()
    await world.cycle()
    const before = world.exchanges.length
    for (const first of ['A', 'B', 'C']) {
      world.rows.r2 = { phone: nthPhone(2), first, last: 'X' }
      expect((await world.cycle()).report.push.acked).toBe(1)
    }
    expect(world.exchanges.slice(before).filter(({ path }) => path === '/v1/team')).toEqual([])
  })
})

describe('a change that was not stored', () => {
  test('is written once more for each change of the names, and then left alone', async () => {
    const world = await notStored()
    expect(await pass(world)).toEqual(QUIET)
    await namesChange(world, 'One')
    expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
    for (let n = 0; n < 3; n += 1) expect(await pass(world)).toEqual(QUIET)
  })

  test('goes through once the account keeps it', async () => {
    const world = await notStored()
    world.sandbox.configure({ dialects: { assigneeIds: 'members' } })
    expect(await pass(world)).toEqual(QUIET)
    await namesChange(world, 'One')
    expect(await pass(world)).toEqual({ writes: 1, dead: 0 })
    expect(world.sandbox.store.contact(nthPhone(1))?.assigned_user_id).toBe(501)
  })
})

test('a removal that was not stored is carried out when it is put back, although heysync was done with it', async () => {
  const world = await start({ tagsWrite: 'merge' }, { tags: 'tags' }, { onRemoved: 'clear' })
  for (const n of [1, 2]) world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, last: 'X', tags: 'VIP' }
  await world.cycle()
  delete world.rows.r1
  expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
  expect(await pass(world)).toEqual(QUIET)
  world.sandbox.configure({ dialects: { tagsWrite: 'replace' } })
  const { mirror, outbox } = world.engine
  revive(mirror, outbox, outbox.inState('dead'))
  expect(await pass(world)).toEqual({ writes: 1, dead: 0 })
  expect(world.sandbox.store.contact(nthPhone(1))).toMatchObject({ first: '', tags: [] })
})

test('an opt-out that an account acknowledges and never shows is counted once beside what is acked (I1), and sent again when it is put back', async () => {
  const world = await start({}, { optedOut: 'stop' }, { filter: 'record.here == "yes"' })
  world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Ann' }])
  const { status, contacts } = world.engine.client
  Object.assign(status, {
    unsubscribe: (id: number) =>
      contacts.update(
        id,
        {
          phone: nthPhone(1),
          first: 'Ann',
          last: '',
          display_name: '',
          email: '',
          custom: {},
          assignee_id: -1,
          tags: [],
        },
        false,
      ),
  })
  world.rows.r1 = { phone: nthPhone(1), stop: 'yes', here: 'no' }
  for (const n of [2, 3, 4]) {
    world.rows[`r${n}`] = { phone: nthPhone(n), first: `P${n}`, stop: 'no', here: 'yes' }
    const { report } = await world.cycle()
    expect(report.push).toMatchObject({ acked: 1, deadLettered: 1, retrying: 0 })
  }
  expect(await pass(world)).toEqual(QUIET)
  const { mirror, outbox } = world.engine
  revive(mirror, outbox, outbox.inState('dead'))
  expect(await pass(world)).toEqual({ writes: 1, dead: 1 })
  expect(await pass(world)).toEqual(QUIET)
})
