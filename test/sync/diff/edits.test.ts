// Somebody works in Heymarket beside heysync, over whole cycles: what they changed is kept or restored by policy.
import { describe, expect, test } from 'vitest'
import type { ContactBody } from '../../../src/heymarket/contacts.ts'
import { once, shown, somebody } from '../../invariants/situations.ts'
import { nthPhone } from '../../support/contact.ts'
import { anEngine, aSource, dials, type TestEngine } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { type Box, withSandbox } from '../../support/heymarket.ts'

const PLAN = '901'
const [VIP, NEWSLETTER] = ['VIP', 'Newsletter']
const HEYMARKET = { default: { onHeymarketEdit: 'heymarket' } }
const SOURCE = aSource({
  map: { email: 'email', assignee: 'owner', tags: 'tags', custom: { Plan: 'plan' } },
})
const ANN = {
  phone: nthPhone(1),
  first: 'Ann',
  last: 'Lee',
  email: 'ann@example.com',
  owner: 'ana@example.com',
  tags: VIP,
  plan: 'Gold',
}

type Given = Parameters<typeof anEngine>[0]

/** Ann is in Heymarket as her record says. */
async function ann(fields: object = HEYMARKET, given: Given = {}): Promise<TestEngine> {
  const world = await anEngine({ source: SOURCE, fields, ...given })
  world.rows = { r1: ANN }
  await world.cycle()
  return world
}

type Typed = Omit<Partial<ContactBody>, 'tags' | 'custom'> & { tags?: string[]; plan?: string }

/** Somebody changes the first contact in Heymarket; tags by name. */
async function edits(world: Box, { tags, plan, ...plain }: Typed): Promise<void> {
  const now = shown(world, 1)
  if (!now) throw new Error('not in Heymarket')
  const ids = new Map(world.sandbox.store.tags().map((one) => [one.tag, one.id]))
  const names = tags ?? now.tags.map((one) => one.tag)
  const custom = plan === undefined ? now.custom : { ...now.custom, [PLAN]: plan }
  const kept = Object.fromEntries(Object.entries(custom).filter(([, value]) => value !== ''))
  const body: ContactBody = {
    phone: nthPhone(1),
    first: now.first,
    last: now.last,
    display_name: now.display_name,
    email: now.email,
    assignee_id: now.assigned_user_id || -1,
    custom: kept,
    tags: names.map((name) => ({ tag_id: ids.get(name) ?? 0 })),
    ...plain,
  }
  world.clock.advance(1000)
  await somebody(world).update(now.id, body, true)
}

/** What Heymarket shows of Ann. */
function view(world: Box) {
  const { first, last, email, assigned_user_id, custom, tags } = shown(world, 1) ?? {}
  return {
    first,
    last,
    email,
    owner: assigned_user_id,
    plan: custom?.[PLAN],
    tags: tags?.map(({ tag }) => tag),
  }
}

const AS_SAID = { first: 'Ann', last: 'Lee', email: 'ann@example.com', owner: 501, plan: 'Gold', tags: [VIP] }
const TYPED: Typed = { first: 'Annie', email: '', assignee_id: 502, plan: 'Silver', tags: [NEWSLETTER] }
const AS_TYPED = { ...AS_SAID, first: 'Annie', email: '', owner: 502, plan: 'Silver', tags: [NEWSLETTER] }

const drift = (world: TestEngine) => world.engine.mirror.drift.ofPhone(nthPhone(1))

/** Runs cycles and counts their writes. */
async function writesOf(world: TestEngine, work: () => Promise<unknown>): Promise<number> {
  const before = world.writes().length
  await work()
  return world.writes().length - before
}

test('by default what somebody changed is what the source says after the next cycle', async () => {
  const world = await ann({})
  world.engine.mirror.contacts.ownTag(NEWSLETTER)
  await edits(world, TYPED)
  const { report } = await world.cycle('incremental')
  expect(report).toMatchObject({ status: 'ok', plan: { update: 1 }, push: { acked: 1 } })
  expect(view(world)).toEqual(AS_SAID)
  expect(drift(world)).toEqual([])
})

