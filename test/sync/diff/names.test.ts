// Custom fields and tags of the account over whole cycles: values as text, names that move, tags that find no room.
import { describe, expect, test } from 'vitest'
import { findDrift } from '../../../src/sync/find-drift.ts'
import { shown, somebody } from '../../invariants/situations.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, type TestEngine } from '../../support/engine.ts'
import { withSandbox } from '../../support/heymarket.ts'

const HOUR = 60 * 60_000
const HEYMARKET = { default: { onHeymarketEdit: 'heymarket' } }
const SOURCE = aSource({ map: { tags: 'tags', custom: { Plan: 'plan' } } })

function person(n: number, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { phone: nthPhone(n), first: `P${n}`, last: 'X', plan: 'Gold', tags: 'VIP', ...more }
}

async function start(given: Parameters<typeof anEngine>[0] = {}): Promise<TestEngine> {
  const world = await anEngine({ source: SOURCE, fields: HEYMARKET, ...given })
  world.rows = { r1: person(1), r2: person(2) }
  await world.cycle()
  return world
}

const tagsOf = (world: TestEngine, n = 1) => shown(world, n)?.tags.map((one) => one.tag)

/** The account's custom fields are others from now on, as when somebody renames or deletes them in the settings. */
function nowHasFields(world: TestEngine, fields: { id: number; name: string }[]): void {
  Object.assign(world.engine.client.contactFields, { list: async () => fields })
}

describe('a custom field', () => {
  test.each([
    ['renamed', [{ id: 901, name: 'Tariff' }]],
    ['deleted', []],
  ])('that was %s in the account stops the cycle before it writes anything', async (_what, fields) => {
    const world = await start()
    nowHasFields(world, fields)
    world.rows.r1 = person(1, { plan: 'Silver', first: 'New' })
    world.clock.advance(HOUR)
    const written = world.writes().length
    await expect(world.cycle()).rejects.toMatchObject({ code: 'ERR_FIELD_UNKNOWN' })
    expect(world.writes()).toHaveLength(written)
  })

  test('that was deleted within the hour is asked for again after the first write that Heymarket does not store', async () => {
    const world = await start({ box: await withSandbox({ dialects: { unknownCustom: 'reject' } }) })
    nowHasFields(world, [])
    const { update } = world.client.contacts
    // Heymarket no longer knows the id.
    Object.assign(world.engine.client.contacts, {
      update: (id: number, body: Parameters<typeof update>[1], overwrite: boolean) =>
        update(id, { ...body, custom: { 999999: 'x' } }, overwrite),
    })
    world.rows.r1 = person(1, { plan: 'Silver' })
    expect((await world.cycle()).report).toMatchObject({ push: { acked: 0, deadLettered: 1 } })
    await expect(world.cycle()).rejects.toMatchObject({ code: 'ERR_FIELD_UNKNOWN' })
  })

  test.each(['at once', 'after a reconcile that missed it'])(
    'that was deleted and made anew is filled again, because nobody emptied it (%s)',
    async (when) => {
      const world = await start()
      if (when !== 'at once') {
        nowHasFields(world, [])
        const none = await world.engine.lookups.get({ fresh: true })
        expect(findDrift(world.engine, none)).toEqual({ kept: 0, restored: 0, fields: [] })
      }
      nowHasFields(world, [{ id: 902, name: 'Plan' }])
      world.clock.advance(HOUR)
      expect((await world.cycle()).report).toMatchObject({ status: 'ok', plan: { update: 2 } })
      expect(shown(world, 1)?.custom).toMatchObject({ 902: 'Gold' })
    },
  )

  test.each(['clears', 'stores'] as const)(
    'holds any value as the same text each time, and nothing is written twice (%s)',
    async (clearCustom) => {
      const world = await anEngine({ source: SOURCE, box: await withSandbox({ dialects: { clearCustom } }) })
      const values = [7, 7.5, 1e21, true, false, new Date(0), ['a', 'b'], { a: 1 }, null, '', ' x ', 'é']
      world.rows = Object.fromEntries(values.map((plan, n) => [`r${n}`, person(n + 1, { plan })]))
      await world.cycle()
      expect(values.map((_, n) => shown(world, n + 1)?.custom['901'] ?? '')).toEqual([
        '7',
        '7.5',
        '1000000000000000000000',
        'true',
        'false',
        '1970-01-01T00:00:00.000Z',
        'a, b',
        '{"a":1}',
        '',
        '',
        'x',
        'é',
      ])
      const written = world.writes().length
      await world.cycle()
      expect(world.writes()).toHaveLength(written)
    },
  )
})

