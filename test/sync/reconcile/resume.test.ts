// A full walk that is cut off goes on where it was, and proves no less than one that was not.
import { describe, expect, test } from 'vitest'
import { DIALECT_TABLE, type Dialects } from '../../../src/sandbox/dialects.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { reconcileFull, reconcileIncremental } from '../../../src/sync/reconcile/reconcile.ts'
import { aRemote, nthPhone } from '../../support/contact.ts'
import { aDatabase } from '../../support/folder.ts'
import { withSandbox } from '../../support/heymarket.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

async function start(dialects: Partial<Dialects> = {}) {
  const box = await withSandbox({ dialects: { maxLimit: 10, ...dialects } })
  const mirror = openMirror(aDatabase())
  const deps = { mirror, contacts: box.client.contacts, clock: box.clock }
  const world = {
    ...box,
    mirror,
    deps,
    full: () => reconcileFull(deps),
    /** Makes so many contacts, some of them at one instant. Returns their ids, the oldest first. */
    fill: (size: number, tied = false, first = 1) => {
      box.clock.advance(2 * MINUTE)
      const people = Array.from({ length: size }, (_, n) => ({ phone: nthPhone(first + n), first: 'Before' }))
      return box.sandbox.store.fill(people, { sameInstant: tied })
    },
    /** A walk whose connection breaks at its n-th page. */
    cutOffAt: async (page: number) => {
      let pages = 0
      const contacts = {
        ...deps.contacts,
        page: async (request: object) => {
          pages += 1
          if (pages >= page) throw new Error('the cable was cut')
          return deps.contacts.page(request)
        },
      }
      await expect(reconcileFull({ ...deps, contacts })).rejects.toThrow('the cable was cut')
    },
    edit: async (n: number) => {
      box.clock.advance(MINUTE)
      await box.client.contacts.create({ phone: nthPhone(n), first: 'After' })
    },
    /** Runs `work` and tells how many pages of contacts it read. */
    pages: async (work: () => Promise<unknown>) => {
      const before = box.exchanges.length
      await work()
      return box.exchanges.slice(before).filter(({ path }) => path === '/v1/contacts').length
    },
    firstOf: (n: number) =>
      mirror.remote.byPhone(nthPhone(n)).map((row) => (JSON.parse(row.body) as { first: string }).first),
    ids: () =>
      box.sandbox.store
        .contacts()
        .map((one) => one.id)
        .sort((a, b) => a - b),
    known: () =>
      [...mirror.remote.unseen(Number.MAX_SAFE_INTEGER)]
        .flat()
        .map((row) => row.id)
        .sort((a, b) => a - b),
  }
  return world
}

