// The push, over whole cycles against the sandbox: each change reaches Heymarket once, whatever happens on the way.
import { describe, expect, test } from 'vitest'
import type { Dialects } from '../../../src/sandbox/dialects.ts'
import type { Faults } from '../../../src/sandbox/faults.ts'
import { plannedRow } from '../../../src/sync/diff/planned.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

const TAGGED = aSource({ map: { tags: 'tags' } })

async function start(dialects: Partial<Dialects> = {}, source = aSource(), seed = 1): Promise<TestEngine> {
  return anEngine({ box: await withSandbox({ dialects, seed }), source })
}

function person(n: number, first = `P${n}`, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { phone: nthPhone(n), first, last: 'X', ...more }
}

function people(world: TestEngine, count: number): void {
  for (let n = 1; n <= count; n += 1) world.rows[`r${n}`] = person(n)
}

const held = (world: TestEngine, n: number) => world.sandbox.store.contact(nthPhone(n))

/** Something happens in Heymarket just before the first request of this kind reaches it. */
function justBefore(world: TestEngine, write: 'create' | 'update', happens: () => Promise<unknown>): void {
  const api = { ...world.client.contacts }
  let happened: Promise<unknown> | undefined
  const late = async () => {
    happened ??= happens()
    await happened
  }
  Object.assign(
    world.engine.client.contacts,
    write === 'create'
      ? { create: (body: Parameters<typeof api.create>[0]) => late().then(() => api.create(body)) }
      : { update: (...args: Parameters<typeof api.update>) => late().then(() => api.update(...args)) },
  )
}

/** Phones of which Heymarket ever made more than one contact. */
function madeTwice(world: TestEngine): string[] {
  const made = world.sandbox.store.creations().map(({ phone }) => phone)
  return made.filter((one, index) => made.indexOf(one) !== index)
}

describe('a cycle', () => {
  test('creates, updates and leaves alone, and then has nothing more to do', async () => {
    const world = await start()
    people(world, 3)
    expect((await world.cycle()).report).toMatchObject({
      status: 'ok',
      plan: { create: 3 },
      push: { acked: 3 },
    })
    world.rows.r2 = person(2, 'New')
    expect((await world.cycle()).report).toMatchObject({ plan: { create: 0, update: 1 }, push: { acked: 1 } })
    expect(held(world, 2)).toMatchObject({ first: 'New', display_name: 'New X' })
    const [writes, requests] = [world.writes().length, world.exchanges.length]
    expect((await world.cycle('incremental')).report).toMatchObject({
      status: 'ok',
      plan: { update: 0 },
      push: { requests: 0 },
    })
    expect(world.writes()).toHaveLength(writes)
    expect(world.exchanges.length - requests).toBeLessThanOrEqual(2)
  })

  test('sends opt-outs before anything else', async () => {
    const world = await start({}, aSource({ map: { optedOut: 'stop' } }))
    people(world, 30)
    await world.cycle()
    for (let n = 1; n <= 30; n += 1)
      world.rows[`r${n}`] = person(n, `New${n}`, { stop: n === 30 ? 'yes' : 'no' })
    const before = world.sandbox.store.requests().length
    await world.cycle()
    const [first] = world.sandbox.store
      .requests()
      .slice(before)
      .filter(({ method }) => method === 'PUT')
    expect(first?.phone).toBe(nthPhone(30))
    expect(held(world, 30)?.is_opted_out).toBe(true)
  })

  test('does not make a contact again that the lists are slow to show', async () => {
    const world = await start({ visibilityDelayMs: 600_000, duplicatePhone: 'duplicate' })
    people(world, 1)
    await world.cycle()
    world.clock.advance(6 * 60_000)
    expect((await world.cycle()).report.plan.create).toBe(0)
    expect(madeTwice(world)).toEqual([])
  })

  test('writes to the contact that somebody made instead of ours', async () => {
    const world = await start()
    people(world, 1)
    await world.cycle()
    world.sandbox.store.remove(nthPhone(1))
    world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Typed' }])
    world.clock.advance(60_000)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect(held(world, 1)).toMatchObject({ first: 'P1', last: 'X' })
  })

  test('that only plans writes nothing', async () => {
    const world = await start()
    people(world, 3)
    expect((await world.cycle('full', { planOnly: true })).report.plan).toMatchObject({ create: 3 })
    expect([world.writes(), world.sandbox.store.contacts()]).toEqual([[], []])
  })
})

