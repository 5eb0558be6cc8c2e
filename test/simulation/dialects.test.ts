// Whatever the documentation leaves open: under every reading of it the account converges, and the next run is silent.
import { describe, expect, test } from 'vitest'
import { ACCOUNT_DIALECTS } from '../../src/sandbox/dialects/account.ts'
import { CONTACT_DIALECTS } from '../../src/sandbox/dialects/contacts.ts'
import type { Dialects } from '../../src/sandbox/dialects.ts'
import {
  edit,
  expectNoDuplicates,
  leavers,
  Model,
  makePeople,
  openWorld,
  phoneOf,
  usedAccount,
  type World,
  writes,
} from './support.ts'

/** What a sync can meet. */
const SYNC_DIALECTS = { ...CONTACT_DIALECTS, ...ACCOUNT_DIALECTS }

/** Numbers have no list of values: these are the ones that bite. */
const NUMBERS: Readonly<Record<string, readonly number[]>> = {
  defaultLimit: [1, 7],
  maxLimit: [1, 7, 10_000],
  visibilityDelayMs: [2_000, 60_000, 600_000],
  emailOnlyContacts: [25],
  tokenAheadSeconds: [0],
}

const CASES = Object.entries(SYNC_DIALECTS).flatMap(([name, one]) => {
  const values: readonly (string | number)[] = 'values' in one ? one.values.slice(1) : (NUMBERS[name] ?? [])
  return values.map((value) => ({
    label: `${name}=${value}`,
    dialects: { [name]: value } as Partial<Dialects>,
  }))
})

test('every dialect that a sync can meet has a case', () => {
  const covered = new Set(CASES.flatMap(({ dialects }) => Object.keys(dialects)))
  expect(Object.keys(SYNC_DIALECTS).filter((name) => !covered.has(name))).toEqual([])
})

describe.each([{ label: 'every first reading', dialects: {} }, ...CASES])('$label', ({ dialects }) => {
  test('converges, loses nothing, and the next run makes no write', async () => {
    await tellStory(dialects)
  })
})

describe.each(Array.from({ length: 12 }, (_, index) => index + 1))('random readings, seed %i', (seed) => {
  const dialects = randomDialects(seed)
  test(`converges under ${Object.entries(dialects)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`, async () => {
    await tellStory(dialects)
  })
})

// 45 contacts were changed in one instant and 15 a second later. Where a page holds fewer, some cannot be listed at all
// without page numbers. They must be found all the same, and nobody doubled.
describe.each(['one', 'zero', 'ignored'] as const)('contacts of two instants, page=%s', (page) => {
  test.each([
    { cursor: 'exclusive', maxLimit: 7 },
    { cursor: 'exclusive', maxLimit: 30 },
    { cursor: 'inclusive', maxLimit: 7 },
    { cursor: 'inclusive', maxLimit: 30 },
    { cursor: 'inclusive', maxLimit: 50 },
    { cursor: 'inclusive', maxLimit: 60 },
  ] as const)('cursor=$cursor maxLimit=$maxLimit converges without a second contact', async (reading) => {
    await tellStory({ ...reading, page, duplicatePhone: 'duplicate', resolution: 'second' }, true)
  })
})

test('contacts that no list can show are neither taken for gone nor made twice', async () => {
  const people = makePeople(110)
  const world = await openWorld({
    dialects: {
      cursor: 'inclusive',
      resolution: 'second',
      maxLimit: 60,
      page: 'ignored',
      duplicatePhone: 'duplicate',
    },
  })
  const { sandbox, clock } = world
  const asWanted = people.map(({ phone, first, last, email, plan, tags, out }) => ({
    phone,
    first,
    last,
    email,
    custom: plan === '' ? {} : { '901': plan },
    tags: tags.length > 0 ? [11] : [],
    is_opted_out: out,
  }))
  // The last page before the 80 ties begins with others, and ends among the ties.
  sandbox.store.fill(asWanted.slice(0, 80), { sameInstant: true })
  clock.advance(1_000)
  sandbox.store.fill(asWanted.slice(80), { sameInstant: true })
  world.save(people)
  for (const mode of ['incremental', 'incremental', 'full', 'full'] as const) {
    clock.advance(15 * 60_000)
    await world.cycle(mode)
    expect(writes(sandbox)).toEqual([])
  }
})

test('a tag that no write takes away is reported once the lists show that it stayed', async () => {
  const world = await openWorld({
    dialects: { tagsWrite: 'merge', visibilityDelayMs: 60_000 },
    writes: 'single',
  })
  const { sandbox, clock } = world
  sandbox.store.fill(usedAccount())
  const model = new Model(sandbox, true)
  const people = makePeople()
  world.save(people)
  model.sync(people)
  expect(model.impossible.size).toBeGreaterThan(0)
  await world.cycle()
  model.expectIn(sandbox)
  for (const deadLettered of [model.impossible.size, 0]) {
    clock.advance(15 * 60_000)
    const before = sandbox.store.requests().length
    expect((await world.cycle()).report).toMatchObject({ push: { acked: 0, deadLettered } })
    expect(writes(sandbox, before)).toEqual([])
    await expectDeadLetters(world, model)
  }
})