describe('an edit under heymarket', () => {
  test('stays, without a write, for as long as the source says the same', async () => {
    const world = await ann()
    world.engine.mirror.contacts.ownTag(NEWSLETTER)
    await edits(world, TYPED)
    const written = await writesOf(world, async () => {
      for (const mode of ['incremental', 'full', 'incremental'] as const)
        expect((await world.cycle(mode)).report).toMatchObject({ status: 'ok', plan: { update: 0 } })
    })
    expect([written, view(world)]).toEqual([0, AS_TYPED])
  })

  test('of one field is kept while the source changes another, and the write is no failure', async () => {
    const world = await ann()
    await edits(world, { first: 'Annie', tags: [] })
    world.rows.r1 = { ...ANN, last: 'Li' }
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Annie', last: 'Li', tags: [] })
    expect(await writesOf(world, () => world.cycle('full'))).toBe(0)
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Annie', last: 'Li', tags: [] })
  })

  test('gives way to a newer value of the source, and a later edit counts again', async () => {
    const world = await ann()
    await edits(world, { first: 'Annie' })
    await world.cycle()
    world.rows.r1 = { ...ANN, first: 'Anna' }
    await world.cycle()
    expect(view(world).first).toBe('Anna')
    await edits(world, { first: 'Nan' })
    await world.cycle()
    expect(view(world).first).toBe('Nan')
  })

  test('made at the same time as a change in the source gives way to it', async () => {
    const world = await ann()
    await edits(world, { first: 'Annie' })
    world.rows.r1 = { ...ANN, first: 'Anna' }
    await world.cycle()
    expect(view(world).first).toBe('Anna')
  })

  test('made between our write and the next look at it is still an edit', async () => {
    const world = await ann()
    const { update } = world.client.contacts
    const typing = once(() => edits(world, { first: 'Annie' }))
    // The answer is on its way back when somebody types; the cycle that wrote reads it afterwards.
    Object.assign(world.engine.client.contacts, {
      update: async (...args: Parameters<typeof update>) => {
        const answer = await update(...args)
        await typing()
        return answer
      },
    })
    world.rows.r1 = { ...ANN, first: 'Anna' }
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    await world.cycle()
    expect(view(world).first).toBe('Annie')
  })

  test('is remembered per field: the others go on following the source', async () => {
    const world = await ann({ first: { onHeymarketEdit: 'heymarket' } })
    await edits(world, { first: 'Annie', email: 'typed@example.com' })
    await world.cycle()
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Annie' })
  })

  test('is put back when the policy is taken away', async () => {
    const box = await withSandbox()
    const db = aDatabase()
    await edits(await ann(HEYMARKET, { box, db }), { first: 'Annie' })
    const kept = await ann(HEYMARKET, { box, db })
    expect(view(kept).first).toBe('Annie')
    expect(view(await ann({}, { box, db })).first).toBe('Ann')
  })

  test('of somebody who left and came back is kept, and what was emptied meanwhile is filled in', async () => {
    const world = await ann(HEYMARKET, { guard: dials({ removals: { ratio: 1, min: 9 } }) })
    await edits(world, { first: 'Annie', email: '' })
    world.rows = { r2: { ...ANN, phone: nthPhone(2) } }
    await world.cycle()
    world.rows = { r1: ANN }
    await world.cycle()
    expect(view(world)).toMatchObject({ first: 'Annie', email: 'ann@example.com' })
  })
})

describe('a contact that was there before', () => {
  /** Ann was typed into Heymarket long ago; then heysync meets her. */
  async function met(fields: object): Promise<TestEngine> {
    const world = await anEngine({ source: SOURCE, fields })
    world.sandbox.store.fill([{ phone: nthPhone(1), first: 'Annie', last: '', email: 'old@example.com' }])
    world.rows = { r1: ANN }
    await world.cycle()
    return world
  }

  test('keeps its values under heymarket, and gets those that it lacks', async () => {
    const world = await met(HEYMARKET)
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Annie', email: 'old@example.com' })
    expect(await writesOf(world, () => world.cycle())).toBe(0)
    world.rows.r1 = { ...ANN, first: 'Anna' }
    await world.cycle()
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Anna', email: 'old@example.com' })
  })

  test('gets a value that was kept back at first, once the source has agreed and says it again', async () => {
    const world = await met(HEYMARKET)
    world.rows.r1 = { ...ANN, first: 'Annie' }
    await world.cycle()
    world.rows.r1 = ANN
    expect((await world.cycle()).report).toMatchObject({ status: 'ok', push: { acked: 1, deadLettered: 0 } })
    expect(view(world)).toEqual({ ...AS_SAID, email: 'old@example.com' })
  })

  test('gets the tags that it lacks also when they had to wait for a person', async () => {
    const db = aDatabase()
    const box = await withSandbox()
    const [newsletter] = box.sandbox.store.tags().filter(({ tag }) => tag === NEWSLETTER)
    box.sandbox.store.fill([{ phone: nthPhone(1), tags: [newsletter?.id ?? 0] }])
    const held = {
      box,
      db,
      source: SOURCE,
      fields: HEYMARKET,
      guard: dials({ updates: { ratio: 0, min: 0 } }),
    }
    const world = await anEngine(held)
    world.engine.mirror.contacts.ownTag(NEWSLETTER)
    world.rows = { r1: ANN }
    for (let n = 1; n <= 2; n += 1) expect((await world.cycle()).report.status).toBe('held')
    const released = await anEngine({ ...held, guard: dials() })
    released.rows = world.rows
    await released.cycle()
    expect(view(world)).toEqual({ ...AS_SAID, tags: [NEWSLETTER, VIP] })
  })

  test('follows the source where nothing else is said', async () => {
    expect(view(await met({}))).toEqual(AS_SAID)
  })
})