describe.each(['reject', 'upsert'] as const)(
  'a create of a phone that came to be there meanwhile (%s)',
  (duplicatePhone) => {
    test('adopts the contact when it already shows what is wanted', async () => {
      const world = await start({ duplicatePhone })
      people(world, 1)
      const { report } = await world.cycle('full', {
        onPlan: () => void world.sandbox.store.fill([{ phone: nthPhone(1), first: 'P1', last: 'X' }]),
      })
      expect(report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
      expect(world.engine.mirror.contacts.link(nthPhone(1))).toMatchObject({ origin: 'adopted' })
      expect(madeTwice(world)).toEqual([])
    })

    test('fills in what the contact leaves blank', async () => {
      const world = await start({ duplicatePhone })
      people(world, 1)
      const { report } = await world.cycle('full', {
        onPlan: () => void world.sandbox.store.fill([{ phone: nthPhone(1), email: 'typed@example.com' }]),
      })
      expect(report).toMatchObject({ status: 'ok', push: { acked: 1 } })
      expect(held(world, 1)).toMatchObject({ first: 'P1', last: 'X', email: 'typed@example.com' })
      expect(madeTwice(world)).toEqual([])
    })

    test('has the contact as wanted after the next cycle, where it showed something else', async () => {
      const world = await start({ duplicatePhone })
      people(world, 1)
      await world.cycle('full', {
        onPlan: () =>
          void world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Typed', last: 'By hand' }]),
      })
      const { report } = await world.cycle()
      expect(report).toMatchObject({ status: 'ok', push: { deadLettered: 0, retrying: 0 } })
      expect(held(world, 1)).toMatchObject({ first: 'P1', last: 'X' })
      expect(madeTwice(world)).toEqual([])
    })
  },
)

test.each(['404', '400', 'null'] as const)(
  'an update of a contact that was deleted meanwhile creates it (%s)',
  async (unknownId) => {
    const world = await start({ unknownId })
    people(world, 2)
    await world.cycle()
    const id = held(world, 1)?.id ?? 0
    world.rows.r1 = person(1, 'New')
    justBefore(world, 'update', () => world.client.contacts.remove(id))
    const { report } = await world.cycle()
    expect(report).toMatchObject({ status: 'ok', push: { acked: 1 } })
    expect(held(world, 1)).toMatchObject({ first: 'New', last: 'X' })
    expect(world.engine.mirror.contacts.link(nthPhone(1))).toMatchObject({
      contact_id: held(world, 1)?.id,
      origin: 'created',
    })
  },
)

describe('an answer that was lost', () => {
  test('to a create that was applied is settled by looking, without a second create', async () => {
    const world = await start()
    people(world, 5)
    const { report } = await world.cycle('full', {
      onPlan: () => world.sandbox.configure({ faults: { lostAnswer: 1, writesOnly: 1 } }),
    })
    expect(report).toMatchObject({ status: 'ok', push: { acked: 5 } })
    expect(world.writes()).toHaveLength(5)
    expect(world.sandbox.store.contacts()).toHaveLength(5)
    expect(world.engine.mirror.contacts.link(nthPhone(1))).toMatchObject({ origin: 'created' })
  })

  test('to an update that was applied is settled by looking, without a second update', async () => {
    const world = await start()
    people(world, 3)
    await world.cycle()
    world.rows.r1 = person(1, 'New')
    const before = world.writes().length
    const { report } = await world.cycle('full', {
      onPlan: () => world.sandbox.configure({ faults: { truncated: 1, writesOnly: 1 } }),
    })
    expect(report).toMatchObject({ status: 'ok', push: { acked: 1 } })
    expect(world.writes().length - before).toBe(1)
  })

  test.each([
    ['lostAnswer'],
    ['lostRequest'],
    ['error500Before'],
    ['error500After'],
    ['truncated'],
    ['badGateway'],
    ['rateLimited'],
  ] as const satisfies readonly (readonly [keyof Faults])[])(
    'or a request that failed (%s) ends in one contact each, and no dead letter',
    async (fault) => {
      const world = await start({}, aSource(), 7)
      people(world, 20)
      world.sandbox.configure({ faults: { [fault]: 0.4 } })
      const { report } = await world.cycle()
      expect(report.push.deadLettered).toBe(0)
      world.sandbox.configure({ faults: { [fault]: 0 } })
      await world.cycle()
      expect(world.sandbox.store.contacts().map(({ phone, first }) => [phone, first])).toHaveLength(20)
      expect(madeTwice(world)).toEqual([])
      expect(world.engine.outbox.counts()).toEqual({ pending: 0, in_flight: 0, unsettled: 0, dead: 0 })
    },
  )
})

describe('what a killed process left in flight', () => {
  /** A process that died after it claimed its first operation. */
  async function killedWhileCreating(applied: boolean): Promise<TestEngine> {
    const world = await start()
    people(world, 1)
    await world.cycle('full', { planOnly: true })
    const { outbox } = world.engine
    const change = {
      kind: 'create',
      phone: nthPhone(1),
      sourceId: 'clinic',
      recordId: 'r1',
      fields: [{ field: 'first', before: '', after: 'P1' }],
    } as const
    outbox.enqueue([plannedRow(change)], { id: 'c0000', lane: 3, at: world.clock.now() })
    outbox.claim(outbox.ofPhone(nthPhone(1))?.id ?? 0)
    if (applied) await world.client.contacts.create({ phone: nthPhone(1), first: 'P1', last: 'X' })
    return world
  }

  test('is found where it was applied, and not created again', async () => {
    const world = await killedWhileCreating(true)
    const { report } = await world.cycle()
    expect(report.status).toBe('ok')
    expect([world.sandbox.store.contacts().length, madeTwice(world)]).toEqual([1, []])
    expect(world.writes()).toHaveLength(1)
  })

  test('is created once where it was not', async () => {
    const world = await killedWhileCreating(false)
    await world.cycle()
    await world.cycle()
    expect([world.sandbox.store.contacts().length, world.writes().length]).toEqual([1, 1])
    expect(world.engine.outbox.counts()).toMatchObject({ in_flight: 0, unsettled: 0 })
  })
})

describe('what Heymarket refuses', () => {
  /** The tag that the record wants is deleted in Heymarket after its id was looked up. */
  async function refused(): Promise<{
    world: TestEngine
    report: Awaited<ReturnType<TestEngine['cycle']>>['report']
  }> {
    const world = await start({}, TAGGED)
    world.rows.r1 = person(1, 'P1', { tags: 'VIP' })
    world.rows.r2 = person(2, 'P2', { tags: '' })
    const headers = { authorization: 'Bearer sandbox-key' }
    justBefore(world, 'create', () => fetch(`${world.sandbox.url}/v1/tag/11`, { method: 'DELETE', headers }))
    const { report } = await world.cycle()
    return { world, report }
  }

  test('is buried with what it said, and the rest goes ahead', async () => {
    const { world, report } = await refused()
    expect(report).toMatchObject({ status: 'failed', push: { acked: 1, deadLettered: 1 } })
    expect(world.engine.outbox.ofPhone(nthPhone(1))).toMatchObject({
      state: 'dead',
      error_code: 'ERR_HEYMARKET_REJECTED',
      error: expect.stringContaining('tags: no tag has the id 11'),
      request_id: expect.stringMatching(/\S/),
    })
    expect([held(world, 1), held(world, 2)?.first]).toEqual([null, 'P2'])
  })

  test('is not sent again as it is, and is sent as soon as it is another change', async () => {
    const { world } = await refused()
    const before = world.writes().length
    await world.cycle().catch(() => undefined)
    expect(world.writes()).toHaveLength(before)
    world.rows.r1 = person(1, 'P1', { tags: 'Newsletter' })
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1 } })
    expect(held(world, 1)?.tags).toMatchObject([{ tag: 'Newsletter' }])
  })
})