describe('a walk that was cut off', () => {
  test('reads only what it had not read yet', async () => {
    const world = await start()
    world.fill(200)
    const whole = await world.pages(world.full)
    await world.cutOffAt(16)
    const rest = await world.pages(world.full)
    expect(rest).toBeLessThanOrEqual(whole - 12)
    expect(world.known()).toEqual(world.ids())
  })

  test.each(
    DIALECT_TABLE.cursor.values.flatMap((cursor) =>
      DIALECT_TABLE.resolution.values.flatMap((resolution) =>
        DIALECT_TABLE.page.values.map((page) => ({ cursor, resolution, page })),
      ),
    ),
  )('sees everybody, wherever it was cut off ($cursor $resolution $page)', async (dialects) => {
    for (const cut of [2, 3, 4, 5, 6, 7, 8]) {
      const world = await start(dialects)
      world.fill(12)
      world.fill(9, true, 101)
      world.fill(24, true, 201)
      world.fill(15, false, 301)
      // A block of ties that no page parameter passes proves nothing, in one go or not.
      const proof = (await world.full()).complete
      const fresh = openMirror(aDatabase())
      world.deps.mirror = fresh
      await world.cutOffAt(cut)
      const result = await reconcileFull({ ...world.deps, mirror: fresh })
      expect(result.complete, `cut off at page ${cut}`).toBe(proof)
      if (proof) expect(result).toMatchObject({ seen: 60, added: 60, count: 60, missing: 0 })
    }
  })

  test('meets those who were edited meanwhile, read before or not', async () => {
    const world = await start()
    world.fill(100)
    await world.cutOffAt(6)
    // The fiftieth is in the middle, the hundredth was read on the first page, the first would come last.
    for (const n of [1, 50, 100]) await world.edit(n)
    expect(await world.full()).toMatchObject({ seen: 100, count: 100, missing: 0, complete: true })
    for (const n of [1, 50, 100]) expect(world.firstOf(n)).toEqual(['After'])
  })

  test('needs no second look at what an incremental one read meanwhile', async () => {
    const world = await start()
    world.fill(100)
    await world.full()
    world.clock.advance(HOUR)
    await world.cutOffAt(8)
    for (let n = 1; n <= 60; n += 1) await world.edit(n)
    expect(await reconcileIncremental(world.deps)).toMatchObject({ mode: 'incremental', changed: 60 })
    // Those sixty stood at the end; what is left is one page of those that stay, and the news: nothing.
    expect(await world.pages(world.full)).toBeLessThanOrEqual(6)
    expect(world.known()).toEqual(world.ids())
  })

  test('takes whoever was deleted before it came to them for gone', async () => {
    const world = await start()
    const ids = world.fill(100)
    await world.full()
    await world.cutOffAt(6)
    const [gone = 0] = ids
    await world.client.contacts.remove(gone)
    expect(await world.full()).toMatchObject({ seen: 99, count: 99, missing: 1, complete: true })
    expect(world.mirror.remote.find(gone)).toBeUndefined()
  })

  test('begins again when somebody was deleted whom it had read', async () => {
    const world = await start()
    const ids = world.fill(100)
    await world.full()
    await world.cutOffAt(6)
    const gone = ids.at(-1) ?? 0
    await world.client.contacts.remove(gone)
    expect(await world.full()).toMatchObject({ seen: 99, count: 99, missing: 1, complete: true })
    expect(world.mirror.remote.find(gone)).toBeUndefined()
  })

  test('begins again when one was deleted whom it had read and another came', async () => {
    const world = await start()
    const ids = world.fill(100)
    await world.full()
    await world.cutOffAt(6)
    await world.client.contacts.remove(ids.at(-1) ?? 0)
    world.fill(1, false, 500)
    expect(await world.full()).toMatchObject({ count: 100, missing: 1, complete: true })
    expect(world.known()).toEqual(world.ids())
  })

  test('keeps whoever was looked up by itself after the walk had seen them', async () => {
    const world = await start()
    const ids = world.fill(100)
    await world.full()
    await world.cutOffAt(6)
    const looked = ids[70] ?? 0
    const shown = await world.client.contacts.get(looked)
    if (shown === null) throw new Error('the contact is there')
    world.mirror.remote.read(shown, 0, world.clock.now())
    expect(await world.pages(world.full)).toBeLessThan(12)
    expect(world.known()).toEqual(world.ids())
  })

  test('keeps what was written after it began and is on no list yet', async () => {
    const world = await start()
    world.fill(100)
    await world.full()
    await world.cutOffAt(6)
    world.clock.advance(MINUTE)
    const made = await world.client.contacts.create({ phone: nthPhone(900) })
    world.mirror.remote.wrote(
      aRemote({ id: made.id, phone: nthPhone(900), rev: made.rev, updated: null }),
      world.clock.now(),
    )
    // Longer ago than what counts as just written, but not before the walk.
    world.clock.advance(HOUR)
    const contacts = {
      ...world.client.contacts,
      count: async () => 100,
      page: async (request: object) =>
        (await world.client.contacts.page(request)).filter(({ id }) => id !== made.id),
    }
    expect(await reconcileFull({ ...world.deps, contacts })).toMatchObject({ missing: 0, complete: true })
    expect(world.mirror.remote.find(made.id)).toBeDefined()
  })

  test('is forgotten after six hours, and when the clock has gone back behind it', async () => {
    const world = await start()
    world.fill(100)
    const whole = await world.pages(world.full)
    await world.cutOffAt(9)
    world.clock.advance(6 * HOUR)
    expect(await world.pages(world.full)).toBeGreaterThanOrEqual(whole)
    await world.cutOffAt(9)
    world.clock.advance(-MINUTE)
    expect(await world.pages(world.full)).toBeGreaterThanOrEqual(whole)
  })

  test('is forgotten once it came to its end', async () => {
    const world = await start()
    world.fill(100)
    await world.cutOffAt(9)
    await world.full()
    expect(await world.pages(world.full)).toBeGreaterThanOrEqual(10)
  })

  test('counts what it found before it was cut off', async () => {
    const world = await start()
    world.fill(50)
    await world.full()
    world.fill(30, false, 101)
    await world.cutOffAt(3)
    expect(await world.full()).toMatchObject({ added: 30, seen: 80 })
  })

  test('may be cut off again and again', async () => {
    const world = await start()
    world.fill(100)
    await world.full()
    let pages = 0
    // Each turn comes one page further: the page where it was, once more, and the next one.
    for (let turn = 0; turn < 8; turn += 1) {
      pages += await world.pages(() => world.cutOffAt(3))
      await world.edit(100 - turn)
    }
    expect(pages).toBe(16)
    expect(await world.full()).toMatchObject({ seen: 100, count: 100, missing: 0, complete: true })
    expect(world.known()).toEqual(world.ids())
  })
})

test('a walk tells how far it is, and out of how many', async () => {
  const world = await start()
  world.fill(35)
  // Each page shows the last row of the one before once more.
  const told: [number, number | null][] = []
  const deps = {
    ...world.deps,
    onProgress: (seen: number, total: number | null) => void told.push([seen, total]),
  }
  await reconcileFull(deps)
  expect(told.slice(0, 3)).toEqual([
    [10, null],
    [19, 35],
    [28, 35],
  ])
  told.length = 0
  await reconcileFull(deps)
  expect(told[0]).toEqual([10, 35])
})