describe('after the database was lost', () => {
  test.each([
    ['source', {}, AS_SAID],
    ['heymarket', HEYMARKET, { ...AS_SAID, first: 'Annie' }],
  ] as const)('nothing is written when nothing changed (%s), I8', async (_name, fields, expected) => {
    const box = await withSandbox()
    const before = await ann(fields, { box })
    await edits(before, { first: 'Annie' })
    await before.cycle()
    expect(view(box)).toEqual(expected)
    expect(await writesOf(before, () => ann(fields, { box }))).toBe(0)
    expect(view(box)).toEqual(expected)
  })

  test('what the source changes afterwards is written over what was kept', async () => {
    const box = await withSandbox()
    await edits(await ann(HEYMARKET, { box }), { first: 'Annie' })
    const world = await ann(HEYMARKET, { box })
    world.rows.r1 = { ...ANN, first: 'Anna' }
    await world.cycle()
    expect(view(world).first).toBe('Anna')
  })
})

describe('what a source may write', () => {
  test('under neverClear is everything but a blank', async () => {
    const world = await ann({ default: { write: 'neverClear' } })
    world.rows.r1 = { ...ANN, first: 'Anna', email: '', owner: '', plan: '', tags: '' }
    await world.cycle()
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Anna' })
    expect(drift(world)).toEqual([])
    expect(await writesOf(world, () => world.cycle())).toBe(0)
    world.rows.r1 = { ...ANN, first: 'Anna', email: 'new@example.com' }
    await world.cycle()
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Anna', email: 'new@example.com' })
  })

  test('under ifEmpty is what is not there yet', async () => {
    const world = await ann({ custom: { Plan: { write: 'ifEmpty' } } })
    expect(view(world).plan).toBe('Gold')
    world.rows.r1 = { ...ANN, plan: 'Silver' }
    await world.cycle()
    expect(view(world).plan).toBe('Gold')
    await edits(world, { plan: '' })
    await world.cycle()
    expect(view(world).plan).toBe('Silver')
    expect(drift(world)).toEqual([])
  })
})

describe('drift', () => {
  test('is on record for as long as an edit is kept, with what was expected and since when', async () => {
    const world = await ann()
    await edits(world, { first: 'Annie' })
    const at = world.clock.now()
    await world.cycle()
    const row = { phone: nthPhone(1), field: 'first', expected: 'Ann', outcome: 'kept', first_seen_at: at }
    expect(drift(world)).toEqual([{ ...row, found: 'Annie' }])
    await edits(world, { first: 'Nan' })
    await world.cycle()
    expect(drift(world)).toEqual([{ ...row, found: 'Nan' }])
    await edits(world, { first: 'Ann' })
    await world.cycle()
    expect(drift(world)).toEqual([])
  })

  test('that will be restored is on record until it is', async () => {
    const world = await ann({}, { guard: dials({ updates: { ratio: 0, min: 0 } }) })
    await edits(world, { first: 'Annie' })
    expect((await world.cycle()).report.status).toBe('held')
    expect(drift(world)).toMatchObject([
      { field: 'first', expected: 'Ann', found: 'Annie', outcome: 'restored' },
    ])
    await edits(world, { first: 'Ann' })
    await world.cycle()
    expect(drift(world)).toEqual([])
  })

  test('goes with the person who leaves', async () => {
    const world = await ann(HEYMARKET, { guard: dials({ removals: { ratio: 1, min: 9 } }) })
    await edits(world, { first: 'Annie' })
    await world.cycle()
    expect(drift(world)).toHaveLength(1)
    world.rows = { r2: { ...ANN, phone: nthPhone(2) } }
    await world.cycle()
    expect(drift(world)).toEqual([])
  })

  test('is not what Heymarket made of our own write, also where an edit is kept beside it', async () => {
    const box = await withSandbox({ dialects: { tagsWrite: 'merge' } })
    const world = await ann(HEYMARKET, { box })
    world.rows.r1 = { ...ANN, tags: '' }
    expect((await world.cycle()).report).toMatchObject({ push: { deadLettered: 1 } })
    expect(drift(world)).toEqual([])
    await edits(world, { first: 'Annie' })
    expect((await world.cycle()).report).toMatchObject({ push: { deadLettered: 1 } })
    expect(drift(world)).toMatchObject([{ field: 'first', outcome: 'kept' }])
    expect(view(world)).toEqual({ ...AS_SAID, first: 'Annie' })
  })

  test('is not a value that Heymarket kept in spite of our write', async () => {
    const world = await ann()
    const { update } = world.client.contacts
    // The account answers 200 and keeps the old name.
    Object.assign(world.engine.client.contacts, {
      update: (id: number, body: ContactBody, overwrite: boolean) =>
        update(id, { ...body, first: 'Ann' }, overwrite),
    })
    world.rows.r1 = { ...ANN, first: 'Anna' }
    expect((await world.cycle()).report).toMatchObject({ push: { deadLettered: 1 } })
    await edits(world, { last: 'Li' })
    await world.cycle()
    expect(drift(world)).toMatchObject([{ field: 'last', expected: 'Lee', found: 'Li', outcome: 'kept' }])
  })
})