test('a Heymarket that is gone ends the push, and nothing is left claimed', async () => {
  const world = await start()
  people(world, 20)
  let closed: Promise<void> = Promise.resolve()
  const cycle = world.cycle('full', {
    onPlan: () => {
      closed = world.sandbox.close()
    },
  })
  await expect(cycle).rejects.toMatchObject({ verdict: 'retry', exitCode: 1 })
  await closed
  expect(world.engine.outbox.counts().in_flight).toBe(0)
  expect(world.engine.cycles.latest(1)).toMatchObject([{ status: 'failed' }])
})

test('a write that Heymarket acknowledges and does not keep is a dead letter, and is not written again', async () => {
  const world = await start(
    { trimNames: 'yes', clearCustom: 'ignores' },
    aSource({ map: { custom: { Plan: 'plan' } } }),
  )
  world.rows.r1 = person(1, 'P1', { plan: 'Gold' })
  await world.cycle()
  const real = world.engine.client.contacts.update
  // The account answers 200 and keeps the old values.
  Object.assign(world.engine.client.contacts, {
    update: async (id: number, body: Parameters<typeof real>[1], overwrite: boolean) =>
      real(id, { ...body, first: 'P1' }, overwrite),
  })
  world.rows.r1 = person(1, 'New', { plan: 'Gold' })
  expect((await world.cycle()).report).toMatchObject({
    status: 'failed',
    push: { acked: 0, deadLettered: 1 },
  })
  expect(world.engine.outbox.ofPhone(nthPhone(1))).toMatchObject({
    state: 'dead',
    error_code: 'ERR_NOT_STORED',
  })
  const before = world.writes().length
  await world.cycle()
  expect(world.writes()).toHaveLength(before)
})