test('a tag that was deleted and made anew is given again, because nobody took it away', async () => {
  const world = await start()
  const { tags } = world.client
  const old = world.sandbox.store.tags().find((one) => one.tag === 'VIP')
  await tags.remove(old?.id ?? 0)
  await tags.create('VIP')
  world.clock.advance(HOUR)
  expect((await world.cycle()).report.status).toBe('ok')
  expect(tagsOf(world)).toEqual(['VIP'])
})

test('names that come to the account beside the others forget no edit', async () => {
  const world = await start()
  const contact = shown(world, 1)
  world.clock.advance(1000)
  await somebody(world).update(
    contact?.id ?? 0,
    {
      phone: nthPhone(1),
      first: 'P1',
      last: 'X',
      display_name: 'P1 X',
      email: '',
      assignee_id: -1,
      custom: { 901: 'Gold' },
      tags: [],
    },
    false,
  )
  await world.cycle()
  await world.client.tags.create('Brand new')
  world.clock.advance(HOUR)
  await world.cycle()
  expect(tagsOf(world)).toEqual([])
})

describe('more than five tags', () => {
  const SEVEN = ['T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'T7']

  async function seven(given: Parameters<typeof anEngine>[0] = {}): Promise<TestEngine> {
    const box = await withSandbox()
    for (const tag of SEVEN) await box.client.tags.create(tag)
    const world = await anEngine({ source: SOURCE, box, ...given })
    world.rows = { r1: person(1, { tags: SEVEN.join(',') }), r2: person(2) }
    return world
  }

  test('are cut in the order of the mapping, and each cycle says so', async () => {
    const world = await seven()
    const warning = expect.stringMatching(/^1 contact has more than five tags.*"T6", "T7"/)
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', warnings: [warning] })
    expect(tagsOf(world)).toEqual(SEVEN.slice(0, 5))
    const written = world.writes().length
    expect((await world.cycle()).report).toMatchObject({ warnings: [warning] })
    expect(world.writes()).toHaveLength(written)
    world.rows.r1 = person(1)
    expect((await world.cycle()).report.warnings).toEqual([])
  })

  test('are cut by priority, where there is one', async () => {
    const world = await seven({ tagPriority: ['T7', 'T6', 'T66'] })
    const { warnings } = (await world.cycle()).report
    expect(warnings).toEqual([
      expect.stringContaining('"T4", "T5"'),
      expect.stringMatching(/`tags.priority` names "T66"/),
    ])
    expect([...(tagsOf(world) ?? [])].sort()).toEqual(['T1', 'T2', 'T3', 'T6', 'T7'])
  })

  test('are no edit: a tag without room is given once there is some', async () => {
    const world = await seven({ fields: HEYMARKET })
    await world.cycle()
    world.rows.r1 = person(1, { tags: 'T2,T3,T4,T5,T6,T7' })
    await world.cycle()
    expect(tagsOf(world)?.sort()).toEqual(['T2', 'T3', 'T4', 'T5', 'T6'])
    world.rows.r1 = person(1, { tags: 'T7' })
    await world.cycle()
    expect(tagsOf(world)).toEqual(['T7'])
  })
})