async function tellStory(dialects: Partial<Dialects>, sameInstant = false): Promise<void> {
  // A contact that no list shows is found by its number, and its update is planned by the next cycle.
  const cycles = sameInstant && dialects.page === 'ignored' ? 2 : 1
  // What a first request for a few wrote is looked for until it shows, which here is after the cycle.
  const late = (dialects.visibilityDelayMs ?? 0) > 60_000
  const world = await openWorld({ dialects, writes: late ? 'single' : 'auto' })
  const { sandbox } = world
  sandbox.store.fill(usedAccount().slice(0, 45), { sameInstant })
  world.clock.advance(1_000)
  sandbox.store.fill(usedAccount().slice(45), { sameInstant })
  world.clock.advance(15 * 60_000)
  const optedOutBefore = sandbox.store.contacts().filter((one) => one.is_opted_out)
  const model = new Model(sandbox, dialects.tagsWrite === 'merge')
  const mailOnly = sandbox.store.contacts().filter((one) => one.phone === null)

  const people = makePeople()
  world.save(people)
  model.sync(people)
  await converge(world, model, cycles)

  sandbox.store.stop(phoneOf(41))
  model.stop(phoneOf(41))
  const edited = edit(people)
  world.save(edited)
  model.sync(edited)
  await converge(world, model, cycles)

  const gone = leavers(edited)
  world.save(edited.filter((one) => !gone.includes(one)))
  for (const one of gone) model.leave(one)
  await converge(world, model, cycles)

  await forgetEverything(world, model, dialects)

  expectNoDuplicates(sandbox)
  expect(sandbox.store.contacts().filter((one) => one.phone === null)).toEqual(mailOnly)
  const now = new Map(sandbox.store.contacts().map((one) => [one.id, one]))
  const optedIn = optedOutBefore.filter((one) => now.get(one.id)?.is_opted_out === false)
  expect(optedIn).toEqual([])
}

/** So many cycles reach the model; the runs after them, at once and much later, write nothing. */
async function converge(world: World, model: Model, cycles: number): Promise<void> {
  const { sandbox, clock } = world
  for (let n = 1; n < cycles; n++) await world.cycle()
  const { report } = await world.cycle()
  model.expectIn(sandbox)
  expect(report.push.retrying).toBe(0)
  await expectDeadLetters(world, model)
  if (model.impossible.size === 0) expect(report.status).toBe('ok')
  for (const [mode, pauseMs] of [
    ['incremental', 1_000],
    ['incremental', 15 * 60_000],
    ['full', 1_000],
  ] as const) {
    clock.advance(pauseMs)
    const before = sandbox.store.requests().length
    const { report: again } = await world.cycle(mode)
    expect(writes(sandbox, before)).toEqual([])
    expect(again).toMatchObject({ status: 'ok', plan: { create: 0, update: 0, remove: 0 } })
  }
  model.expectIn(sandbox)
  await expectDeadLetters(world, model)
}

/** The database is only a cache (I8): a new one is filled by reading, and nothing is written again. */
async function forgetEverything(world: World, model: Model, dialects: Partial<Dialects>): Promise<void> {
  // What nobody can read back, or what was in vain, has to be written once more: there is nowhere to know it from.
  if (dialects.optedOutRead === 'absent' || dialects.tagsWrite === 'merge') return
  const { sandbox, clock } = world
  clock.advance(15 * 60_000)
  world.forget()
  const before = sandbox.store.requests().length
  const { report } = await world.cycle()
  expect(writes(sandbox, before)).toEqual([])
  expect(report.status).toBe('ok')
  model.expectIn(sandbox)
}

/** What the account cannot do is said once for each phone, and for no other. */
async function expectDeadLetters(world: World, model: Model): Promise<void> {
  await world.withApp(({ engine }) => {
    const dead = engine.outbox.inState('dead').map(({ phone, error_code }) => ({ phone, error_code }))
    const expected = [...model.impossible].sort().map((phone) => ({ phone, error_code: 'ERR_NOT_STORED' }))
    expect(dead.sort((a, b) => (a.phone < b.phone ? -1 : 1))).toEqual(expected)
  })
}

/** A value of each dialect, about a third of them at the first reading. */
function randomDialects(seed: number): Partial<Dialects> {
  let state = seed * 2_654_435_761
  const roll = (sides: number) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return state % sides
  }
  const picked = Object.entries(SYNC_DIALECTS).flatMap(([name, one]) => {
    const values: readonly (string | number)[] = 'values' in one ? one.values : (NUMBERS[name] ?? [])
    return roll(3) === 0 ? [] : [[name, values[roll(values.length)]]]
  })
  const dialects = Object.fromEntries(picked) as Partial<Dialects>
  // Lists that still show a deleted contact, without its opt-out, make heysync opt it out once more, in vain.
  if (dialects.optedOutRead === 'absent' && dialects.visibilityDelayMs) delete dialects.visibilityDelayMs
  // A tag that does not go is reported when the lists show it, later than the story looks: the test below does.
  if (dialects.tagsWrite === 'merge' && dialects.visibilityDelayMs) delete dialects.visibilityDelayMs
  return dialects
}
